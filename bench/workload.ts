/** What one measurement came to: numbers by the name of what was measured, its unit in the name. */
export type Sample = Readonly<Record<string, number>>;

/** One round: every system once, one after another. */
export type Round = Readonly<Record<string, Sample>>;

/** What is promised, checked on the median over the rounds of a number that one round gives. */
export interface Goal {
  /** Follows the number: its unit, and what it is measured against. */
  readonly text: string;
  readonly value: (round: Round) => number;
  /** What the number may be at most; left out where it is bounded below. */
  readonly atMost?: number;
  /** What the number has to be at least. */
  readonly atLeast?: number;
}

/** A metric that is shown, with its unit; where a table has many, with what stands above its column. */
export interface Shown {
  readonly metric: string;
  readonly unit: string;
  readonly head?: string;
}

/** What is measured, on whom, and what is promised about it. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  /** Quorate first. */
  readonly systems: readonly string[];
  /** What to show of a sample, with its unit. */
  readonly shown: readonly Shown[];
  readonly rounds: { readonly full: number; readonly quick: number };
  /** How much one measurement does: coordinations, calls or starts. */
  readonly size: { readonly full: number; readonly quick: number };
  readonly goals: readonly Goal[];
  /** Measures in this process. `main` calls it in a new process per system and round when `fresh` is true. */
  readonly measure: (system: string, size: number) => Promise<Sample>;
  readonly fresh: boolean;
  /** Whose CPU is shown by room; the first where it is left out. */
  readonly profiled?: string;
  /**
   * Whether a new process is left to end by itself after its measurement. Its sample then has `leavesMs`: how long that took, no longer
   * than `STAYS_MS`.
   */
  readonly leaves?: boolean;
}

/** Begins the line in which a process that measures says its figures. */
export const SAMPLE = "sample: ";

/** How long a process is waited for that should end by itself. */
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
