import { afterEach, expect } from "vitest";
import { z } from "zod";
import { acpAgent } from "../../src/acp/index.ts";
import { supervisor, type Agent, type AgentResult } from "../../src/index.ts";
import { acpPeer, type AcpNature, type AcpPeer, type AcpStep } from "./acp-peer.ts";

export const HOLD = { recommendation: "hold" };
const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
export const MODES = modes("auto", "default", "plan");

export function modes(...ids: readonly string[]): object {
  const availableModes = ids.map((id) => ({ id, name: id }));
  return { modes: { currentModeId: ids[0], availableModes } };
}

const open: AcpPeer[] = [];
afterEach(async () => {
  for (const peer of open.splice(0)) await peer[Symbol.asyncDispose]();
});

/** An agent that does one thing after the other, and whoever is told what it was told. */
export async function scripted(
  nature: AcpNature,
  ...steps: readonly AcpStep[]
): Promise<{ readonly peer: AcpPeer; make(options?: object): Agent }> {
  const peer = await acpPeer(nature);
  open.push(peer);
  peer.follow(...steps);
  const { command, args, env } = peer;
  const make = (options: object = {}): Agent =>
    acpAgent({
      name: "agent",
      retries: 0,
      output: Review,
      command,
      args,
      env,
      ...options,
    }) as never;
  return { peer, make };
}

export async function ask(
  one: Agent,
  team: object = {},
  options: object = {},
): Promise<AgentResult> {
  const made = supervisor({ name: "team", agents: { agent: one as never }, ...team });
  const { results } = await made.run("ship?" as never, options);
  return (results as Readonly<Record<string, AgentResult>>)["agent"] as AgentResult;
}

export async function failureOf(one: Agent, team: object = {}): Promise<string> {
  const result = await ask(one, team);
  if (result.status !== "failed") throw new Error(`It is ${result.status}.`);
  expect(result.attempts).toBe(1);
  expect(result.error.message).not.toContain("\n");
  return `${result.error.code} ${result.error.message}`;
}

export const toldOf = (peer: AcpPeer, what: string): readonly unknown[] =>
  peer.told.filter(([one]) => one === what).map(([, value]) => value);

export const says = (text: string, more: object = {}): object => ({
  sessionUpdate: "agent_message_chunk",
  content: { type: "text", text },
  ...more,
});

export const reach = (tool: "file" | "command", path: string): AcpStep => ({
  does: "reaches for",
  tool,
  path,
});

export const answers = { does: "answers", output: HOLD } as const;
