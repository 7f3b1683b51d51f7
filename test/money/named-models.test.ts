import { describe, expect, it } from "vitest";
import {
  agent,
  billOf,
  memory,
  supervisor,
  type AgentContext,
  type RunEvent,
} from "../../src/index.ts";
import { commandAgent } from "../../src/command/index.ts";

const date = "2026-11-22";
/** Dollars per million tokens, and so micro-dollars per token. */
const prices = {
  mini: { input: 1, output: 2, date },
  large: { input: 10, output: 20, date },
};
const maxCost = { inputTokens: 1_000, outputTokens: 100 };

const asking = (name: string, model: string | object | undefined) =>
  agent({
    name,
    version: "1",
    maxCost,
    ...(model !== undefined && { model }),
    run: (_: unknown, { report }: AgentContext) => {
      report({ inputTokens: 100, outputTokens: 10 });
      return "ship";
    },
  });

const startsIn = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "call.started" ? [event] : []));

describe("an agent that names its model", () => {
  it("is asked under a budget by the price of its own model, each agent by another", async () => {
    const store = memory().store;
    const agents = { security: asking("security", "large"), style: asking("style", "mini") };
    const team = supervisor({
      name: "gate",
      agents,
      prices,
      budget: { usd: 1 },
      backend: { store },
    });
    const { bill, missing, runId } = await team.run("task");
    expect(missing).toEqual([]);
    expect(bill.lines.map(({ agent, model, cost }) => [agent, model, cost.usdMicros])).toEqual([
      ["security", "large", 1_200],
      ["style", "mini", 120],
    ]);
    const events = await store.read(runId);
    expect(startsIn(events).map(({ model, reserved }) => [model, reserved])).toEqual([
      ["large", 12_000],
      ["mini", 1_200],
    ]);
    expect(billOf(events)).toEqual(bill);
  });

  it("is told in a plan what its attempts may cost, and with which model", async () => {
    const team = supervisor({
      name: "gate",
      agents: { security: asking("security", "large") },
      prices,
      retries: 0,
    });
    const plan = await team.plan("task");
    expect(plan.worst.usdMicros).toBe(12_000);
    expect(plan.agents[0]).toMatchObject({ model: "large" });
    expect(plan.gaps).toEqual([]);
  });

  it("has its model in the context, and a tier's in its place where its team has tiers", async () => {
    const seen: unknown[] = [];
    const model = { modelId: "large", secret: "endpoint" };
    const looking = agent({
      name: "looking",
      model,
      run: (_: unknown, context: AgentContext) => {
        seen.push(context.model);
        context.report({ inputTokens: 1, outputTokens: 0 });
        return "ship";
      },
    });
    const agents = { looking };
    const own = await supervisor({ name: "own", agents, prices }).run("task");
    const tiers = { small: "mini" };
    const tiered = await supervisor({ name: "tiered", agents, prices, tiers }).run("task");
    expect(seen).toEqual([model, "mini"]);
    expect(own.bill.lines[0]).toMatchObject({ model: "large", cost: { usdMicros: 10 } });
    expect(tiered.bill.lines[0]).toMatchObject({ model: "mini", cost: { usdMicros: 1 } });
  });

  it("has another key with another model, and the same as ever without one", async () => {
    const keyOf = async (model: string | undefined): Promise<string | undefined> => {
      const store = memory().store;
      const agents = { a: asking("a", model) };
      const { runId } = await supervisor({
        name: "team",
        agents,
        backend: { store },
        cache: true,
      }).run("task");
      return startsIn(await store.read(runId))[0]?.key;
    };
    const [none, mini, large] = [await keyOf(undefined), await keyOf("mini"), await keyOf("large")];
    expect(new Set([none, mini, large]).size).toBe(3);
    // As every version so far has written it: answers that were kept are found again.
    expect(none).toMatchInlineSnapshot(
      `"1/New5oJ3pYqSku6FjzuuNquiHVjeETvM7CoqYJcbNjA8/uc4GoBACt00Zmvbr4_X7lM66B-xjOCLkT-xHspue230"`,
    );
  });

  it("does not serve with an answer that was kept of another model", async () => {
    const store = memory().store;
    const ask = async (model: string) => {
      const agents = { a: asking("a", model) };
      const team = supervisor({ name: "team", agents, backend: { store }, cache: true });
      const { results } = await team.run("task");
      return results.a;
    };
    expect(await ask("mini")).not.toHaveProperty("reused");
    expect(await ask("large")).not.toHaveProperty("reused");
    expect(await ask("mini")).toMatchObject({ reused: "cache" });
  });

  it("is refused where that is no name, and has none", () => {
    for (const model of ["", {}, { modelId: "" }, 7 as never, null as never]) {
      expect(() => agent({ name: "a", model, run: () => 1 })).toThrow(
        expect.objectContaining({
          code: "BAD_OPTIONS",
          message: expect.stringMatching(/^agent "a": model is .*; use its name/) as unknown,
        }),
      );
    }
  });
});

describe("an agent that is free", () => {
  const linter = agent({ name: "linter", cost: "free", run: () => "ship" });

  it("costs nothing although it reports nothing, so that what the others cost is known", async () => {
    const agents = { linter, security: asking("security", "large") };
    const { bill, results } = await supervisor({ name: "gate", agents, prices }).run("task");
    expect(bill.spent).toEqual({ usdMicros: 1_200, inputTokens: 100, outputTokens: 10 });
    expect(results.linter).toMatchObject({ cost: { usdMicros: 0 } });
  });

  it("is a bound of 0: it is asked under a budget that has nothing left", async () => {
    const team = supervisor({ name: "gate", agents: { linter }, budget: { usd: 0 } });
    const { missing } = await team.run("task");
    expect(missing).toEqual([]);
    const plan = await team.plan("task");
    expect(plan).toMatchObject({ worst: { usdMicros: 0 }, gaps: [] });
  });

  it("is asked at no tier, so that it is on no line of a model, and saves nothing by it", async () => {
    const tiers = { small: "mini", strong: "large" };
    const agents = { linter, security: asking("security", undefined) };
    const team = supervisor({ name: "gate", agents, prices, tiers, escalateIf: ["conflict"] });
    const { bill } = await team.run("task");
    expect(bill.lines.map(({ agent, model }) => [agent, model])).toEqual([
      ["linter", null],
      ["security", "mini"],
    ]);
    expect(bill.saved.tier.calls).toBe(1);
  });

  it("counts the tokens that it reports, at no cost, and an amount that it reports all the same", async () => {
    const local = agent({
      name: "local",
      cost: "free",
      model: "large",
      run: (_: unknown, { report }: AgentContext) => {
        report({ inputTokens: 100, cachedInputTokens: 50, outputTokens: 10 });
        return "ship";
      },
    });
    const odd = agent({
      name: "odd",
      cost: "free",
      run: (_: unknown, { report }: AgentContext) => {
        report({ usdMicros: 7 });
        return "ship";
      },
    });
    const { bill } = await supervisor({ name: "gate", agents: { local, odd }, prices }).run("task");
    expect(bill.lines.map(({ model, cost }) => [model, cost])).toEqual([
      ["large", { usdMicros: 0, inputTokens: 100, outputTokens: 10, cachedInputTokens: 50 }],
      [null, { usdMicros: 7, inputTokens: 0, outputTokens: 0 }],
    ]);
  });

  it("has cost nothing when its time is over, or its run is cancelled, too", async () => {
    const store = memory().store;
    const limits = { graceMs: 1, retries: 0 };
    const hangs = agent({
      name: "hangs",
      cost: "free",
      ...limits,
      timeoutMs: 1,
      run: () => new Promise<string>(() => {}),
    });
    const team = supervisor({ name: "gate", agents: { hangs }, backend: { store } });
    const { bill } = await team.run("task");
    expect(bill.spent).toEqual({ usdMicros: 0, inputTokens: 0, outputTokens: 0 });
    const stop = new AbortController();
    const cut = agent({
      name: "cut",
      cost: "free",
      ...limits,
      run: () => {
        stop.abort(new Error("enough"));
        return new Promise<string>(() => {});
      },
    });
    const patient = supervisor({ name: "gate", agents: { cut }, backend: { store } });
    await expect(patient.run("task", { runId: "cancelled", signal: stop.signal })).rejects.toThrow(
      "enough",
    );
    expect(billOf(await store.read("cancelled")).spent.usdMicros).toBe(0);
  });

  it("has used nothing when its process dies while it is asked: by the log, and after a resume", async () => {
    const nothing = { usdMicros: 0, inputTokens: 0, outputTokens: 0 };
    const agents = { linter };
    const done = supervisor({ name: "gate", agents });
    const { runId } = await done.run("task");
    const log = await done.backend.store.read(runId);
    const dead = log.slice(0, log.findIndex(({ type }) => type === "call.started") + 1);
    expect(billOf(dead).spent).toEqual(nothing);
    expect(billOf(dead).lines).toMatchObject([{ attempts: 1, cost: nothing }]);
    const backend = memory({ resumable: true });
    await backend.store.append(dead);
    await backend.store.release(runId, 1);
    const { bill, results } = await supervisor({ name: "gate", agents, backend }).resume(runId);
    expect(bill.spent).toEqual(nothing);
    expect(bill.wasted.inDoubt).toEqual({ calls: 1, usdMicros: 0 });
    expect(bill.lines).toMatchObject([{ attempts: 2, cost: nothing }]);
    expect(results.linter).toMatchObject({ status: "ok", cost: nothing });
  });

  it("may be a program", async () => {
    const program = commandAgent({
      name: "program",
      command: process.execPath,
      args: ["-e", "console.log('ship')"],
      cost: "free",
      model: "none of ours",
    });
    expect(program).toMatchObject({ cost: "free", model: "none of ours" });
    const { bill } = await supervisor({ name: "gate", agents: { program } }).run("task");
    expect(bill.spent.usdMicros).toBe(0);
  });

  it("is what an agent is that may cost nothing at most", async () => {
    const zero = agent({ name: "zero", maxCost: { usd: 0 }, run: () => "ship" });
    const { bill } = await supervisor({ name: "gate", agents: { zero } }).run("task");
    expect(bill.spent.usdMicros).toBe(0);
  });

  it("is refused where something else contradicts that", () => {
    const make = (more: object) => () => agent({ name: "a", cost: "free", run: () => 1, ...more });
    expect(make({ maxCost: { usd: 1 } })).toThrow(
      'agent "a" has cost: "free" and a maxCost of 1 dollars; leave out one of them',
    );
    expect(make({ tier: "small" })).toThrow(
      'agent "a" has cost: "free" and the tier "small"; leave out one of them',
    );
    expect(make({ cost: "cheap" })).toThrow(
      expect.objectContaining({
        code: "BAD_OPTIONS",
        message: expect.stringContaining('use "free"') as unknown,
      }),
    );
  });
});
