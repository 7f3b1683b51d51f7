import { describe, expect, it } from "vitest";
import {
  judge,
  settle,
  vote,
  type FindingModel,
  type RecordedTruth,
  type RecordedVote,
  type Reliability,
} from "../../../src/index.ts";
import {
  learn,
  learnFindings,
  reliability,
  type RecordedReview,
  learnedSupport,
} from "../../../src/learning/index.ts";

const votes: RecordedVote[] = [];
const truths: RecordedTruth[] = [];
for (let i = 0; i < 150; i++) {
  const subject = `q${i}`;
  for (const agent of ["ann", "__proto__", "constructor"])
    votes.push({ agent, subject, position: (i + agent.length) % 4 === 0 ? "x" : "y" });
  truths.push({ subject, position: i % 2 === 0 ? "x" : "y" });
}
const fixed = learn(votes, { labels: "fixed", truths });
const open = learn(votes, { labels: "open", truths });

type Mutable = Record<string, unknown>;

/** As a file has it that somebody has been at. */
function changed(model: Reliability | FindingModel, change: (copy: Mutable) => void): never {
  const copy = JSON.parse(JSON.stringify(model)) as Mutable;
  change(copy);
  return copy as never;
}

describe("a reliability out of a file", () => {
  it.each<[string, Reliability, (copy: Mutable) => void]>([
    ["whose refusal is a number", fixed, (copy) => (copy["refused"] = 7)],
    ["without a count of truths", fixed, (copy) => delete copy["truths"]],
    ["that counts truths in words", open, (copy) => (copy["truths"] = "many")],
    [
      "that turns confidences round",
      open,
      (copy) => (copy["calibration"] = { slope: -1, shift: 0 }),
    ],
    ["with a position twice", fixed, (copy) => ((copy["known"] as Mutable)["keys"] = ["x", "x"])],
    ["with a rate that makes weights endless", open, (copy) => (copy["collision"] = 5e-324)],
    ["of other labels than its estimator takes", fixed, (copy) => (copy["labels"] = "open")],
  ])("is refused when it is one %s", (_, model, change) => {
    expect(() => reliability({ from: changed(model, change) })).toThrow(
      /from is not a reliability/,
    );
  });

  it.each([
    { labels: "open", from: fixed },
    { labels: "fixed", from: open },
  ] as const)("is refused when it was learned with other labels than are declared", (options) =>
    expect(() => reliability(options)).toThrow(/leave labels out, or learn again/),
  );

  it("is refused as one of findings when it is one of claims", () => {
    expect(() => reliability({ findings: fixed })).toThrow(/findings was learned of claims/);
  });

  it("gives sound confidences whatever figures are in it", async () => {
    const extremes = changed(open, (copy) => {
      copy["calibration"] = { slope: 1e308, shift: -1e308 };
      copy["collision"] = 1e-12;
      for (const agent of copy["agents"] as Mutable[])
        Object.assign(agent, { accuracy: 1, weight: 1e308 });
    });
    const claims = ["ann", "__proto__", "nobody"].map((agent, i) => ({
      agent,
      subject: "s",
      position: i,
    }));
    const [verdict] = await settle(claims, {
      resolve: [reliability({ from: extremes, name: "it" }), vote()],
    });
    expect(verdict?.reasoning).not.toContain("NaN");
    expect(verdict?.confidence).toSatisfy((value: number) => value >= 0 && value <= 1);
  });

  it("may be of 10,000 agents", async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `agent ${i}`);
    const said = many.flatMap((agent, i) =>
      Array.from({ length: 4 }, (__, s) => ({
        agent,
        subject: `s${s}`,
        position: (i + s) % 3 === 0 ? "x" : "y",
      })),
    );
    const from = learn(said, { labels: "open", truths: [{ subject: "s0", position: "x" }] });
    expect(from.agents).toHaveLength(10_000);
    const claims = many.map((agent, i) => ({ agent, subject: "s", position: `p${i}` }));
    const [verdict] = await settle(claims, { resolve: [reliability({ from })] });
    expect(verdict?.reasoning.length).toBeLessThan(2_000);
  });
});

describe("a model of findings out of a file", () => {
  const reviews: RecordedReview[] = Array.from({ length: 40 }, (_, n) => ({
    findings: [
      { text: `the loop never ends ${n}`, reportedBy: ["ann", "bob"], right: true },
      { text: "a typo", reportedBy: ["cid"], right: false },
    ],
  }));
  const model = learnFindings(reviews);

  it.each<[string, (copy: Mutable) => void]>([
    ["whose refusal is a number", (copy) => (copy["refused"] = 7)],
    ["with a line that nothing reaches", (copy) => (copy["standsFrom"] = 5)],
    ["with a count below nothing", (copy) => (copy["truths"] = -1)],
    [
      "with endless weights",
      (copy) => (copy["logistic"] = { intercept: 0, weights: [1e308, -1e308, 0, 0] }),
    ],
    ["with an endless record", (copy) => (copy["agents"] = [{ agent: "ann", record: 1e308 }])],
  ])("is refused when it is one %s", (_, change) => {
    expect(model.refused).toBeUndefined();
    expect(() => learnedSupport({ learned: changed(model, change) })).toThrow(
      /learned is not a model of findings/,
    );
  });
});

describe("a panel", () => {
  const ask = () => Promise.resolve({ choice: "A" });

  it("refuses two judges of one name, and names those that have none", () => {
    const twins = [
      { name: "twin", ask },
      { name: "twin", ask },
    ];
    expect(() => judge({ panel: twins })).toThrow('two judges are named "twin"');
    expect(judge({ panel: [ask, ask] }).asks?.map(({ name }) => name)).toEqual([
      "judge-1",
      "judge-2",
    ]);
  });
});
