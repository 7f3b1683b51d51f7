import type { Outcome, Verdict } from "quorate";
import type { PullRequest } from "./pulls.ts";
import { match, score, type Match, type Score } from "./score.ts";

/** One reported thing, in the words of one of its reviewers, after its place if it has one. */
export interface BoardFinding {
  readonly text: string;
  readonly reportedBy: readonly string[];
  /** The reviewers that looked and did not report it. */
  readonly notBy: readonly string[];
  readonly verdict: Verdict;
}

/** The board's review of a pull request. */
export interface BoardReview {
  /** Most supported first. */
  readonly standing: readonly BoardFinding[];
  readonly leftOut: readonly BoardFinding[];
}

/** Reads the board's review from an outcome: a finding stands when its verdict says `"present"`. */
export function boardReview({ verdicts }: Pick<Outcome, "verdicts">): BoardReview {
  const findings = verdicts
    .filter(({ kind }) => kind === "finding")
    .map((verdict) => ({
      text: verdict.subject,
      reportedBy: holders(verdict, "present"),
      notBy: holders(verdict, "absent"),
      verdict,
    }))
    .toSorted((a, b) => b.reportedBy.length - a.reportedBy.length);
  return {
    standing: findings.filter(({ verdict }) => verdict.winner === "present"),
    leftOut: findings.filter(({ verdict }) => verdict.winner !== "present"),
  };
}

function holders({ positions }: Verdict, value: "present" | "absent"): string[] {
  return positions
    .filter((position) => position.value === value)
    .flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent));
}

/** How the board's review compares with the verified issues. */
export function boardScore({ standing }: BoardReview, pull: PullRequest): Score {
  return score(
    standing.map(({ text }) => text),
    labelsOf(pull),
    pull.issues,
  );
}

/** How one reviewer alone compares with the verified issues. */
export function reviewerScore(name: string, pull: PullRequest): Score {
  const own = pull.findings[name] ?? [];
  return score(
    own.map(({ text }) => text),
    own,
    pull.issues,
  );
}

/** For each finding that stands, the verified issue that it describes, if any. */
export function boardMatches({ standing }: BoardReview, pull: PullRequest): Match[] {
  return match(
    standing.map(({ text }) => text),
    labelsOf(pull),
    pull.issues,
  );
}

function labelsOf(pull: PullRequest): readonly PullRequest["findings"][string][number][] {
  return Object.values(pull.findings).flat();
}
