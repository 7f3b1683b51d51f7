import type { Json } from "../../model/json.ts";
import type { Values } from "../../store/values.ts";

/** How much a supervisor's runs have taught so far: counts that only grow, whatever is forgotten since. */
export interface Taught {
  readonly ballots: number;
  /** Outcomes recorded, changed or taken back, and what persons decided. */
  readonly outcomes: number;
}

const NONE: Taught = Object.freeze({ ballots: 0, outcomes: 0 });

function taughtKey(name: string): string {
  return `taught/${name}`;
}

/** Counts what was added. */
export async function taughtMore(values: Values, name: string, more: Taught): Promise<void> {
  await values.change(taughtKey(name), (known) => {
    const { ballots, outcomes } = taughtIn(known);
    return { ballots: ballots + more.ballots, outcomes: outcomes + more.outcomes };
  });
}

/** How much the store says that a supervisor's runs have taught. */
export async function taughtSoFar(values: Values, name: string): Promise<Taught> {
  return taughtIn(await values.get(taughtKey(name)));
}

function taughtIn(value: Json | undefined): Taught {
  const { ballots, outcomes } = (value ?? NONE) as Partial<Record<keyof Taught, unknown>>;
  return isCount(ballots) && isCount(outcomes) ? { ballots, outcomes } : NONE;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
