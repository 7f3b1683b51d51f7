import { describe, expect, test } from "vitest";
import { agent, type Agent } from "../../../src/describe/agent.ts";
import { judge } from "../../../src/resolve/judge/judge.ts";
import type { JudgePanelOptions } from "../../../src/resolve/judge/panel-options.ts";
import type { JudgeAnswer, JudgeQuestion } from "../../../src/resolve/judge/question.ts";
import type { Question, Ruling } from "../../../src/resolve/resolver.ts";
import { directAsk, position, question } from "../ask.ts";

const dispute: Question = question({ ship: ["security"], hold: ["style"] });

/** A judge that chooses this position in both orders; with two of them, one in each. */
function judging(
  name: string,
  first: string,
  second: string = first,
): Agent<string, JudgeQuestion, JudgeAnswer> {
  return agent({
    name,
    run: ({ options }: JudgeQuestion): JudgeAnswer => {
      const wanted = options[0]?.position === "hold" ? first : second;
      const chosen = options.find(({ position: value }) => value === wanted);
      return { choice: chosen?.id ?? "nothing", reasoning: `${name} knows` };
    },
  });
}

async function rule(
  options: JudgePanelOptions,
  asked: Question = dispute,
): Promise<{ ruling: Ruling; keys: readonly string[] }> {
  const { ask, keys } = directAsk();
  return { ruling: await judge(options).settle(asked, { ask, signal: undefined }), keys };
}

describe("a panel of judges", () => {
  test("asks the next one only while no position is likely enough", async () => {
    const { ruling, keys } = await rule({
      panel: [judging("cheap", "hold"), judging("middle", "hold"), judging("strong", "ship")],
    });
    // Twice 0.75: 2 × ln 3 / 1.3 = 1.690, that is 0.844.
    expect(ruling).toMatchObject({ winner: "hold", confidenceFrom: "judge-panel" });
    expect(ruling.defer === undefined && ruling.confidence).toBeCloseTo(0.844, 3);
    expect(keys).toEqual(["judge:task:1", "judge:task:2", "judge:task:1", "judge:task:2"]);
  });

  test("is content with one whose weight is enough, and asks all for 1", async () => {
    const panel = [judging("cheap", "hold"), judging("strong", "hold")];
    const one = await rule({ panel, weights: { cheap: 0.85 } });
    expect(one.keys).toHaveLength(2);
    expect(one.ruling.defer === undefined && one.ruling.confidence).toBeCloseTo(0.85, 12);
    expect((await rule({ panel, weights: { cheap: 0.85 }, stopAt: 1 })).keys).toHaveLength(4);
    expect((await rule({ panel, weights: { cheap: 0.85 }, stopAt: 0.85 })).keys).toHaveLength(2);
  });

  test("takes nothing from a judge that goes by the place, fails, or names no option", async () => {
    const { ruling, keys } = await rule({
      panel: [
        judging("fickle", "hold", "ship"),
        judging("mute", "neither"),
        agent({
          name: "broken",
          run: (): JudgeAnswer => {
            throw new Error("no model");
          },
        }),
        judging("strong", "ship"),
      ],
    });
    // The one that names no option is asked again, in both orders.
    expect(keys).toHaveLength(10);
    expect(ruling).toMatchObject({ winner: "ship" });
    expect(ruling.defer === undefined && ruling.confidence).toBeCloseTo(0.75, 12);
    const reasoning = ruling.defer === undefined ? ruling.reasoning : "";
    expect(reasoning).toContain('fickle chose "hold" in one order and "ship" in the other');
    expect(reasoning).toContain("mute gave no choice (the choice is");
    expect(reasoning).toContain("broken gave no choice (no answer: no model)");
    expect(reasoning).toContain('strong chose "ship" in both orders (counts 0.75: strong knows)');
  });

  test("defers where nobody is left and nothing is likely enough, with what it knows", async () => {
    const even = await rule({ panel: [judging("a", "hold"), judging("b", "ship")] });
    expect(even.ruling.defer).toMatch(
      /^the judges are even\. Asked: a chose "hold".*b chose "ship"/,
    );
    const nobody = await rule({ panel: [judging("a", "hold", "ship")] });
    expect(nobody.ruling.defer).toMatch(/^no judge chose the same in all orders\. Asked: a chose/);
    const weights = { a: 0.77, b: 0.75 };
    const panel = [judging("a", "hold"), judging("b", "ship")];
    const low = await rule({ panel, weights, stopAt: 0.9 });
    expect(low.ruling.defer).toMatch(
      /^"hold" is the likeliest at 0\.5\d, less than the 0\.60 asked/,
    );
    const least = await rule({ panel, weights, stopAt: 0.9, atLeast: 0.5 });
    expect(least.ruling).toMatchObject({ winner: "hold" });
  });

  test("says who could have changed it", async () => {
    const alone = await rule({ panel: [judging("a", "hold")] });
    expect(alone.ruling.defer === undefined && alone.ruling.reasoning).toContain(
      'It would not be, had a chosen "ship".',
    );
    const three = await rule({
      panel: ["a", "b", "c", "d"].map((name) => judging(name, "hold")),
      stopAt: 0.86,
      atLeast: 0.7,
    });
    expect(three.ruling.defer === undefined && three.ruling.reasoning).toContain(
      '"hold" is right with 0.89. It would not be, had a, b, c chosen "ship".',
    );
    const five = await rule({
      panel: ["a", "b", "c", "d", "e"].map((name) => judging(name, "hold")),
      stopAt: 1,
    });
    expect(five.ruling.defer === undefined && five.ruling.reasoning).toContain(
      'No one judge could have changed that by choosing "ship".',
    );
  });

  test("does not ask a judge about what it holds itself, by its name or a declared one", async () => {
    const { ruling, keys } = await rule({
      panel: [
        judging("style", "hold"),
        { ask: judging("other", "hold"), authorOf: ["security"] },
        judging("strong", "ship"),
      ],
    });
    expect(keys).toHaveLength(2);
    expect(ruling).toMatchObject({ winner: "ship" });
    expect(ruling.defer === undefined && ruling.reasoning).toContain(
      "Not asked about their own positions: style, other.",
    );
    const own = await rule({ panel: [judging("style", "hold")] });
    expect(own.ruling.defer).toMatch(/^no judge is left to ask\. Not asked about .*: style\.$/);
    const elsewhere = await rule(
      { panel: [judging("style", "hold")] },
      question({ ship: ["a"], hold: ["b"] }),
    );
    expect(elsewhere.ruling).toMatchObject({ winner: "hold" });
  });

  test("does not ask a judge with a bad record, and says so", async () => {
    const weights = { bad: { truths: 40, consistent: 30, right: 15 } };
    const panel = [judging("bad", "ship"), judging("good", "hold")];
    const { ruling, keys } = await rule({ panel, weights });
    expect(keys).toHaveLength(2);
    expect(ruling).toMatchObject({ winner: "hold" });
    expect(ruling.defer === undefined && ruling.reasoning).toContain(
      "Not asked because of their records: bad (0.53 after 30 truths).",
    );
    expect(judge({ panel, weights }).asks?.map(({ name }) => name)).toEqual(["good"]);
  });

  test("asks a judge that order cannot influence once, and takes less from it", async () => {
    const { ruling, keys } = await rule({ panel: [{ ask: judging("score", "hold"), once: true }] });
    expect(keys).toEqual(["judge:task:1"]);
    expect(ruling.defer === undefined && ruling.confidence).toBeCloseTo(2 / 3, 12);
    expect(ruling.defer === undefined && ruling.reasoning).toContain(
      'score chose "hold" (counts 0.67',
    );
  });

  test("is put in the order of worth by records", async () => {
    const weights = {
      cheap: { truths: 100, consistent: 60, right: 40, usdMicros: 10 },
      strong: { truths: 100, consistent: 95, right: 90, usdMicros: 500 },
    };
    const panel = [judging("cheap", "ship"), judging("strong", "hold")];
    const asks = (options: JudgePanelOptions): unknown =>
      judge(options).asks?.map(({ name }) => name);
    expect(asks({ panel, weights })).toEqual(["cheap", "strong"]);
    expect(asks({ panel, weights, order: "worth" })).toEqual(["strong", "cheap"]);
    expect(asks({ panel, weights: new Map(Object.entries(weights)), order: "worth" })).toEqual([
      "strong",
      "cheap",
    ]);
  });

  test("defers where evidence is required and nobody gave any", async () => {
    const options: JudgePanelOptions = { panel: [judging("a", "hold")], evidence: "required" };
    const { ruling, keys } = await rule(options);
    expect(ruling.defer).toBe("no agent gave evidence for any position, and evidence is required");
    expect(keys).toEqual([]);
    const some = {
      ...dispute,
      positions: [position("ship", ["x"]), position("hold", ["y"], "slow")],
    };
    expect((await rule(options, some)).ruling).toMatchObject({ winner: "hold" });
  });

  test("names functions after the resolver and their place", () => {
    const wise = ({ options }: JudgeQuestion): JudgeAnswer => ({ choice: options[0]?.id ?? "" });
    const resolver = judge({ panel: [wise, { ask: wise, name: "mine" }, wise], name: "court" });
    expect(resolver.asks?.map(({ name }) => name)).toEqual(["court-1", "mine", "court-3"]);
    expect(resolver.name).toBe("court");
  });

  test("is another resolver with other options", () => {
    const panel = [judging("a", "hold")];
    const definitions = [
      judge({ panel }),
      judge({ panel, stopAt: 0.9 }),
      judge({ panel, atLeast: 0.7 }),
      judge({ panel, weights: { a: 0.9 } }),
      judge({ panel: [{ ask: judging("a", "hold"), once: true }] }),
      judge({ panel, evidence: "required" }),
    ].map(({ definition }) => JSON.stringify(definition));
    expect(new Set(definitions).size).toBe(definitions.length);
  });

  test("says a bounded amount about any number of judges", async () => {
    const many = Array.from({ length: 200 }, (_, i) =>
      judging(`judge ${i} ${"x".repeat(80)}`, "hold", "ship"),
    );
    const { ruling } = await rule({ panel: many });
    expect(ruling.defer?.length).toBeLessThan(2_000);
    expect(ruling.defer).toContain("and 195 more");
  });

  test("ends when the run does", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const keys: string[] = [];
    const resolver = judge({ panel: [judging("a", "hold"), judging("b", "hold")] });
    const settled = resolver.settle(dispute, {
      ask: (_agent, _task, key) => {
        keys.push(key);
        stop.abort(reason);
        return Promise.reject(reason);
      },
      signal: stop.signal,
    });
    await expect(settled).rejects.toBe(reason);
    expect(keys).toHaveLength(2);
  });

  test("refuses to be described wrongly", () => {
    const bad = expect.objectContaining({ code: "BAD_OPTIONS" });
    const a = judging("a", "hold");
    const wrong: readonly unknown[] = [
      { panel: [] },
      { panel: "a" },
      { panel: [a, a] },
      { panel: [a], stopAt: 0.5 },
      { panel: [a], stopAt: 1.01 },
      { panel: [a], atLeast: 0 },
      { panel: [a], weights: { a: 0.4 } },
      { panel: [a], weights: 3 },
      { panel: [a], order: "cheap" },
      { panel: [a], order: "worth" },
      { panel: [a], evidence: "yes" },
      { panel: [{ ask: a, twice: true }] },
      { panel: [{ ask: a, once: 1 }] },
      { panel: [{ ask: a, authorOf: "b" }] },
      { panel: [null] },
      { panel: ["gpt"] },
      { panel: [a], stopsAt: 0.9 },
      { ask: a, stopAt: 0.9 },
      {},
      undefined,
    ];
    for (const options of wrong) expect(() => judge(options as never)).toThrow(bad);
  });
});
