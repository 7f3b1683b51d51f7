import type { Json } from "../../model/json.ts";
import type { Values } from "../../store/values.ts";

/** How much a supervisor's runs have taught so far: counts that only grow, even if runs are forgotten. */
export interface Taught {
  readonly ballots: number;
  /** Truths recorded, changed or taken back, and people's decisions. */
  readonly truths: number;
}

const NONE: Taught = Object.freeze({ ballots: 0, truths: 0 });

function taughtKey(name: string): string {
  return `taught/${name}`;
}

/** Counts what was added. */
export async function taughtMore(values: Values, name: string, more: Taught): Promise<void> {
  await values.change(taughtKey(name), (known) => {
    const { ballots, truths } = taughtIn(known);
    return { ballots: ballots + more.ballots, truths: truths + more.truths };
  });
}

/** How much the store says that a supervisor's runs have taught. */
export async function taughtSoFar(values: Values, name: string): Promise<Taught> {
  return taughtIn(await values.get(taughtKey(name)));
}

function taughtIn(value: Json | undefined): Taught {
  // Earlier versions called truths outcomes.
  const {
    ballots,
    outcomes,
    truths = outcomes,
  } = (value ?? NONE) as Partial<Record<keyof Taught | "outcomes", unknown>>;
  return isCount(ballots) && isCount(truths) ? { ballots, truths } : NONE;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
