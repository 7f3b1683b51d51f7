import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { settle } from "../../../src/index.ts";
import { learnFindings, type RecordedReview, learnedSupport } from "../../../src/learning/index.ts";
import { findingChances } from "../../../src/learning/statistics/finding-model.ts";
import { fitLogistic, chanceOf } from "../../../src/learning/statistics/ridge-logistic.ts";

const badOptions = expect.objectContaining({ code: "BAD_OPTIONS" });

/** The same draws every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Reviews by five agents, where the number of reporters says most, and `sharp` is more often right than `noisy`. */
function reviews(count: number): readonly RecordedReview[] {
  const next = random(7);
  const agents = ["sharp", "noisy", "b", "c", "d"];
  return Array.from({ length: count }, (_, r) => ({
    missed: 1,
    findings: Array.from({ length: 8 }, (__, f) => {
      const right = next() < 0.3;
      const chance = (agent: string): number =>
        agent === "noisy" ? 0.5 : agent === "sharp" ? (right ? 0.7 : 0.05) : right ? 0.5 : 0.15;
      const reportedBy = agents.filter((agent) => next() < chance(agent));
      return {
        text: `finding ${r} ${f} ${["pointer", "style", "lock"][(r + f) % 3] ?? ""} ${r % 2 === 0 ? "parser" : ""}`,
        reportedBy: reportedBy.length > 0 ? reportedBy : ["noisy"],
        right,
      };
    }),
  }));
}

describe("learning which findings are right", () => {
  const model = learnFindings(reviews(40));
  const chanceFor = (reportedBy: readonly string[], text = "a null pointer"): number =>
    findingChances(model, [{ text, reportedBy }])[0] ?? 0;

  test("makes more of more reporters, and of reporters that were right before", () => {
    expect(model.refused).toBeUndefined();
    expect(model.truths).toBe(320);
    expect(chanceFor(["b", "c", "d"])).toBeGreaterThan(chanceFor(["b", "c"]));
    expect(chanceFor(["b", "c"])).toBeGreaterThan(chanceFor(["b"]));
    expect(chanceFor(["sharp"])).toBeGreaterThan(chanceFor(["b"]));
    expect(chanceFor(["b"])).toBeGreaterThan(chanceFor(["noisy"]));
    expect(model.agents.map(({ agent }) => agent)).toEqual(["b", "c", "d", "noisy", "sharp"]);
  });

  test("believes a short record less than a long one", () => {
    const lucky = reviews(40).map(({ findings, missed = 0 }, i) => ({
      missed,
      findings: [
        ...findings,
        ...(i < 12 ? [{ text: `long ${i}`, reportedBy: ["steady"], right: true }] : []),
        ...(i === 0 ? [{ text: "once", reportedBy: ["lucky"], right: true }] : []),
      ],
    }));
    const records = new Map(learnFindings(lucky).agents.map((one) => [one.agent, one.record]));
    expect(records.get("steady")).toBeGreaterThan(3 * (records.get("lucky") ?? 0));
    expect(records.get("lucky")).toBeGreaterThan(0.05);
  });

  test("takes somebody who never reported for one like all", () => {
    const usual = chanceFor(["somebody else"]);
    expect(usual).toBeLessThan(chanceFor(["sharp"]));
    expect(usual).toBeGreaterThan(chanceFor(["noisy"]));
    expect(chanceFor(["__proto__"])).toBe(usual);
  });

  test("makes less of somebody who reports everything", () => {
    const quiet = { text: "x", reportedBy: ["b"] };
    const flood = Array.from({ length: 30 }, () => ({ text: "y", reportedBy: ["b"] }));
    const [alone = 0] = findingChances(model, [quiet]);
    const [amongMany = 0] = findingChances(model, [quiet, ...flood]);
    expect(alone).toBeGreaterThan(amongMany);
  });

  test("makes no more of a text than its first words deserve", () => {
    const long = (count: number): string =>
      Array.from({ length: count }, (_, i) => `w${i}`).join(" ");
    expect(chanceFor(["b"], long(5_000))).toBe(chanceFor(["b"], long(100)));
  });

  test("gives chances that are about as often right as they say", () => {
    const later = reviews(80).slice(40);
    const pairs = later.flatMap(({ findings }) =>
      findingChances(model, findings).map((chance, i) => [chance, findings[i]?.right] as const),
    );
    const mean = pairs.reduce((sum, [chance]) => sum + chance, 0) / pairs.length;
    const right = pairs.filter(([, is]) => is === true).length / pairs.length;
    expect(Math.abs(mean - right)).toBeLessThan(0.08);
  });

  test("draws the line lower the more is missed anyway", () => {
    const sought = reviews(40).map((review) => ({ ...review, missed: 10 }));
    expect(learnFindings(sought).standsFrom).toBeLessThan(model.standsFrom);
  });

  test("is the same to the last bit in any order of reviews, findings and names", () => {
    const all = reviews(15);
    const shuffled = fc.shuffledSubarray([...all], { minLength: all.length }).map((list) =>
      list.map(({ findings, missed = 0 }) => ({
        missed,
        findings: findings
          .toReversed()
          .map((finding) => ({ ...finding, reportedBy: finding.reportedBy.toReversed() })),
      })),
    );
    const expected = JSON.stringify(learnFindings(all));
    fc.assert(
      fc.property(shuffled, (list) => {
        expect(JSON.stringify(learnFindings(list))).toBe(expected);
      }),
    );
  });

  test("counts a reporter that is listed twice once", () => {
    const twice = reviews(40).map(({ findings, missed = 0 }) => ({
      missed,
      findings: findings.map((finding) => ({
        ...finding,
        reportedBy: [...finding.reportedBy, ...finding.reportedBy],
      })),
    }));
    expect(learnFindings(twice)).toEqual(model);
  });

  test("refuses to be used with few truths, or when all are right", () => {
    expect(learnFindings([]).refused).toMatch(/0 findings .* too few/);
    expect(learnFindings(reviews(5)).refused).toMatch(/40 findings/);
    const right = reviews(40).map(({ findings }) => ({
      findings: findings.map((finding) => ({ ...finding, right: true })),
    }));
    expect(learnFindings(right).refused).toMatch(/15 wrong/);
    const unknown = reviews(40).map(({ findings }) => ({
      findings: findings.map(({ text, reportedBy }) => ({ text, reportedBy })),
    }));
    expect(learnFindings(unknown).truths).toBe(0);
  });

  test.each([
    [[null], /findings/],
    [[{ findings: [{ text: 5, reportedBy: [] }] }], /text/],
    [[{ findings: [{ text: "x", reportedBy: "a" }] }], /reportedBy/],
    [[{ findings: [{ text: "x", reportedBy: ["a"], right: 1 }] }], /right/],
    [[{ findings: [], missed: -1 }], /missed/],
  ])("refuses what is no review: %j", (given, why) => {
    expect(() => learnFindings(given as never)).toThrow(badOptions);
    expect(() => learnFindings(given as never)).toThrow(why);
  });
});

describe("support by what was learned", () => {
  const learned = learnFindings(reviews(40));
  const findings = [
    { agent: "sharp", text: "a null pointer in the parser" },
    { agent: "b", text: "the parser follows a null pointer" },
    { agent: "c", text: "parser: null pointer" },
    { agent: "noisy", text: "a colon is missing" },
  ];
  const answered = ["sharp", "noisy", "b", "c", "d"];

  test("decides findings, with the chance that they are right and from when they stand", async () => {
    const resolve = [learnedSupport({ learned })];
    const [pointer, colon] = await settle([], { findings, answered, resolve });
    expect(pointer).toMatchObject({
      winner: "present",
      by: "support",
      confidenceFrom: "finding-logistic",
      calibrated: true,
    });
    expect(pointer?.reasoning).toMatch(
      /Reported by 3 agents, it is right with 0\.\d+, by what 320 earlier findings turned out to be; from 0\.\d+ on/,
    );
    expect(colon?.winner).toBe("absent");
  });

  test("is the same after a trip through JSON", async () => {
    const kept = JSON.parse(JSON.stringify(learned)) as typeof learned;
    const before = await settle([], { findings, answered, resolve: [learnedSupport({ learned })] });
    const after = await settle([], {
      findings,
      answered,
      resolve: [learnedSupport({ learned: kept })],
    });
    expect(after).toEqual(before);
  });

  test("counts where too little was learned, and says so", async () => {
    const resolve = [learnedSupport({ learned: learnFindings([]) })];
    const [pointer] = await settle([], { findings, answered, resolve });
    expect(pointer).toMatchObject({ winner: "present", confidenceFrom: "laplace" });
    expect(pointer?.reasoning).toMatch(/Nothing learned is used: 0 findings/);
  });

  test("leaves claims to the count", async () => {
    const claims = ["a", "b"].map((agent) => ({ agent, subject: "task", position: "hold" }));
    const split = [...claims, { agent: "c", subject: "task", position: "ship" }];
    const [task] = await settle(split, { resolve: [learnedSupport({ learned })] });
    expect(task).toMatchObject({ winner: "hold", confidenceFrom: "laplace" });
  });

  test.each([[{}], [{ ...learned, standsFrom: "0.5" }], [{ ...learned, logistic: null }], [5]])(
    "refuses what is no model: %j",
    (given) => {
      expect(() => learnedSupport({ learned: given as never })).toThrow(badOptions);
    },
  );
});

describe("the logistic regression", () => {
  test("finds the odds of a table of two by two when nothing holds it back", () => {
    // 30 of 40 are right with the feature, 10 of 40 without: odds 3 and 1/3.
    const examples = [
      ...Array.from({ length: 40 }, (_, i) => ({ features: [1], right: i < 30 })),
      ...Array.from({ length: 40 }, (_, i) => ({ features: [0], right: i < 10 })),
    ];
    const free = fitLogistic(examples, 1e-9);
    expect(free.intercept).toBeCloseTo(Math.log(1 / 3), 6);
    expect(free.weights[0]).toBeCloseTo(Math.log(9), 6);
    expect(chanceOf(free, [1])).toBeCloseTo(0.75, 6);
    const held = fitLogistic(examples, 10);
    expect(held.weights[0]).toBeGreaterThan(0);
    expect(held.weights[0]).toBeLessThan(Math.log(9));
  });

  test("gives a feature that does not vary no weight, and stays finite where one decides everything", () => {
    const examples = Array.from({ length: 40 }, (_, i) => ({
      features: [5, i < 20 ? 1 : 0],
      right: i < 20,
    }));
    const { intercept, weights } = fitLogistic(examples, 1);
    expect(weights[0]).toBeCloseTo(0, 9);
    expect(Number.isFinite(intercept)).toBe(true);
    expect(weights[1]).toBeGreaterThan(1);
  });
});
