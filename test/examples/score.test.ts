import { describe, expect, it } from "vitest";
import { pullRequests } from "../../examples/code-review-board/pulls.ts";
import { f1, precision, recall, score, total } from "../../examples/code-review-board/score.ts";

const issues = [{ id: 0 }, { id: 1 }, { id: 2 }];
const labels = [
  { text: "null check", issue: 0 },
  { text: "missing null check", issue: 0 },
  { text: "wrong unit", issue: 1 },
  { text: "nitpick", issue: null },
  { text: "both at once", issue: 1 },
  { text: "both at once", issue: 2 },
];

describe("score", () => {
  it("counts a second finding of the same issue as a false alarm", () => {
    expect(score(["null check", "missing null check"], labels, issues)).toEqual({
      right: 1,
      falseAlarms: 1,
      missed: 2,
    });
  });

  it("counts a finding of nothing, and one that nobody wrote, as false alarms", () => {
    expect(score(["nitpick", "invented"], labels, issues)).toEqual({
      right: 0,
      falseAlarms: 2,
      missed: 3,
    });
  });

  it("lets a text that covers two issues stand for the one that is still open", () => {
    expect(score(["wrong unit", "both at once"], labels, issues)).toEqual({
      right: 2,
      falseAlarms: 0,
      missed: 1,
    });
    expect(score(["both at once", "both at once"], labels, issues)).toEqual({
      right: 2,
      falseAlarms: 0,
      missed: 1,
    });
  });

  it("misses everything when nothing is kept", () => {
    expect(score([], labels, issues)).toEqual({ right: 0, falseAlarms: 0, missed: 3 });
  });

  it("gives precision, recall and F1 as worked out by hand, over the sums", () => {
    // 3 right, 1 false, 2 missed: 3/4, 3/5, and 6/9.
    const sums = total([
      { right: 1, falseAlarms: 1, missed: 0 },
      { right: 2, falseAlarms: 0, missed: 2 },
    ]);
    expect(precision(sums)).toBeCloseTo(0.75);
    expect(recall(sums)).toBeCloseTo(0.6);
    expect(f1(sums)).toBeCloseTo(2 / 3);
  });

  it("has no precision where nothing was kept and no recall where nothing was to be found", () => {
    expect(precision({ right: 0, falseAlarms: 0, missed: 3 })).toBeNull();
    expect(recall({ right: 0, falseAlarms: 2, missed: 0 })).toBeNull();
    expect(f1({ right: 0, falseAlarms: 0, missed: 0 })).toBeNull();
  });
});

describe("the recorded pull requests", () => {
  it("are six, each with reviewers, findings and issues that their labels refer to", () => {
    expect(pullRequests).toHaveLength(6);
    for (const { issues: verified, findings } of pullRequests) {
      const ids = new Set(verified.map(({ id }) => id));
      const all = Object.values(findings).flat();
      expect(all.length).toBeGreaterThan(20);
      for (const { issue } of all) expect(issue === null || ids.has(issue)).toBe(true);
    }
  });
});
