import { describe, expect, test } from "vitest";
import type { Decision, Resolver, Deferral, Question } from "../../src/resolve/resolver.ts";
import { laplace } from "../../src/resolve/confidence.ts";
import { prefer } from "../../src/resolve/prefer.ts";
import { support } from "../../src/resolve/support.ts";
import { unanimous } from "../../src/resolve/unanimous.ts";
import { vote } from "../../src/resolve/vote.ts";
import { ALONE, position, question } from "./ask.ts";

function decided(resolver: Resolver, asked: Question): Decision {
  const ruling = resolver.settle(asked, ALONE);
  if (ruling instanceof Promise || ruling.defer !== undefined)
    throw new Error(`${resolver.name} did not decide`);
  return ruling;
}

function deferred(resolver: Resolver, asked: Question): Deferral {
  const ruling = resolver.settle(asked, ALONE);
  if (ruling instanceof Promise || ruling.defer === undefined)
    throw new Error(`${resolver.name} did not defer`);
  return ruling;
}

const badOptions = expect.objectContaining({ code: "BAD_OPTIONS" });
const agents = (count: number): string[] => Array.from({ length: count }, (_, i) => `agent-${i}`);

describe("vote", () => {
  test("lets the most held position win, and says by how much", () => {
    expect(
      decided(vote(), question({ hold: ["security", "style"], ship: ["performance"] })),
    ).toEqual({
      winner: "hold",
      confidence: 3 / 5,
      confidenceFrom: "laplace",
      reasoning: '"hold" has 2 of 3 votes, a margin of 33.3 %.',
    });
  });

  test("defers as tied when the first two are even, whoever else votes", () => {
    const ruling = deferred(vote(), question({ hold: ["a", "b"], ship: ["c", "d"], wait: ["e"] }));
    expect(ruling).toEqual({
      defer: '"hold" has 2 of 5 votes, and "ship" as many',
      status: "tied",
    });
  });

  test("weighs agents by name, 1 where nothing is said", () => {
    const asked = question({ hold: ["a"], ship: ["b", "c"] });
    expect(decided(vote({ weights: { a: 3 } }), asked).winner).toBe("hold");
    expect(
      decided(
        vote({ weights: new Map([["b", 0]]), quorum: 2 }),
        question({ hold: ["a", "d"], ship: ["b", "c"] }),
      ).winner,
    ).toBe("hold");
    expect(deferred(vote({ weights: { a: 2 } }), asked).status).toBe("tied");
  });

  test("is not fooled by how weights add up in floating point", () => {
    const asked = question({ hold: ["a", "b"], ship: ["c"] });
    expect(deferred(vote({ weights: { a: 0.1, b: 0.2, c: 0.3 } }), asked).status).toBe("tied");
  });

  test("knows agents that are called like what every object has", () => {
    const asked = question({ hold: ["toString", "constructor"], ship: ["a"] });
    expect(decided(vote(), asked).confidence).toBeCloseTo(3 / 5);
    const weights = Object.fromEntries([["__proto__", 5]]);
    expect(
      decided(vote({ weights }), {
        ...asked,
        positions: [position("ship", ["__proto__"]), position("hold", ["a", "b"])],
      }).winner,
    ).toBe("ship");
  });

  test("defers when the lead is smaller than the margin", () => {
    const asked = question({ hold: agents(6), ship: agents(4) });
    expect(decided(vote({ margin: 0.2 }), asked).winner).toBe("hold");
    expect(deferred(vote({ margin: 0.21 }), asked)).toEqual({
      defer: '"hold" has 6 of 10 votes, a margin of 20 %, less than the 21 % asked for',
    });
  });

  test("defers as no-quorum when too few with a weight voted", () => {
    const asked = question({ hold: ["a", "b"], ship: ["c"] });
    expect(decided(vote({ quorum: 3 }), asked).winner).toBe("hold");
    expect(deferred(vote({ quorum: 4 }), asked).status).toBe("no-quorum");
    expect(deferred(vote({ quorum: 3, weights: { c: 0 } }), asked).status).toBe("no-quorum");
    expect(deferred(vote({ weights: { a: 0, b: 0, c: 0 } }), asked).status).toBe("no-quorum");
  });

  test("defers on findings", () => {
    expect(
      deferred(vote(), question({ absent: ["a", "b"], present: ["c"] }, "finding")).status,
    ).toBeUndefined();
  });

  test.each([
    [{ weights: { a: -1 } }],
    [{ weights: { a: Number.NaN } }],
    [{ weights: { a: Number.POSITIVE_INFINITY } }],
    [{ weights: { a: "3" } }],
    [{ margin: 1.1 }],
    [{ margin: -0.1 }],
    [{ quorum: 0 }],
    [{ quorum: 1.5 }],
  ])("refuses %j", (options) => {
    expect(() => vote(options as never)).toThrow(badOptions);
  });
});

describe("support, about findings", () => {
  const finding = (reports: number, silent: number): Question =>
    question({ absent: agents(silent), present: agents(reports) }, "finding");

  test("lets a finding stand that enough agents report, however many do not", () => {
    expect(decided(support(), finding(2, 4))).toEqual({
      winner: "present",
      confidence: 3 / 5,
      confidenceFrom: "laplace",
      reasoning: "Reported by 2 agents; at least 2 are asked for.",
    });
    expect(decided(support(), finding(1, 1))).toMatchObject({
      winner: "absent",
      confidence: 2 / 4,
    });
    expect(decided(support({ atLeast: 3 }), finding(2, 3))).toMatchObject({
      winner: "absent",
      confidence: 3 / 6,
    });
    expect(decided(support({ atLeast: 1 }), finding(1, 9))).toMatchObject({
      winner: "present",
      confidence: 2 / 3,
    });
  });

  test("asks for a third of those who looked, where that is more than two", () => {
    const outcomes = [
      [2, 4, "present"],
      [2, 5, "absent"],
      [3, 6, "present"],
      [3, 7, "absent"],
      [4, 8, "present"],
      [10, 20, "present"],
      [9, 19, "absent"],
    ] as const;
    for (const [reports, silent, winner] of outcomes) {
      expect(decided(support(), finding(reports, silent)).winner).toBe(winner);
      expect(decided(support({ atLeast: 2 }), finding(reports, silent)).winner).toBe("present");
    }
  });

  test("is surer the more report it, and never less sure than a coin", () => {
    for (const atLeast of [1, 2, 3, 5]) {
      const sure = agents(9).map(
        (_, reports) => decided(support({ atLeast }), finding(reports + 1, 20)).confidence,
      );
      expect(Math.min(...sure)).toBeGreaterThanOrEqual(0.5);
      expect(sure.slice(atLeast - 1)).toEqual(sure.slice(atLeast - 1).toSorted((a, b) => a - b));
    }
  });

  test("cannot decide for absent when nobody holds it", () => {
    const asked = {
      ...question({ present: ["a"], other: ["b"] }, "finding"),
      positions: [position("present", ["a"])],
    };
    expect(deferred(support({ atLeast: 2 }), asked).defer).toBe(
      "1 agent of the 2 asked for report it",
    );
  });
});

describe("support, about claims", () => {
  test("decides for the only position that enough agents hold", () => {
    expect(
      decided(support(), question({ hold: ["a", "b"], ship: ["c"], wait: ["d"] })),
    ).toMatchObject({ winner: "hold", confidence: 3 / 7 });
  });

  test("defers when several are held by enough, or none", () => {
    expect(deferred(support(), question({ hold: ["a", "b"], ship: ["c", "d"] })).defer).toBe(
      "2 positions are held by 2 agents or more",
    );
    expect(deferred(support(), question({ hold: ["a"], ship: ["c"] })).defer).toBe(
      "no position is held by 2 agents or more",
    );
  });

  test.each([0, 1.5, -1, Number.NaN])("refuses atLeast %d", (atLeast) => {
    expect(() => support({ atLeast })).toThrow(badOptions);
  });
});

describe("prefer", () => {
  test("takes the first listed position that somebody holds, however few", () => {
    const asked = question({ ship: ["a", "b"], Hold: ["c"] });
    expect(decided(prefer(["stop", " hold", "ship"]), asked)).toMatchObject({
      winner: "Hold",
      confidence: 2 / 5,
    });
  });

  test("defers when nobody holds any of them", () => {
    expect(deferred(prefer(["stop"]), question({ ship: ["a"], hold: ["b"] })).defer).toBe(
      "no agent holds a position that is preferred",
    );
  });

  test("refuses an empty list, and what is not JSON", () => {
    expect(() => prefer([])).toThrow(badOptions);
    expect(() => prefer([undefined as never])).toThrow(badOptions);
  });
});

describe("unanimous", () => {
  test("defers on every conflict", () => {
    expect(deferred(unanimous(), question({ ship: ["a"], hold: ["b"] })).defer).toBe(
      "there are 2 positions",
    );
  });

  test("decides where all agree, if enough spoke", () => {
    const agree = question({ ship: ["a", "b"] });
    expect(unanimous({ quorum: 2 }).agreed?.(agree, ALONE)).toMatchObject({
      winner: "ship",
      confidence: 3 / 4,
    });
    expect(unanimous({ quorum: 3 }).agreed?.(agree, ALONE)).toEqual({
      defer: "2 agents spoke, fewer than the quorum of 3",
      status: "no-quorum",
    });
    expect(() => unanimous({ quorum: 0 })).toThrow(badOptions);
  });
});

test("a confidence without a record follows Laplace's rule of succession", () => {
  expect(laplace(0, 0, 2)).toBe(1 / 2);
  expect(laplace(2, 2, 2)).toBe(3 / 4);
  expect(laplace(1, 1, 1)).toBe(2 / 3);
  expect(laplace(1, 3, 3)).toBe(1 / 3);
});
