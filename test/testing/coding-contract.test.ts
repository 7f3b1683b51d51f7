// The contract of coding agents, held to agents in this process: a sound one passes, and each fault is found by the case that is about it.

import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { agent } from "../../src/index.ts";
import {
  codingAgentContract,
  type CodingAgentUnderTest,
  type CodingSetting,
  type CodingStep,
} from "../../src/testing/index.ts";

type Reach = Extract<CodingStep, { readonly does: "reaches for" }>;
/** Whether an agent lets its model have what it reaches for. */
type Lets = (reach: Reach, setting: CodingSetting) => boolean;

const soundly: Lets = ({ tool, path }, { tools, cwd }) =>
  tools === "write" && tool === "file" && dirname(path) === cwd;

function make(lets: Lets, besides: (setting: CodingSetting) => void = () => {}) {
  return (setting: CodingSetting): CodingAgentUnderTest => {
    const [steps, asked]: [CodingStep[], string[]] = [[], []];
    const { name, output, retries, timeoutMs, cwd: _cwd, tools: _tools } = setting;
    const run = (task: unknown): unknown => {
      for (;;) {
        asked.push(JSON.stringify(task));
        const step = steps.length > 1 ? steps.shift() : steps[0];
        if (step?.does === "answers") return step.output;
        if (step?.does !== "reaches for") throw new Error("not in this test");
        if (lets(step, setting)) writeFileSync(step.path, "x");
        besides(setting);
      }
    };
    const limits = { retries: retries ?? 0, timeoutMs: timeoutMs ?? 1_000 };
    return {
      agent: agent({ name, output, ...limits, run: run as never }) as never,
      peer: { follow: (...next) => void steps.splice(0, Infinity, ...next), asked, atWork: 0 },
    };
  };
}

async function failedBy(...given: Parameters<typeof make>): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of codingAgentContract("one", make(...given))) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

describe("the contract of coding agents", () => {
  for (const { name, run } of codingAgentContract("a sound agent", make(soundly))) it(name, run);

  it("finds an agent that runs commands nobody permitted", async () => {
    const failed = await failedBy(
      (reach, setting) => reach.tool === "command" || soundly(reach, setting),
    );
    expect(failed).toHaveLength(5);
    expect(failed.every((name) => name.includes("a tool that runs commands"))).toBe(true);
  });

  it("finds an agent that writes where it may only read", async () => {
    const failed = await failedBy(({ tool }, { tools }) => tool === "file" && tools !== "none");
    expect(failed).toEqual([
      "one that may read files makes no file inside its folder when its model reaches for a tool that writes files",
      "one that may read files makes no file outside its folder when its model reaches for a tool that writes files",
      "one that may change the files of its folder makes no file outside its folder when its model reaches for a tool that writes files",
    ]);
  });

  it("finds an agent that cannot do what it was made to", async () => {
    expect(await failedBy(() => false)).toEqual([
      "one that may change the files of its folder makes the file inside its folder when its model reaches for a tool that writes files",
    ]);
  });

  it("finds an agent that leaves files of its own", async () => {
    const failed = await failedBy(soundly, ({ cwd }) => writeFileSync(join(cwd, "notes"), "x"));
    expect(failed).toHaveLength(11);
  });

  it("finds an agent whose model never learns what came of what it reached for", async () => {
    const failed = await failedBy(() => {
      throw new Error("no such tool");
    });
    expect(failed).toHaveLength(11);
  });

  it("refuses what makes no agent", () => {
    expect(() => codingAgentContract("it", undefined as never)).toThrow(
      /codingAgentContract: make is missing/,
    );
  });
});
