import { learn } from "../../../src/learning/statistics/learn.ts";
import { describe, expect, test } from "vitest";
import {
  byWorth,
  isDropped,
  trustBy,
  trustIn,
  type JudgeRecord,
  type JudgeTrust,
} from "../../../src/resolve/judge/record.ts";

function record(truths: number, consistent: number, right: number, usdMicros = 1): JudgeRecord {
  return { truths, consistent, right, usdMicros };
}

describe("how far a judge is trusted", () => {
  test("without a record, it is what two orders that agree are worth, or one answer", () => {
    expect(trustIn(undefined, false).accuracy).toBe(0.75);
    expect(trustIn(undefined, true).accuracy).toBeCloseTo(2 / 3, 12);
  });

  test("a given share counts as it is", () => {
    expect(trustIn(0.9, false)).toEqual({ estimate: 0.9, accuracy: 0.9, checked: 0 });
  });

  test("a record is drawn to the default by 4 truths, and counts one standard error lower", () => {
    // (33 + 3) / (36 + 4) = 0.9; √(0.9 × 0.1 / 40) = 0.0474.
    const trust = trustIn(record(50, 36, 33), false);
    expect(trust.estimate).toBeCloseTo(0.9, 12);
    expect(trust.accuracy).toBeCloseTo(0.8526, 4);
    expect(trustIn(record(0, 0, 0), false).estimate).toBe(0.75);
    expect(trustIn(record(500, 500, 0), false).accuracy).toBeGreaterThan(0);
  });

  test("below 60 % of what could be checked a judge is dropped, but not for a few truths", () => {
    expect(isDropped(trustIn(record(30, 20, 11), false))).toBe(true); // (11 + 3) / 24 = 0.583
    expect(isDropped(trustIn(record(30, 20, 12), false))).toBe(false); // (12 + 3) / 24 = 0.625
    expect(isDropped(trustIn(record(9, 9, 0), false))).toBe(false);
    expect(isDropped(trustIn(record(10, 10, 0), false))).toBe(true);
    expect(isDropped(trustIn(0.55, false))).toBe(false);
  });
});

describe("the order of worth", () => {
  const names = (
    judges: readonly { readonly name: string; readonly record: JudgeRecord }[],
  ): readonly string[] =>
    byWorth(judges.map(({ name, record: known }) => ({ name, trust: trustIn(known, false) }))).map(
      ({ name }) => name,
    );

  test("is by cost among those that records cannot tell apart, and by what they settle otherwise", () => {
    expect(
      names([
        { name: "weak and cheap", record: record(100, 80, 50, 1) },
        { name: "best and dear", record: record(100, 95, 90, 1_000) },
        { name: "nearly as good", record: record(100, 95, 89, 100) },
      ]),
    ).toEqual(["nearly as good", "best and dear", "weak and cheap"]);
  });

  test("counts a question without a choice as half", () => {
    expect(
      names([
        { name: "right when it speaks", record: record(400, 80, 80, 1) },
        { name: "speaks", record: record(400, 400, 340, 9) },
      ]),
    ).toEqual(["speaks", "right when it speaks"]);
  });

  test("is the cheapest first where little is known", () => {
    expect(
      names([
        { name: "dear", record: record(3, 3, 3, 9) },
        { name: "cheap", record: record(3, 3, 2, 1) },
      ]),
    ).toEqual(["cheap", "dear"]);
  });
});

describe("weights", () => {
  const trust = (weights: unknown, judge: string = "j"): JudgeTrust =>
    trustBy(weights, "w")(judge, false);

  test("are shares above one half, or counts that fit each other, by name", () => {
    expect(trust({ j: 0.51 }).accuracy).toBe(0.51);
    expect(trust(new Map([["j", record(50, 36, 33)]])).estimate).toBeCloseTo(0.9, 12);
    expect(trust({ j: 0.9 }, "__proto__").accuracy).toBe(0.75);
    expect(trust(undefined).accuracy).toBe(0.75);
    const bad = expect.objectContaining({ code: "BAD_OPTIONS" });
    for (const weight of [
      0.5,
      1,
      0,
      -1,
      Number.NaN,
      "0.8",
      null,
      {},
      record(1, 2, 0),
      record(3, 1, 2),
      record(1.5, 1, 1),
      record(3, 2, 1, -1),
      record(3, 2, 1, Number.NaN),
      { truths: 3, consistent: 2 },
    ]) {
      expect(() => trust({ j: weight })).toThrow(bad);
    }
    const former = { outcomes: 3, consistent: 2, right: 1 };
    expect(() => trust({ j: former })).toThrow("j: outcomes was renamed to truths");
    for (const weights of ["j", 3, null]) expect(() => trust(weights)).toThrow(bad);
  });

  const votes = Array.from({ length: 40 }, (_, i) => [
    { agent: "good", subject: `s${i}`, position: i % 10 === 0 ? "no" : "yes" },
    { agent: "bad", subject: `s${i}`, position: i % 2 === 0 ? "no" : "yes" },
  ]).flat();
  const truths = Array.from({ length: 40 }, (_, i) => ({ subject: `s${i}`, position: "yes" }));

  test("may be learned from truths, and count one standard error lower too", () => {
    const learned = learn(votes, { labels: "open", truths });
    const good = trust(learned, "good");
    expect(good.checked).toBe(40);
    expect(good.estimate).toBeGreaterThan(0.8);
    expect(good.accuracy).toBeLessThan(good.estimate);
    expect(isDropped(trust(learned, "bad"))).toBe(true);
    expect(trust(learned, "stranger").accuracy).toBe(0.75);
  });

  test("are not what was learned from agreement alone", () => {
    const learned = learn(votes, { labels: "open" });
    expect(() => trust(learned)).toThrow(/not learned from truths/);
  });
});
