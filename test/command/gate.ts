import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { expect } from "vitest";
import { z } from "zod";
import { modelAgent, modelJudge } from "../../src/ai-sdk/index.ts";
import { claude, commandAgent, exitCode } from "../../src/command/index.ts";
import { human, supervisor, unanimous, vote } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { scriptedModel, type ScriptedModel } from "../model-server/scripted-model.ts";

const Change = z.object({ diff: z.string() });
const Review = z.object({ recommendation: z.enum(["ship", "hold"]), reasons: z.array(z.string()) });

interface Settings {
  /** A folder for the project that is compiled, and for the log. */
  readonly folder: string;
  /** The compiler. */
  readonly tsc: string;
  readonly models: ScriptedModel;
  /** What claude is started with. */
  readonly claude: object;
}

/** The team that a reader of the documentation builds first: a model, a coding agent, a compiler; a vote, a judge, a person. */
function gateOf({ folder, tsc, models, claude: started }: Settings) {
  const anthropic = createAnthropic({ baseURL: `${models.url}/v1`, apiKey: "k" });
  const openai = createOpenAI({ baseURL: `${models.url}/v1`, apiKey: "k" });
  const security = modelAgent({
    name: "security",
    input: Change,
    output: Review,
    model: anthropic("large"),
    instructions: "Find exploitable flaws.",
    maxOutputTokens: 1_000,
    maxCost: { usd: 0.05 },
  });
  const design = claude({
    ...started,
    name: "design",
    input: Change,
    output: Review,
    prompt: ({ diff }) => `Review the design of this change:\n${diff}`,
    maxCost: { usd: 0.5 },
  });
  const types = commandAgent({
    name: "types",
    input: Change,
    command: tsc,
    args: ["--noEmit", "-p", folder],
    read: exitCode({ 0: "ship", 1: "hold", 2: "hold" }),
    usage: () => ({ usdMicros: 0 }),
    maxCost: { usd: 0 },
  });
  const date = "2026-11-22";
  return supervisor({
    name: "gate",
    agents: { security, design, types },
    timeoutMs: 120_000,
    resolve: [
      unanimous(),
      vote({ margin: 0.2 }),
      modelJudge({ model: openai("judge"), maxCost: { usd: 0.05 } }),
      human(),
    ],
    budget: { usd: 2 },
    prices: { large: { input: 3, output: 15, date }, judge: { input: 1, output: 5, date } },
    backend: sqlite({ path: join(folder, "quorate.db") }),
  });
}

const USAGE = { inputTokens: 1_000, outputTokens: 100 };
const TSC = resolve(import.meta.dirname, "../../node_modules/.bin/tsc");
const hold = { recommendation: "hold", reasons: ["eval of what a user wrote"] };

/** Runs that team with a change that security holds back and design would ship, and once more without a compiler. */
export async function runGate(folder: string, started: object): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.ts"), "export const a: number = 'no number';\n");
  writeFileSync(join(folder, "tsconfig.json"), '{ "files": ["index.ts"] }');
  await using models = await scriptedModel();
  const settings = { folder, models, claude: started };

  models.follow({ does: "answers", output: hold, usage: USAGE });
  const voted = await gateOf({ ...settings, tsc: TSC }).run({ diff: "+ eval(input)" });
  expect(voted.results).toMatchObject({
    security: { status: "ok", output: hold, cost: { usdMicros: 4_500 } },
    design: { status: "ok", output: { recommendation: "ship" } },
    types: { status: "ok", output: { recommendation: "hold" }, cost: { usdMicros: 0 } },
  });
  expect(voted.verdicts[0]).toMatchObject({ status: "decided", winner: "hold", by: "vote" });

  // Two are left who differ: the judge is asked, in both orders.
  const chosen = (choice: string) =>
    ({ does: "answers", output: { reasoning: "eval", choice }, usage: USAGE }) as const;
  models.follow({ does: "answers", output: hold, usage: USAGE }, chosen("A"), chosen("B"));
  const judged = await gateOf({ ...settings, tsc: "no-such-compiler" }).run({ diff: "+ eval(x)" });
  expect(judged.results.types).toMatchObject({
    status: "failed",
    attempts: 1,
    error: { message: expect.stringContaining('types cannot start "no-such-compiler"') },
  });
  expect(judged.verdicts[0]).toMatchObject({ status: "decided", by: "judge" });
  expect(judged.bill.lines.some(({ agent }) => agent === "judge")).toBe(true);
}
