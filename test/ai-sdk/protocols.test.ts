// What a model that speaks each of four protocols may do besides what the contract of agents tries.

import { tool } from "ai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { modelAgent, type ModelAgentOptions } from "../../src/ai-sdk/index.ts";
import { supervisor, type Workers } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { modelServer, type ModelServer } from "./model-server.ts";

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const USAGE = { inputTokens: 20, outputTokens: 9 };
const HOLD = { does: "answers", output: { recommendation: "hold" }, usage: USAGE } as const;
const ways = (["openai", "responses", "anthropic", "gemini"] as const).flatMap((protocol) =>
  [false, true].map((stream) => ({ protocol, stream })),
);

let server: ModelServer;
beforeEach(async () => {
  server = await modelServer();
});
afterEach(() => server[Symbol.asyncDispose]());

type Options = Partial<ModelAgentOptions<"one", unknown, unknown, unknown, unknown, Workers>>;

describe.each(ways)(
  "a model that is asked by $protocol (stream: $stream)",
  ({ protocol, stream }) => {
    const ask = async (more: Options = {}, team: object = {}) => {
      const options = { model: server[protocol](), maxOutputTokens: 100, stream, retries: 0 };
      const one = modelAgent({ name: "one", output: Review, ...options, ...more });
      const { results } = await supervisor({ name: "team", agents: { one }, ...team }).run("?");
      return results.one;
    };

    it("is told that its answer was cut off at the token limit", async () => {
      server.follow(
        { does: "says", text: '{"recommendation":"ho', ended: "length", usage: USAGE },
        HOLD,
      );
      expect(await ask({ retries: 1 })).toMatchObject({
        status: "ok",
        attempts: 2,
        cost: { inputTokens: 40 },
      });
      expect(server.asked[1]).toContain("cut off at the token limit");
    });

    it("fails where a filter has stopped it, and says so", async () => {
      server.follow({ does: "says", text: "", ended: "filter", usage: USAGE });
      expect(await ask()).toMatchObject({
        error: { code: "OUTPUT_INVALID", message: expect.stringContaining("content filter") },
      });
    });

    it("calls a tool, is told what that found, and answers", async () => {
      server.follow({ does: "calls", tool: "look", input: { what: "it" }, usage: USAGE }, HOLD);
      const look = tool({
        inputSchema: z.object({ what: z.string() }),
        execute: async ({ what }) => `the answer to ${what} is seven`,
      });
      expect(await ask({ tools: { look } })).toMatchObject({
        status: "ok",
        cost: { inputTokens: 40 },
      });
      expect(server.requests[0]?.tools).toEqual(["look"]);
      expect(JSON.stringify(server.bodies[1])).toContain("the answer to it is seven");
    });

    it("fails where it calls a tool that it was not given", async () => {
      server.follow({ does: "calls", tool: "rm", input: { path: "/" }, usage: USAGE });
      expect(await ask()).toMatchObject({
        error: { code: "OUTPUT_INVALID", message: expect.stringContaining('a call of "rm"') },
      });
    });

    it("closes its connection when it stalls in the middle of an answer and its time is over", async () => {
      server.follow(stream ? { does: "stalls", text: "a text that is long" } : { does: "hangs" });
      const clock = virtualClock();
      const running = ask({ timeoutMs: 1_000 }, { clock });
      await expect.poll(() => server.atWork).toBe(1);
      await clock.advance(1_000);
      expect(await running).toMatchObject({ error: { code: "TIMEOUT" } });
      await expect.poll(() => [server.cut, server.atWork]).toEqual([1, 0]);
    });
  },
);
