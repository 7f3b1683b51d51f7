import { describe, expect, test } from "vitest";
import { f1, score, total, type Score } from "../../examples/code-review-board/score.ts";
import { pullRequests, type PullRequest } from "../../examples/code-review-board/pulls.ts";
import { settle, type Finding, type Verdict } from "../../src/index.ts";

// What twelve reviewers really wrote about six pull requests: floors, so that a change for the worse is seen. The figures
// that they are held against are those of the benchmark's larger set.

const REVIEWERS = [...new Set(pullRequests.flatMap(({ findings }) => Object.keys(findings)))];

function findingsOf({ findings }: PullRequest): readonly Finding[] {
  return Object.entries(findings).flatMap(([agent, own]) =>
    own.map(({ text }) => ({ agent, text })),
  );
}

function settled(pull: PullRequest): Promise<readonly Verdict[]> {
  return settle([], { findings: findingsOf(pull), answered: REVIEWERS });
}

function scored(kept: readonly string[], { findings, issues }: PullRequest): Score {
  return score(kept, Object.values(findings).flat(), issues);
}

describe("recorded reviews", () => {
  test("settle by the default chain to a review that beats nearly every reviewer", async () => {
    const boards = await Promise.all(
      pullRequests.map(async (pull) => {
        const standing = (await settled(pull)).filter(({ winner }) => winner === "present");
        return scored(
          standing.map(({ subject }) => subject),
          pull,
        );
      }),
    );
    const alone = REVIEWERS.map((reviewer) =>
      total(
        pullRequests.map((pull) =>
          scored(
            (pull.findings[reviewer] ?? []).map(({ text }) => text),
            pull,
          ),
        ),
      ),
    );
    const board = f1(total(boards)) ?? 0;
    expect(board).toBeGreaterThan(0.62);
    expect(alone.filter((one) => (f1(one) ?? 0) >= board).length).toBeLessThanOrEqual(1);
  });

  test("are grouped so that nearly every verified issue has a group whose text describes it", async () => {
    const whole = await Promise.all(
      pullRequests.map(async (pull) => {
        const texts = (await settled(pull)).map(({ subject }) => subject);
        return { groups: scored(texts, pull), all: scored(everyText(pull), pull) };
      }),
    );
    const right = (of: "groups" | "all"): number => total(whole.map((one) => one[of])).right;
    expect(right("groups") / right("all")).toBeGreaterThan(0.85);
  });
});

function everyText({ findings }: PullRequest): readonly string[] {
  return Object.values(findings)
    .flat()
    .map(({ text }) => text);
}
