import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { supervisor, type Agent, type AgentResult } from "../../src/index.ts";
import {
  agentContract,
  codingAgentContract,
  virtualClock,
  type AgentLacks,
} from "../../src/testing/index.ts";
import { contractual, openTrial, type RealAgent, type Trial } from "./coding-agent.ts";

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const USAGE = { inputTokens: 20, outputTokens: 9 };
const HOLD = { does: "answers", output: { recommendation: "hold" }, usage: USAGE } as const;

/** What is only of this agent. */
export interface Known {
  readonly lacks?: readonly AgentLacks[];
  /** Whether it is refused `tools: "write"`. */
  readonly mayNotWrite?: boolean;
  /** What it is made with where it has no login, and what it says then. */
  readonly noLogin: (trial: Trial) => object;
  readonly sentence: string;
}

async function ask(one: Agent, team: object = {}): Promise<AgentResult> {
  const agents = { [one.name]: one as never };
  const { results } = await supervisor({ name: "team", agents, ...team }).run("ship?" as never);
  return (results as Readonly<Record<string, AgentResult>>)[one.name] as AgentResult;
}

/** Tries a real coding agent against a scripted model: by both contracts, and by what they do not ask. */
export function tryCodingAgent(
  real: RealAgent,
  { lacks = [], mayNotWrite = false, noLogin, sentence }: Known,
): void {
  const { name, reads } = real;
  const make = contractual(real);
  const coding = codingAgentContract(name, make).filter(
    (one) => !mayNotWrite || !one.name.includes("may change the files"),
  );
  const cases = [...agentContract(name, make as never, lacks), ...coding];
  describe("the contracts", () => {
    for (const { name: what, run } of cases) it(what, run);
  });

  describe(name, () => {
    it("answers with a text where it has no schema", async () => {
      await using trial = await openTrial(real);
      trial.peer.follow({ does: "says", text: "It may ship.", usage: USAGE });
      expect(await ask(trial.agent())).toMatchObject({ output: "It may ship.", cost: USAGE });
    });

    it.each(["none", "read"] as const)("with tools %s is shown a file, or none", async (tools) => {
      await using trial = await openTrial(real);
      const cwd = join(trial.home, "work");
      writeFileSync(join(cwd, "there.txt"), "what only the file says");
      trial.peer.follow({ does: "calls", ...reads(join(cwd, "there.txt")) }, HOLD);
      const result = await ask(trial.agent({ output: Review, tools, cwd }));
      expect(result).toMatchObject({ status: "ok" });
      const told = JSON.stringify(trial.peer.bodies.at(-1));
      expect(told.includes("what only the file says")).toBe(tools === "read");
    });

    it("is gone with all its processes, and its connections are closed, when its time is over", async () => {
      await using trial = await openTrial(real);
      trial.peer.follow({ does: "hangs" });
      const clock = virtualClock();
      const running = ask(trial.agent({ retries: 0 }), { clock });
      await expect.poll(() => trial.peer.atWork, { timeout: 120_000 }).toBe(1);
      expect(trial.processes().length).toBeGreaterThan(0);
      await clock.advance(10 * 60_000);
      expect(await running).toMatchObject({ error: { code: "TIMEOUT" } });
      await expect.poll(() => trial.processes(), { timeout: 10_000 }).toEqual([]);
      await expect.poll(() => [trial.peer.atWork, trial.peer.sockets]).toEqual([0, 0]);
      expect(trial.peer.cut).toBe(1);
    });

    it("says in one sentence that it is not logged in, and is not tried again", async () => {
      await using trial = await openTrial(real);
      const result = await ask(trial.agent({ retries: 3, ...noLogin(trial) }));
      expect(result).toMatchObject({ status: "failed", attempts: 1 });
      expect(result.status === "failed" && result.error.message).toContain(sentence);
    });
  });
}
