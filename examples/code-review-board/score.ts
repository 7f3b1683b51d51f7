import type { Issue, LabelledFinding } from "./pulls.ts";

/** How a review compares with the verified issues. Scores add up over pull requests. */
export interface Score {
  /** Kept findings that describe a verified issue which no kept finding before them described. */
  readonly right: number;
  /** All other kept findings. */
  readonly falseAlarms: number;
  /** Verified issues that no kept finding describes. */
  readonly missed: number;
}

/** What one kept finding is worth. */
export interface Match {
  /** The verified issue with which this text is labelled; `null` if there is none. */
  readonly issue: number | null;
  /** Whether it is the first that describes this issue. */
  readonly right: boolean;
}

/**
 * Goes through the texts that a review keeps, in order. A text is right if it is labelled with an issue that no earlier text had.
 */
export function match(
  kept: readonly string[],
  labels: readonly LabelledFinding[],
  issues: readonly Pick<Issue, "id">[],
): Match[] {
  // A text that covers several issues has a label for each.
  const labelsOf = Map.groupBy(labels, ({ text }) => text);
  const open = new Set(issues.map(({ id }) => id));
  return kept.map((text) => {
    const described = (labelsOf.get(text) ?? []).flatMap(({ issue }) =>
      issue === null ? [] : [issue],
    );
    const issue = described.find((id) => open.has(id));
    return issue !== undefined && open.delete(issue)
      ? { issue, right: true }
      : { issue: described[0] ?? null, right: false };
  });
}

/** Counts the results of `match`: a text that is not right is a false alarm; an issue without a text is missed. */
export function score(
  kept: readonly string[],
  labels: readonly LabelledFinding[],
  issues: readonly Pick<Issue, "id">[],
): Score {
  const right = match(kept, labels, issues).filter((each) => each.right).length;
  return { right, falseAlarms: kept.length - right, missed: issues.length - right };
}

/** The scores of several pull requests as one. */
export function total(scores: readonly Score[]): Score {
  return {
    right: sum(scores.map(({ right }) => right)),
    falseAlarms: sum(scores.map(({ falseAlarms }) => falseAlarms)),
    missed: sum(scores.map(({ missed }) => missed)),
  };
}

/** The share of kept findings that are right; `null` if nothing was kept. */
export function precision({ right, falseAlarms }: Score): number | null {
  return ratio(right, right + falseAlarms);
}

/** The share of verified issues that were found; `null` if there are none. */
export function recall({ right, missed }: Score): number | null {
  return ratio(right, right + missed);
}

/** The harmonic mean of precision and recall; `null` if there was nothing to find and nothing was kept. */
export function f1({ right, falseAlarms, missed }: Score): number | null {
  return ratio(2 * right, 2 * right + falseAlarms + missed);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
