import { describe, it } from "vitest";
import { mcpAgent } from "../../src/mcp/index.ts";
import { agentContract } from "../../src/testing/index.ts";
import { asks, MODEL } from "./asks.ts";
import { httpPeer } from "./http-peer.ts";

describe("the contract of agents", () => {
  const cases = agentContract("a tool over HTTP", async (setting) => {
    const peer = await httpPeer();
    const server = { url: peer.url, allowPrivate: true };
    return {
      agent: mcpAgent({ ...setting, ...asks, server }) as never,
      peer,
      model: MODEL,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  });
  for (const { name, run } of cases) it(name, run);
});
