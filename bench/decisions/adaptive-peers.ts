/** When others stop asking. */
export interface Stop {
  /** So many are asked at once. */
  readonly atOnce: number;
  readonly isClosed: (answers: readonly (string | null)[]) => boolean;
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

function countsOf(answers: readonly (string | null)[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const label of answers) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
}

/** The chance that what is Beta(a, b) is above one half, for whole a and b: of a + b − 1 fair coins at least b are heads. */
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
