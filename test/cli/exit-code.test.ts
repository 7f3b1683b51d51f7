import { describe, expect, it } from "vitest";
import { exitCodeOf, exitCodeOfError } from "../../src/cli/exit-code.ts";
import { QuorateError } from "../../src/model/errors.ts";

describe("exit codes", () => {
  it("is 0 only when everybody answered and everything is decided", () => {
    expect(exitCodeOf({ status: "complete", verdicts: [] })).toBe(0);
    expect(
      exitCodeOf({
        status: "complete",
        verdicts: [{ status: "unanimous" }, { status: "decided" }],
      }),
    ).toBe(0);
  });

  it.each(["undecided", "tied", "no-quorum"] as const)("is 3 when one verdict is %s", (status) => {
    expect(exitCodeOf({ status: "complete", verdicts: [{ status: "decided" }, { status }] })).toBe(
      3,
    );
  });

  it("is 3 for a partial outcome and 1 for a failed one", () => {
    expect(exitCodeOf({ status: "partial", verdicts: [{ status: "decided" }] })).toBe(3);
    expect(exitCodeOf({ status: "failed", verdicts: [] })).toBe(1);
  });

  it("is 2 for a call that was wrong, 1 for what broke", () => {
    expect(exitCodeOfError(new QuorateError("BAD_ROUTE", "no agent x"))).toBe(2);
    expect(exitCodeOfError(new QuorateError("RUN_NOT_FOUND", "no run x"))).toBe(2);
    expect(exitCodeOfError(new QuorateError("STORE_FAILED", "disk full"))).toBe(1);
    expect(exitCodeOfError("boom")).toBe(1);
  });
});
