/** The result of one measurement: numbers by metric, whose name includes the unit. */
export type Sample = Readonly<Record<string, number>>;

/** One round: every system once, one after another. */
export type Round = Readonly<Record<string, Sample>>;

/** A goal, checked on the median of a number over the rounds. */
export interface Goal {
  /** The text after the number: its unit, and what it is compared with. */
  readonly text: string;
  readonly value: (round: Round) => number;
  /** The upper limit of the number; left out if it has a lower limit. */
  readonly atMost?: number;
  /** The lower limit of the number. */
  readonly atLeast?: number;
}

/** A metric that is shown, with its unit; in a table with several, also with the heading of its column. */
export interface Shown {
  readonly metric: string;
  readonly unit: string;
  readonly head?: string;
}

/** What is measured, on which systems, and the goals for it. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  /** Quorate first. */
  readonly systems: readonly string[];
  /** The metrics to show, with their units. */
  readonly shown: readonly Shown[];
  readonly rounds: { readonly full: number; readonly quick: number };
  /** How much one measurement does: coordinations, calls or starts. */
  readonly size: { readonly full: number; readonly quick: number };
  readonly goals: readonly Goal[];
  /** Measures in this process. `main` calls it in a new process per system and round when `fresh` is true. */
  readonly measure: (system: string, size: number) => Promise<Sample>;
  readonly fresh: boolean;
  /** The system whose CPU is shown by room. Default: the first one. */
  readonly profiled?: string;
  /**
   * Whether a new process must end by itself after its measurement. Its sample then has `leavesMs`: how long that took, at most
   * `STAYS_MS`.
   */
  readonly leaves?: boolean;
}

/** The beginning of the line in which a measuring process prints its figures. */
export const SAMPLE = "sample: ";

/** How long to wait for a process that should end by itself, in ms. */
export const STAYS_MS = 3_000;

/** A metric of one system, as a multiple of the same metric of another in the same round. */
export function times(metric: string, base: string, system = "quorate"): Goal["value"] {
  return (round) => read(round, system, metric) / read(round, base, metric);
}

/** A metric of one system. */
export function read(round: Round, system: string, metric: string): number {
  const value = round[system]?.[metric];
  if (value === undefined) throw new Error(`No ${metric} was measured for ${system}.`);
  return value;
}
