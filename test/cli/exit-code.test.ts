import { describe, expect, it } from "vitest";
import { exitCodeOf, exitCodeOfError } from "../../src/cli/exit-code.ts";
import { QuorateError } from "../../src/model/errors.ts";

describe("exit codes", () => {
  it("is 0 only when everybody answered and everything is decided", () => {
    expect(exitCodeOf({ status: "complete", verdicts: [], notices: [] })).toBe(0);
    expect(
      exitCodeOf({
        status: "complete",
        verdicts: [{ status: "unanimous" }, { status: "decided" }],
        notices: [{ level: "info" }],
      }),
    ).toBe(0);
  });

  it.each(["undecided", "tied", "no-quorum"] as const)("is 3 when one verdict is %s", (status) => {
    const verdicts = [{ status: "decided" }, { status }] as const;
    expect(exitCodeOf({ status: "complete", verdicts, notices: [] })).toBe(3);
  });

  it("is 3 for a partial outcome and 1 for a failed one", () => {
    expect(exitCodeOf({ status: "partial", verdicts: [{ status: "decided" }], notices: [] })).toBe(
      3,
    );
    expect(exitCodeOf({ status: "failed", verdicts: [], notices: [] })).toBe(1);
  });

  it("is 3 where a notice warns", () => {
    const notices = [{ level: "info" }, { level: "warn" }] as const;
    expect(exitCodeOf({ status: "complete", verdicts: [], notices })).toBe(3);
  });

  it("is 2 for a call that was wrong, 1 for what broke", () => {
    expect(exitCodeOfError(new QuorateError("BAD_ROUTE", "no agent x"))).toBe(2);
    expect(exitCodeOfError(new QuorateError("RUN_NOT_FOUND", "no run x"))).toBe(2);
    expect(exitCodeOfError(new QuorateError("STORE_FAILED", "disk full"))).toBe(1);
    expect(exitCodeOfError("boom")).toBe(1);
  });
});
