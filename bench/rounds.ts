import type { Goal, Round, Sample, Workload } from "./workload.ts";

/**
 * Measures every system once per round, and begins each round with another one, so that other load on the machine
 * affects all of them.
 */
export async function measureRounds(
  workload: Workload,
  rounds: number,
  measure: (system: string) => Promise<Sample>,
): Promise<readonly Round[]> {
  const { systems } = workload;
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const samples: Record<string, Sample> = {};
    for (let place = 0; place < systems.length; place++) {
      const system = systems[(round + place) % systems.length];
      if (system !== undefined) samples[system] = await measure(system);
    }
    done.push(samples);
  }
  return done;
}

/** The middle value; for an even number of values, the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? Number.NaN)) / 2 : upper;
}

/** A number's spread over the rounds. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
}

/** A goal, and what the rounds say about it. */
export interface Judged extends Spread {
  readonly text: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly met: boolean;
}

/** A goal is met if the median over the rounds is within its limit. */
export function judge({ value, ...goal }: Goal, rounds: readonly Round[]): Judged {
  const over = spread(rounds.map(value));
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal;
  return { ...goal, ...over, met: over.median <= atMost && over.median >= atLeast };
}
