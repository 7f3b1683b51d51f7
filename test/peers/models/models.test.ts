// Real models: real tokens, real time, real nonsense. Nothing is said here of how good their answers are.

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { embed, modelAgent, modelJudge } from "../../../src/ai-sdk/index.ts";
import { agent, supervisor } from "../../../src/index.ts";
import { similar } from "../../../src/similar/index.ts";
import { localModels, type LocalModels } from "./llama.ts";

const folder = process.env["QUORATE_MODELS"] ?? "";
const isThere = existsSync(folder);
if (!isThere) console.log("The models are not tried: QUORATE_MODELS names no folder.");

const PRICES = { "SmolLM2-135M": { input: 1, output: 10, date: "2026-11-22" } };

describe.skipIf(!isThere)("models on this machine", () => {
  let models: LocalModels;
  beforeAll(async () => {
    models = await localModels(folder);
  }, 120_000);
  afterAll(() => models[Symbol.asyncDispose]());

  const asking = (more: object) =>
    modelAgent({
      name: "asker",
      model: models.chat,
      timeoutMs: 200_000,
      retries: 0,
      prompt: () => "Say in a few words what a code review is.",
      ...more,
    });
  const ask = async (one: ReturnType<typeof asking>) => {
    const team = supervisor({ name: "team", agents: { asker: one }, prices: PRICES });
    return (await team.run("task")).results.asker;
  };

  it("answer with a text, and what that cost is known", async () => {
    const result = await ask(
      asking({
        maxOutputTokens: 40,
        output: undefined,
        prompt: () => "Answer with one word: hello",
      }),
    );
    // It may be cut off at its longest, which is no answer, and paid for all the same.
    expect(["ok", "failed"]).toContain(result.status);
    if (!("cost" in result)) throw new Error(`it is ${result.status}`);
    const { inputTokens, outputTokens, usdMicros } = result.cost;
    expect(inputTokens).toBeGreaterThan(5);
    expect(outputTokens).toBeGreaterThan(0);
    expect(usdMicros).toBe(Number(inputTokens) + Number(outputTokens) * 10);
  });

  it("keep to the shape of an answer", async () => {
    const output = z.object({
      recommendation: z.enum(["ship", "hold"]),
      why: z.string().max(40),
    });
    const result = await ask(asking({ output, maxOutputTokens: 120 }));
    expect(result).toMatchObject({
      status: "ok",
      output: { recommendation: expect.stringMatching(/^(ship|hold)$/), why: expect.any(String) },
    });
  });

  it("that are cut off in the middle of a document give none, and are paid for", async () => {
    const output = z.object({ words: z.array(z.string()).min(50) });
    const result = await ask(asking({ output, maxOutputTokens: 12 }));
    expect(result).toMatchObject({
      error: {
        code: "OUTPUT_INVALID",
        message: expect.stringContaining("cut off at the token limit"),
      },
      cost: { outputTokens: expect.any(Number) },
    });
  });

  it("stop in the middle of an answer when they are told to, and answer again", async () => {
    const stop = new AbortController();
    const before = models.said.length;
    const telling = asking({ prompt: () => "Tell a very long story.", maxOutputTokens: 1_500 });
    const running = supervisor({
      name: "team",
      agents: { telling: { ...telling, name: "telling" } } as never,
    })
      .run("task" as never, { signal: stop.signal })
      .catch((error: unknown) => error);
    await expect.poll(() => models.said.length - before, { timeout: 120_000 }).toBeGreaterThan(3);
    const reason = new Error("enough");
    stop.abort(reason);
    expect(await running).toBe(reason);
    const stopped = models.said.length;
    const result = await ask(asking({ maxOutputTokens: 5 }));
    expect(result.status === "skipped").toBe(false);
    // What was said since is what was asked since.
    expect(models.said.length - stopped).toBeLessThan(50);
  });

  it("judge by choosing one of the options in both orders", async () => {
    const says = (name: string, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    const judging = modelJudge({ model: models.chat, maxOutputTokens: 200, timeoutMs: 200_000 });
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "ship"), b: says("b", "hold") },
      resolve: [judging],
    });
    const { verdicts, bill } = await team.run("May it ship?");
    // Which one it chooses is arbitrary, and where its orders disagree it abstains.
    expect(["decided", "undecided"]).toContain(verdicts[0]?.status);
    const line = bill.lines.find(({ agent: name }) => name === "judge");
    expect(line?.cost.inputTokens).toBeGreaterThan(100);
  });

  it("embed texts, so that what is said in other words is grouped", async () => {
    const embedding = embed(models.embedding);
    const signal = new AbortController().signal;
    const [a = [], b = [], c = []] = await embedding(
      ["That is a happy dog", "That is a very happy person", "Today is a sunny day"].map(String),
      { signal },
    );
    expect(a).toHaveLength(384);
    expect(cosine(a, b)).toBeGreaterThan(cosine(a, c));
    const finding = (name: string, text: string) =>
      agent({ name, run: () => ({ findings: [text] }) });
    const agents = {
      a: finding("a", "The password is written to the log in plain text."),
      b: finding("b", "Passwords appear unencrypted in log files."),
      c: finding("c", "The loop never ends when the list is empty."),
    };
    const by = similar({ embed: embedding, threshold: 0.5 });
    const { verdicts } = await supervisor({ name: "team", agents, similar: by }).run("task");
    expect(verdicts.length).toBeGreaterThanOrEqual(2);
    expect(verdicts.length).toBeLessThanOrEqual(3);
  });
});

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
