// Batches of providers, by the real protocols of Anthropic and OpenAI against a server on this machine.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { modelAgent, type ProviderBatchOptions } from "../../src/ai-sdk/index.ts";
import { supervisor } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { batchServer, type BatchServer } from "../model-server/batch-server.ts";

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

let server: BatchServer;
beforeEach(async () => {
  server = await batchServer();
});
afterEach(() => server[Symbol.asyncDispose]());

/** An agent that is asked by batches of a provider. */
function reviewer(by: "anthropic" | "openai", more: Partial<ProviderBatchOptions> = {}) {
  return modelAgent({
    name: "reviewer",
    output: Review,
    model: by === "anthropic" ? server.anthropic("claude-haiku-4-5") : server.openai("gpt-x"),
    instructions: "Review it.",
    providerBatch: { provider: server[by], waitMs: 5, pollMs: 2, ...more },
  });
}

/** A team of it, in which as many run at once as there are. */
const team = (by: "anthropic" | "openai", more: Parameters<typeof reviewer>[1] = {}) =>
  supervisor({
    name: "team",
    agents: { reviewer: reviewer(by, more) },
    concurrency: 100,
    retries: 0,
  });

const all = (one: ReturnType<typeof team>, tasks: readonly string[]) =>
  Promise.all(tasks.map((task) => one.run(task)));

/** Resolves when something is so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(["anthropic", "openai"] as const)("a batch of %s", (by) => {
  it("has one request for each task, and each has its own answer and cost", async () => {
    server.answers((asked) => ({
      text: JSON.stringify({ recommendation: asked.includes("task 3") ? "ship" : "hold" }),
      usage: { inputTokens: 100, cachedInputTokens: 40, outputTokens: 5 },
    }));
    const tasks = Array.from({ length: 10 }, (_, i) => `task ${i}`);
    const outcomes = await all(team(by, { waitMs: 60_000, maxRequests: 10 }), tasks);
    expect(server.batches).toHaveLength(1);
    expect(server.batches[0]?.requests).toHaveLength(10);
    expect(outcomes.map((one) => one.verdict?.winner)).toEqual(
      tasks.map((task) => (task === "task 3" ? "ship" : "hold")),
    );
    expect(outcomes[0]?.bill.spent).toMatchObject({
      inputTokens: 100,
      cachedInputTokens: 40,
      outputTokens: 5,
    });
  });

  it("sends the instructions, the task and the shape of the answer as a request of its own would", async () => {
    await team(by).run("eval(input)");
    const body = JSON.stringify(server.batches[0]?.requests[0]?.body);
    for (const part of ["Review it.", "eval(input)", "recommendation", "json_schema"]) {
      expect(body).toContain(part);
    }
  });

  it("is priced by its own name", async () => {
    const prices = { cheaper: { input: 1, output: 2, date: "2026-11-30" } };
    const agents = { reviewer: reviewer(by, { pricedAs: "cheaper" }) };
    const { bill } = await supervisor({ name: "team", agents, prices }).run("?");
    expect(bill.spent).toMatchObject({ usdMicros: 20 * 1 + 9 * 2 });
    expect(bill.lines).toMatchObject([{ model: "cheaper" }]);
  });

  it("is sent when it is full, and the next one is begun", async () => {
    await all(team(by, { maxRequests: 2, waitMs: 500 }), ["a", "b", "c"]);
    // Both are on their way at once.
    expect(server.batches.map(({ requests }) => requests.length).toSorted((a, b) => a - b)).toEqual(
      [1, 2],
    );
  });

  it("tells how it stands, and is asked for its results once", async () => {
    server.hold();
    const shown: unknown[] = [];
    const one = team(by);
    const running = one.stream("?");
    for await (const event of running) {
      if (event.type !== "call.progress") continue;
      shown.push(event.value);
      server.finish();
    }
    expect(shown[0]).toMatchObject({ batch: "batch_1", status: "pending", total: 1, pending: 1 });
    expect(server.reads).toBe(1);
  });

  it("fails a request that failed, with the provider's words, and no other", async () => {
    server.answers((asked) =>
      asked.includes("bad")
        ? { error: "the prompt is too long", status: 400 }
        : { text: '{"recommendation":"ship"}' },
    );
    const [bad, good] = await all(team(by, { waitMs: 60_000, maxRequests: 2 }), ["bad", "good"]);
    expect(good?.results.reviewer.status).toBe("ok");
    const failed = JSON.stringify(bad?.results.reviewer);
    expect(failed).toContain("failed in its batch");
    expect(failed).toContain("the prompt is too long");
  });

  it.each(["cancelled", "expired", "nothing"] as const)(
    "fails in one sentence a request that it has %s for",
    async (what) => {
      server.answers(() => what);
      const { results } = await team(by).run("?");
      const { error } = results.reviewer as unknown as { error: Error };
      expect(error.message).toMatch(
        {
          cancelled: /was cancelled in its batch/,
          expired: /expired in its batch/,
          nothing: /has no answer to this request/,
        }[what],
      );
    },
  );

  it("asks again in another batch with what was wrong, where an answer is no such document", async () => {
    server.answers((asked) => ({
      text:
        asked.includes("recommendation is") || server.batches.length > 1
          ? '{"recommendation":"ship"}'
          : '{"recomm',
      usage: { inputTokens: 10, outputTokens: 3 },
    }));
    const agents = { reviewer: reviewer(by) };
    const { results, bill } = await supervisor({ name: "team", agents, retries: 1 }).run("?");
    expect(results.reviewer).toMatchObject({ status: "ok", attempts: 2 });
    expect(server.asked[1]).toContain("it is not JSON");
    expect(bill.spent).toMatchObject({ inputTokens: 20, outputTokens: 6 });
  });

  it("is looked at again where a look failed for now, and not paid twice", async () => {
    server.hold();
    server.fail("look", 503, "cut", 429);
    const running = team(by).run("?");
    await until(() => server.looks > 0);
    server.fail("read", "cut");
    server.finish();
    expect((await running).results.reviewer.status).toBe("ok");
    expect(server.batches).toHaveLength(1);
    expect(server.cancelled).toEqual([]);
  });

  it("is cancelled where nobody may look at it any more", async () => {
    server.hold();
    server.fail("look", 401);
    const { results } = await team(by).run("?");
    const { error } = results.reviewer as unknown as { error: Error };
    expect(error.message).toContain('the batch "batch_1" of reviewer failed with HTTP 401');
    expect(server.cancelled).toEqual(["batch_1"]);
  });

  it("goes on for others when one of those that wait for it is cancelled, and is cancelled with the last", async () => {
    server.hold();
    const one = team(by, { waitMs: 60_000, maxRequests: 2 });
    const [first, second] = [new AbortController(), new AbortController()];
    const runs = [one.run("a", { signal: first.signal }), one.run("b", { signal: second.signal })];
    const ends = Promise.allSettled(runs);
    await until(() => server.looks > 0);
    first.abort(new Error("enough"));
    await expect(runs[0]).rejects.toThrow("enough");
    expect(server.cancelled).toEqual([]);
    second.abort(new Error("enough"));
    await ends;
    expect(server.cancelled).toEqual(["batch_1"]);
    expect(server.atWork).toBe(0);
  });

  it("is cancelled when its only attempt times out, and then the slot is free", async () => {
    server.hold();
    const clock = virtualClock();
    const agents = { reviewer: reviewer(by) };
    const one = supervisor({ name: "team", agents, retries: 0, concurrency: 1, clock });
    const running = one.run("?");
    await until(() => server.looks > 0);
    await clock.advance(86_400_000);
    const { results } = await running;
    expect(results.reviewer).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    server.finish("cancelled");
    expect((await one.run("?")).results.reviewer.status).toBe("ok");
    expect(server.cancelled).toEqual(["batch_1"]);
  });

  it("is not sent where the only one that waited for it was cancelled before", async () => {
    const stop = new AbortController();
    const waiting = supervisor({
      name: "team",
      agents: { reviewer: reviewer(by, { waitMs: 60_000 }) },
      onEvent: (event) => {
        if (event.type === "call.started") setImmediate(() => stop.abort(new Error("enough")));
      },
    });
    const running = waiting.run("?", { signal: stop.signal });
    await expect(running).rejects.toThrow("enough");
    expect(server.batches).toEqual([]);
    // Another one does not wait for that.
    const { results } = await team(by).run("?");
    expect(results.reviewer.status).toBe("ok");
  });
});

describe("an agent that is asked by batches", () => {
  it("may take a day where nobody says otherwise", () => {
    expect(reviewer("openai").limits).toMatchObject({ timeoutMs: 86_400_000 });
  });

  it.each([
    ["a provider without batches", { providerBatch: { provider: {} as never } }, "providerBatch"],
    ["tools", { tools: {} }, "the tools of a batch are never called"],
    ["a stream", { stream: true }, "a batch gives no partial answers"],
    ["a model without a name", { model: { doGenerate() {} } as never }, "has no modelId"],
    [
      "a name that is not an option",
      { providerBatch: { provider: server, wait: 3 } as never },
      "wait",
    ],
  ])("is refused with %s", (_, more, said) => {
    const make = () =>
      modelAgent({
        name: "reviewer",
        model: server.openai("gpt-x"),
        providerBatch: { provider: server.openai },
        ...more,
      });
    expect(make).toThrow(said);
  });
});
