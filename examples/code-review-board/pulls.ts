import { readdirSync, readFileSync } from "node:fs";

/** An issue that people verified. */
export interface Issue {
  readonly id: number;
  readonly text: string;
  readonly severity: string;
}

/** One thing that a reviewer wrote, and the issue that it describes, if any. */
export interface LabelledFinding {
  readonly text: string;
  readonly issue: number | null;
}

/** A pull request with what every reviewer wrote about it. */
export interface PullRequest {
  readonly pull: string;
  readonly repo: string;
  readonly title: string;
  readonly issues: readonly Issue[];
  /** By reviewer; a reviewer without findings has no entry. */
  readonly findings: Readonly<Record<string, readonly LabelledFinding[]>>;
}

const FOLDER = new URL("./data/", import.meta.url);

/** The six recorded pull requests; the first is number 1. */
export const pullRequests: readonly PullRequest[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .toSorted()
  .map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as PullRequest);

/** Pull request `number`, from 1. Throws if there is none. */
export function pullRequest(number: number): PullRequest {
  const found = pullRequests[number - 1];
  if (found === undefined) {
    throw new RangeError(
      `There is no ${Number.isNaN(number) ? "such pull request" : `pull request ${number}`}; give a number from 1 to ${pullRequests.length}.`,
    );
  }
  return found;
}
