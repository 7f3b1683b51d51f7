import { describe, it } from "vitest";
import { mcpAgent } from "../../src/mcp/index.ts";
import { agentContract } from "../../src/testing/index.ts";
import { COMPILED } from "../compiled.ts";
import { programPeer } from "../command/program-peer.ts";
import { asks, MODEL } from "./asks.ts";

const SERVER = new URL("processes/server.ts", import.meta.url).pathname;

// As contract.test.ts, with a server that is a program, started for each attempt. npm run test:long alone takes the time for it.
describe("the contract of agents", () => {
  const cases = agentContract(
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
  );
  for (const { name, run } of cases) it(name, run);
});
