import { describe, it } from "vitest";
import { mcpAgent, type ToolAnswer } from "../../src/mcp/index.ts";
import { agentContract, type PeerUsage } from "../../src/testing/index.ts";
import { COMPILED } from "../cli/command.ts";
import { programPeer } from "../command/program-peer.ts";
import { httpPeer } from "./http-peer.ts";

const MODEL = "model-x";
const SERVER = new URL("processes/server.ts", import.meta.url).pathname;

const usage = ({ meta }: ToolAnswer) => meta["usage"] as PeerUsage | undefined;
const asks = {
  tool: "work",
  model: MODEL,
  usage,
  arguments: (task: unknown, { issues }: { readonly issues: readonly object[] }) => ({
    task,
    issues,
  }),
};

const cases = [
  ...agentContract(
    "a tool of a program",
    async (setting) => {
      const peer = await programPeer(SERVER);
      const { command, args } = peer;
      return {
        agent: mcpAgent({ ...setting, ...asks, server: { command, args, env: COMPILED } }) as never,
        peer,
        model: MODEL,
        [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
      };
    },
    ["statuses"],
  ),
  ...agentContract("a tool over HTTP", async (setting) => {
    const peer = await httpPeer();
    const server = { url: peer.url, allowPrivate: true };
    return {
      agent: mcpAgent({ ...setting, ...asks, server }) as never,
      peer,
      model: MODEL,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  }),
];

describe("the contract of agents", () => {
  for (const { name, run } of cases) it(name, run);
});
