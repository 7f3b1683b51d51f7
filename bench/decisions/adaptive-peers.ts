import type { Answers, Asked } from "./adaptive-ask.ts";

/** When another method stops asking. */
export interface Stop {
  /** How many are asked at once. */
  readonly atOnce: number;
  readonly isClosed: (answers: Answers) => boolean;
}

/**
 * Adaptive-Consistency (Aggarwal et al. 2023, arXiv 2305.11860), by its Beta rule: one more is asked until the most frequent answer is
 * likelier than `sure` to stay ahead of the second.
 */
export function byBeta(sure: number): Stop {
  return {
    atOnce: 1,
    isClosed(answers) {
      const counts = countsOf(answers);
      const [first = 0, second = 0] = counts;
      return first > 0 && aboveHalf(first + 1, second + 1) >= sure;
    },
  };
}

/** Early-stopping self-consistency (Li et al. 2024): windows of `size` are asked, until all of one agree. */
export function byWindow(size: number): Stop {
  return {
    atOnce: size,
    isClosed(answers) {
      const last = answers.slice(-size);
      return last.length === size && last.every((label) => label !== null && label === last[0]);
    },
  };
}

/** Asks until the rule stops, and takes the majority, as published. */
export function byMajority(answers: Answers, stop: Stop): Asked {
  let calls = 0;
  let rounds = 0;
  while (calls < answers.length && !stop.isClosed(answers.slice(0, calls))) {
    calls = Math.min(answers.length, calls + stop.atOnce);
    rounds++;
  }
  const counts = new Map<string, number>();
  for (const label of answers.slice(0, calls))
    if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  const highest = Math.max(0, ...counts.values());
  const most = [...counts].filter(([, count]) => count === highest).map(([label]) => label);
  const [winner = null] = most;
  const spoken = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return {
    calls,
    rounds,
    winner: most.length === 1 ? winner : null,
    confidence: spoken === 0 ? 0 : highest / spoken,
    most,
  };
}

function countsOf(answers: readonly (string | null)[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const label of answers) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
}

/** The probability that a Beta(a, b) variable is above one half, for whole a and b: of a + b − 1 fair coins, at least b are heads. */
function aboveHalf(a: number, b: number): number {
  const coins = a + b - 1;
  let ways = 1;
  let most = 0;
  for (let heads = 0; heads <= coins; heads++) {
    if (heads < a) most += ways;
    ways = (ways * (coins - heads)) / (heads + 1);
  }
  return most / 2 ** coins;
}
