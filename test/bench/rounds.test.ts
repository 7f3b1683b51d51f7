import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slopeOf } from "../../bench/flat/curve.ts";
import { judge, measureRounds, median } from "../../bench/rounds.ts";
import { times, type Workload } from "../../bench/workload.ts";

const workload: Workload = {
  id: "W0",
  title: "nothing",
  systems: ["quorate", "raw", "other"],
  shown: [{ metric: "ms", unit: "ms" }],
  rounds: { full: 3, quick: 1 },
  size: { full: 1, quick: 1 },
  fresh: false,
  measure: async () => ({ ms: 1 }),
  goals: [],
};

describe("median", () => {
  it("has half of the values on each side, whatever their order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), { minLength: 1 }),
        (values) => {
          const middle = median(values);
          const half = values.length / 2;
          expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(half);
          expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(half);
        },
      ),
    );
  });
});

describe("rounds", () => {
  it("measure every system once, each round starting with another", async () => {
    const order: string[] = [];
    const rounds = await measureRounds(workload, 3, async (system) => {
      order.push(system);
      return { ms: order.length };
    });
    expect(order.join(" ")).toBe("quorate raw other raw other quorate other quorate raw");
    expect(rounds[1]).toEqual({ raw: { ms: 4 }, other: { ms: 5 }, quorate: { ms: 6 } });
  });
});

describe("a goal", () => {
  const goal = { text: "x raw", value: times("ms", "raw"), atMost: 2 };
  const round = (quorate: number, raw: number) => ({ quorate: { ms: quorate }, raw: { ms: raw } });

  it("is judged by the median of the ratios within each round, not by the ratio of medians", () => {
    const judged = judge(goal, [round(2, 1), round(30, 10), round(10, 10)]);
    expect(judged).toMatchObject({ median: 2, lowest: 1, highest: 3, met: true });
  });

  it("is missed by a little as well as by much", () => {
    expect(judge(goal, [round(2.001, 1)])).toMatchObject({ met: false });
  });

  it("may be bounded below instead", () => {
    const used = { text: "used", value: times("ms", "raw"), atLeast: 0.97 };
    expect(judge(used, [round(0.98, 1)])).toMatchObject({ met: true, atLeast: 0.97 });
    expect(judge(used, [round(0.96, 1)])).toMatchObject({ met: false });
  });

  it("is never met by something that was not measured", () => {
    expect(() => judge(goal, [{ quorate: { ms: 1 } }])).toThrow("No ms was measured for raw.");
  });
});

describe("the slope of a curve", () => {
  it("is 0 where the cost of one stays the same, and the exponent where it grows as a power", () => {
    const points = (power: number) =>
      [8, 64, 512].map((size) => [size, 3 * size ** power] as const);
    expect(slopeOf(points(0))).toBeCloseTo(0);
    expect(slopeOf(points(0.5))).toBeCloseTo(0.5);
    expect(slopeOf(points(-1))).toBeCloseTo(-1);
  });
});
