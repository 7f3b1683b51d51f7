import { describe, expect, it } from "vitest";
import { QuorateError } from "../../src/model/errors.ts";
import { checkAppend, type AppendTo } from "../../src/store/check-append.ts";
import { summary } from "../../src/store/summary.ts";
import { wholeNumber } from "../../src/store/whole-number.ts";
import { answered, finished, started } from "../../src/testing/store-contract/run-events.ts";

describe("what may be appended", () => {
  it("names the run and the next seq", () => {
    expect(() => checkAppend([answered("run", 4)], { lastSeq: 1, fence: 1, held: true })).toThrow(
      expect.objectContaining({
        code: "SEQ_TAKEN",
        message: expect.stringMatching(/Event 4 of run "run".*next one is 2/),
      }),
    );
  });

  it("shortens an endless run id in its message", () => {
    const append = [answered("x".repeat(100_000), 9)];
    expect(() => checkAppend(append, { lastSeq: 1, fence: 1, held: true })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{0,300}$/) }),
    );
  });
});

describe("who may append", () => {
  const refusal = (run: AppendTo | undefined, fence: number): unknown => {
    try {
      return checkAppend([answered("run", 2)], run, fence);
    } catch (error) {
      return error instanceof QuorateError ? `${error.code} ${error.message}` : error;
    }
  };

  it.each([
    [
      { lastSeq: 1, fence: 3, held: true },
      2,
      /fence 2 to run "run".*its fence is 3, so another store/,
    ],
    [
      { lastSeq: 1, fence: 3, held: false },
      3,
      /released, or begun by another store: take it first/,
    ],
    [undefined, 2, /it is not in the store any more/],
  ])("is told why it lost %o with fence %i", (run, fence, why) => {
    expect(refusal(run, fence)).toMatch(why);
    expect(refusal(run, fence)).toMatch(/^LEASE_LOST /);
  });
});

describe("a run's summary", () => {
  it("takes a run that goes on after its end as running", () => {
    expect(summary(started("run"), finished("run", 2), true).status).toBe("complete");
    expect(summary(started("run"), answered("run", 3), true)).toMatchObject({
      status: "running",
      endedAtMs: null,
      events: 3,
    });
  });

  it("refuses a log without a beginning", () => {
    expect(() => summary(answered("run", 1), answered("run", 1), true)).toThrow(
      expect.objectContaining({ code: "STORE_FAILED" }),
    );
  });
});

describe("a number from outside", () => {
  it.each([
    [3, 3],
    [3.9, 3],
    [0, 0],
    [-4, 0],
    [NaN, 0],
    [Infinity, Number.MAX_SAFE_INTEGER],
  ])("takes %s as %s", (value, whole) => {
    expect(wholeNumber(value)).toBe(whole);
  });
});
