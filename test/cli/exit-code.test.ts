import { describe, expect, it } from "vitest";
import { exitCodeOf, exitCodeOfError, worstOf } from "../../src/cli/exit-code.ts";
import { QuorateError } from "../../src/model/errors.ts";

const code = (
  verdicts: Parameters<typeof exitCodeOf>[0]["verdicts"],
  rest: Partial<Parameters<typeof exitCodeOf>[0]> = {},
): number => exitCodeOf({ status: "complete", passed: undefined, verdicts, notices: [], ...rest });

describe("exit codes", () => {
  it("is 0 only when everybody answered and everything is decided", () => {
    expect(code([])).toBe(0);
    expect(code([{ status: "unanimous" }, { status: "decided" }])).toBe(0);
    expect(code([{ status: "unopposed" }])).toBe(0);
  });

  it.each(["undecided", "tied", "no-quorum"] as const)("is 3 when one verdict is %s", (status) => {
    expect(code([{ status: "decided" }, { status }])).toBe(3);
  });

  it("is 3 for a partial outcome and 1 for a failed one", () => {
    expect(code([{ status: "decided" }], { status: "partial" })).toBe(3);
    expect(code([], { status: "failed" })).toBe(1);
  });

  it("is 4 where the gate does not pass, unless the run failed, and 3 where nobody can tell", () => {
    const decided = [{ status: "decided" }] as const;
    expect(code(decided, { passed: true })).toBe(0);
    expect(code(decided, { passed: false })).toBe(4);
    expect(code(decided, { passed: false, status: "partial" })).toBe(4);
    expect(code(decided, { passed: false, status: "failed" })).toBe(1);
    expect(code(decided, { passed: null })).toBe(3);
    expect(code(decided, { passed: true, status: "partial" })).toBe(3);
  });

  it("is 3 for a notice that warns, and 0 for one that informs", () => {
    expect(code([], { notices: [{ level: "info" }] })).toBe(0);
    expect(code([], { notices: [{ level: "info" }, { level: "warn" }] })).toBe(3);
  });

  it("is of several runs the one that says most", () => {
    expect(worstOf([])).toBe(0);
    expect(worstOf([0, 3, 0])).toBe(3);
    expect(worstOf([4, 3])).toBe(4);
    expect(worstOf([4, 2, 0])).toBe(1);
  });

  it("is 2 for a call that was wrong, 1 for what broke", () => {
    expect(exitCodeOfError(new QuorateError("BAD_ROUTE", "no agent x"))).toBe(2);
    expect(exitCodeOfError(new QuorateError("RUN_NOT_FOUND", "no run x"))).toBe(2);
    expect(exitCodeOfError(new QuorateError("STORE_FAILED", "disk full"))).toBe(1);
    expect(exitCodeOfError("boom")).toBe(1);
  });
});
