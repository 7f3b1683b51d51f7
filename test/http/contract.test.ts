import { describe, it } from "vitest";
import { httpAgent } from "../../src/http/index.ts";
import { agentContract, type PeerUsage } from "../../src/testing/index.ts";
import { endpoint } from "./endpoint.ts";

const MODEL = "model-x";

const cases = agentContract("an endpoint", async (setting) => {
  const peer = await endpoint();
  const made = httpAgent({
    ...setting,
    url: peer.url,
    model: MODEL,
    allowPrivate: true,
    usage: ({ headers }) => {
      const said = headers.get("x-usage");
      return said === null ? undefined : (JSON.parse(said) as PeerUsage);
    },
  });
  return {
    agent: made as never,
    peer,
    model: MODEL,
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
});

describe("the contract of agents", () => {
  for (const { name, run } of cases) it(name, run);
});
