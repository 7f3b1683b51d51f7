import { describe, it } from "vitest";
import { acpAgent } from "../../src/acp/index.ts";
import {
  agentContract,
  codingAgentContract,
  type AgentSetting,
  type CodingSetting,
} from "../../src/testing/index.ts";
import { acpPeer } from "./acp-peer.ts";

/** As Claude Code's are: it begins in one that asks nobody. */
const MODES = {
  modes: {
    currentModeId: "auto",
    availableModes: ["auto", "acceptEdits", "default", "plan"].map((id) => ({ id, name: id })),
  },
};

const make = async (setting: AgentSetting & Partial<CodingSetting>) => {
  const peer = await acpPeer({ session: MODES });
  const { command, args, env } = peer;
  const { cwd, tools } = setting;
  const place = cwd === undefined ? {} : { workspace: "in-place" as const };
  // It asks before each edit: what may be edited is decided here.
  const mode = tools === "write" ? { mode: "default" } : {};
  const agent = acpAgent({ ...setting, ...place, ...mode, command, args, env });
  return {
    agent: agent as never,
    peer,
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
};

describe("the contracts of agents and of coding agents", () => {
  const name = "an agent that speaks the Agent Client Protocol";
  for (const { name: what, run } of agentContract(name, make)) it(what, run);
  for (const { name: what, run } of codingAgentContract(name, make)) it(what, run);
});
