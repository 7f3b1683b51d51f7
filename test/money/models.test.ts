import { describe, expect, it } from "vitest";
import {
  agent,
  billOf,
  memory,
  supervisor,
  type AgentContext,
  type Bill,
  type RunEvent,
  type Usage,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { batching, tenfold, upTo } from "../call/batching.ts";

const date = "2026-11-22";
/** Dollars per million tokens, and so micro-dollars per token. */
const prices = {
  mini: { input: 1, output: 2, date },
  large: { input: 10, output: 20, date },
  half: { input: 0.5, output: 0.5, date },
  embed: { input: 3, output: 0, date },
};

const tokens = (model: string | undefined, inputTokens: number, outputTokens: number): Usage => ({
  inputTokens,
  outputTokens,
  ...(model !== undefined && { model }),
});

/** A run of one agent whose attempts do what is said, one after another, with what it came to. */
async function run(
  attempts: readonly ((context: AgentContext) => unknown)[],
  { ofAgent = {}, ofTeam = {} }: { readonly ofAgent?: object; readonly ofTeam?: object } = {},
) {
  const store = memory().store;
  const clock = virtualClock();
  const a = agent({
    name: "a",
    backoff: { baseMs: 0 },
    retries: attempts.length - 1,
    ...ofAgent,
    run: (_: unknown, context): unknown => attempts[context.attempt - 1]?.(context),
  });
  const team = supervisor({
    name: "team",
    agents: { a },
    prices,
    backend: { store },
    clock,
    ...ofTeam,
  });
  const running = team.run(1);
  for (let at = 0; at < 10; at++) await clock.advance(10_000);
  const outcome = await running;
  const events: readonly RunEvent[] = await store.read(outcome.runId);
  expect(billOf(events)).toEqual(outcome.bill);
  return { ...outcome, events };
}

const reporting =
  (...reports: readonly unknown[]) =>
  ({ report }: AgentContext): string => {
    for (const usage of reports) report(usage as Usage);
    return "done";
  };

const failing =
  (...reports: readonly unknown[]) =>
  (context: AgentContext): never => {
    reporting(...reports)(context);
    throw Object.assign(new Error("no"), { retryable: true });
  };

/** By model, in micro-dollars: how often it was tried, what it cost, and the tokens. */
const lines = ({ lines: all }: Bill): readonly unknown[] =>
  all.map(({ model, calls, attempts, cost }) => [
    model,
    calls,
    attempts,
    cost.usdMicros,
    cost.inputTokens,
    cost.outputTokens,
  ]);

const endOf = (events: readonly RunEvent[], type: RunEvent["type"]) =>
  events.find((event) => event.type === type);

describe("an attempt that reports more than once", () => {
  it("pays for each report the price of the model that the report names", async () => {
    const reports = [tokens("large", 100, 10), tokens("mini", 50, 5), tokens("large", 1, 1)];
    for (const order of [reports, reports.toReversed()]) {
      const { bill, results, events } = await run([reporting(...order)]);
      const spent = { usdMicros: 1_010 + 220 + 60, inputTokens: 151, outputTokens: 16 };
      expect(bill.spent).toEqual(spent);
      expect(results.a).toMatchObject({ cost: spent });
      expect(new Set(lines(bill))).toEqual(
        new Set([
          ["large", 1, 1, 1_230, 101, 11],
          ["mini", 0, 0, 60, 50, 5],
        ]),
      );
      expect(endOf(events, "call.succeeded")).toMatchObject({
        cost: spent,
        model: "large",
        used: expect.arrayContaining([
          { model: "mini", cost: { usdMicros: 60, inputTokens: 50, outputTokens: 5 } },
        ]) as unknown,
      });
    }
  });

  it("says in its event nothing about models that its cost and its model say already", async () => {
    const { events } = await run([reporting(tokens("mini", 1, 1), tokens("mini", 1, 1))]);
    expect(endOf(events, "call.succeeded")).toMatchObject({ model: "mini" });
    expect(endOf(events, "call.succeeded")).not.toHaveProperty("used");
  });

  it("pays the price of the tier's model for a report that names none", async () => {
    const ofTeam = { tiers: { small: "mini" } };
    const usage = [tokens(undefined, 10, 0), tokens("large", 10, 0), tokens(undefined, 10, 0)];
    const { bill } = await run([reporting(...usage)], { ofTeam });
    expect(lines(bill)).toEqual([
      ["mini", 0, 0, 20, 20, 0],
      ["large", 1, 1, 100, 10, 0],
    ]);
  });

  it("pays the price of the model that was named before, where the team asks with none", async () => {
    const input = { inputTokens: 10, model: "large" };
    const { bill } = await run([reporting(input, { outputTokens: 5 })]);
    expect(lines(bill)).toEqual([["large", 1, 1, 200, 10, 5]]);
    const declared = await run([reporting({ model: "large" }, tokens(undefined, 1, 1))], {
      ofTeam: { tiers: { small: "mini" } },
    });
    expect(declared.bill.spent.usdMicros).toBe(30);
  });

  it("pays for tokens beside an amount in dollars, and never for the tokens of that amount", async () => {
    const paid = { usdMicros: 500, inputTokens: 70, outputTokens: 7, model: "large" };
    const { bill } = await run([reporting({ usdMicros: 1_000 }, tokens("mini", 10, 5), paid)]);
    expect(bill.spent).toEqual({ usdMicros: 1_520, inputTokens: 80, outputTokens: 12 });
    expect(lines(bill)).toEqual([
      [null, 0, 0, 1_000, "unknown", "unknown"],
      ["mini", 0, 0, 20, 10, 5],
      ["large", 1, 1, 500, 70, 7],
    ]);
  });

  it("costs nobody knows how much when one of its models has no price, and what is known stays on its line", async () => {
    const { bill } = await run([reporting(tokens("mini", 10, 5), tokens("unlisted", 10, 5))]);
    expect(bill.spent).toEqual({
      usdMicros: "unknown",
      inputTokens: 20,
      outputTokens: 10,
      atLeast: { usdMicros: 20, inputTokens: 20, outputTokens: 10 },
      unpricedCalls: 1,
    });
    expect(lines(bill)).toEqual([
      ["mini", 0, 0, 20, 10, 5],
      ["unlisted", 1, 1, "unknown", 10, 5],
    ]);
    const beside = await run([reporting({ usdMicros: 5 }, tokens("unlisted", 10, 5))]);
    expect(beside.bill.spent.usdMicros).toBe("unknown");
  });

  it("costs nobody knows how much while one kind of a model's tokens is not reported, but where that is free", async () => {
    const halves = await run([reporting({ inputTokens: 10, model: "mini" })]);
    expect(halves.bill.spent.usdMicros).toBe("unknown");
    const other = { outputTokens: 5, model: "large" };
    const mixed = await run([reporting({ inputTokens: 10, model: "mini" }, other)]);
    expect(mixed.bill.spent.usdMicros).toBe("unknown");
    const embedding = await run([reporting({ inputTokens: 10, model: "embed" })]);
    expect(embedding.bill.spent.usdMicros).toBe(30);
  });

  it("is rounded up once for each model, not for each report", async () => {
    const many = Array.from({ length: 101 }, () => tokens("half", 1, 0));
    expect((await run([reporting(...many)])).bill.spent.usdMicros).toBe(51);
  });

  it("adds nothing by what is no report", async () => {
    const trap = Object.defineProperty({}, "model", {
      get: () => {
        throw new Error("trap");
      },
    });
    const nothing = [undefined, null, 7, "7", [], {}, trap, { usdMicros: -1 }, { model: 7 }];
    const { bill, status } = await run([reporting(...nothing, tokens("mini", 1, 1), undefined)]);
    expect(status).toBe("complete");
    expect(bill.spent).toEqual({ usdMicros: 3, inputTokens: 1, outputTokens: 1 });
  });

  it("keeps its event small, however many models it names, and takes none of them for free", async () => {
    const names = Array.from({ length: 1_000 }, (_, n) => tokens(`model ${n}`, 1, 1));
    const { events, bill } = await run([reporting(...names, tokens("mini", 1, 1))]);
    const end = endOf(events, "call.succeeded");
    expect(end?.type === "call.succeeded" && end.used?.length).toBeLessThan(100);
    expect(bill.spent).toMatchObject({
      usdMicros: "unknown",
      inputTokens: 1_001,
      outputTokens: 1_001,
    });
  });
});

describe("an attempt that failed", () => {
  it("is on the bill with the model that it was of, and not with the one of the next attempt", async () => {
    const { bill, events } = await run([
      failing(tokens("large", 10, 0)),
      failing(tokens("mini", 10, 0), tokens("large", 1, 0)),
      reporting(tokens("mini", 20, 0)),
    ]);
    expect(bill.spent.usdMicros).toBe(100 + 20 + 20);
    expect(bill.wasted.retries).toEqual({ calls: 2, usdMicros: 120 });
    expect(lines(bill)).toEqual([
      ["large", 0, 2, 110, 11, 0],
      ["mini", 1, 1, 30, 30, 0],
    ]);
    const retried = events.filter(({ type }) => type === "call.retried");
    expect(retried).toMatchObject([
      { model: "large", cost: { usdMicros: 100 } },
      { model: "large", used: [{ model: "mini" }, { model: "large" }] },
    ]);
    expect(retried[0]).not.toHaveProperty("used");
  });

  it("says in call.retried which model it was asked with, where it named none", async () => {
    const { events } = await run([failing(), reporting(tokens(undefined, 1, 1))], {
      ofTeam: { tiers: { small: "mini" } },
    });
    expect(endOf(events, "call.retried")).toMatchObject({ model: "mini" });
  });

  it("leaves what is known of the next one known, where nobody knows what it took itself", async () => {
    const { bill } = await run([failing(), reporting(tokens("mini", 10, 0))]);
    expect(bill.spent.usdMicros).toBe("unknown");
    expect(lines(bill)).toEqual([
      [null, 0, 1, "unknown", "unknown", "unknown"],
      ["mini", 1, 1, 10, 10, 0],
    ]);
  });
});

describe("a budget", () => {
  it("is charged with every model of an attempt, and stops what costs more than it was to", async () => {
    const clock = virtualClock();
    let asked = 0;
    const payer = agent({
      name: "payer",
      maxCost: { usd: 0.05 },
      run: (_: unknown, { report }) => {
        asked++;
        report({ inputTokens: 30_000, outputTokens: 0, model: "large" });
        report({ inputTokens: 10, outputTokens: 0, model: "mini" });
        return 1;
      },
    });
    const store = memory().store;
    const budget = { usd: 0.25, scope: "all" };
    const team = supervisor({
      name: "team",
      agents: { payer },
      prices,
      budget,
      backend: { store },
      clock,
    });
    for (let n = 0; n < 5; n++) await team.run(n).catch(() => {});
    expect(asked).toBe(1);
  });

  it.each([
    ["an amount beside tokens without a price", { usdMicros: 200_000, model: "x" }, 200_000],
    ["less than was reserved beside them", { usdMicros: 10, model: "x" }, 50_000],
    ["tokens that have a price beside them", tokens("large", 20_000, 0), 200_000],
  ])(
    "is charged with what is known, and with all that was reserved: %s",
    async (_, usage, charged) => {
      const { events } = await run([reporting(usage, tokens("unlisted", 1, 1))], {
        ofAgent: { maxCost: { usd: 0.05 } },
        ofTeam: { budget: { usd: 1 } },
      });
      expect(endOf(events, "call.succeeded")).toMatchObject({ charged });
      expect(events.some(({ type }) => type === "budget.overran")).toBe(charged > 50_000);
    },
  );
});

describe("an attempt that was given up", () => {
  it("is billed by model for what it reports until it stops, and for nothing twice", async () => {
    const clock = virtualClock();
    const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve));
    const slow = agent({
      name: "slow",
      retries: 1,
      timeoutMs: 20,
      backoff: { baseMs: 0 },
      run: async (_: unknown, { attempt, report }) => {
        if (attempt > 1) {
          report(tokens("mini", 1_000, 0));
          await wait(15);
          return "done";
        }
        report(tokens("large", 10, 0));
        report({ inputTokens: 5, model: "half" });
        await wait(25);
        report(tokens("embed", 7, 0));
        report({ outputTokens: 5, model: "half" });
        return "late";
      },
    });
    const store = memory().store;
    const team = supervisor({ name: "team", agents: { slow }, prices, clock, backend: { store } });
    const running = team.run(1);
    await clock.advance(100);
    const { bill, runId } = await running;
    expect(billOf(await store.read(runId))).toEqual(bill);
    // Three of the five for "half" were known before, of its input.
    expect(bill.wasted.late).toEqual({ calls: 1, usdMicros: 21 + 5 - 3 });
    expect(lines(bill)).toEqual([
      ["large", 0, 0, 100, 10, 0],
      // Nobody knew when it was given up.
      ["half", 0, 1, "unknown", 5, "unknown"],
      ["embed", 0, 0, 21, 7, 0],
      ["mini", 1, 1, 1_000, 1_000, 0],
    ]);
  });
});

describe("an answer that was kept when the process died", () => {
  it("has on the bill every model that its own attempt used, as if nothing had happened", async () => {
    const made = (store: Store) =>
      supervisor({
        name: "team",
        prices,
        backend: { store },
        agents: {
          a: agent({
            name: "a",
            version: "1",
            cache: true,
            run: (_: unknown, { report }) => {
              report(tokens("mini", 10, 0));
              report(tokens("large", 10, 0));
              return "done";
            },
          }),
        },
      });
    const whole = memory({ resumable: true }).store;
    const { bill } = await made(whole).run(1, { runId: "run" });
    const events = whole.read("run") as readonly RunEvent[];
    const crashed = memory({ resumable: true }).store;
    crashed.append(events.slice(0, 1 + events.findIndex(({ type }) => type === "call.started")));
    crashed.release("run", 1);
    for (const { key } of await whole.values.list("cache/")) {
      const kept = await whole.values.get(key);
      await crashed.values.change(key, () => kept);
    }
    const resumed = await made(crashed).resume("run");
    expect(lines(resumed.bill)).toEqual(lines(bill));
    expect(lines(bill)).toEqual([
      ["mini", 0, 0, 10, 10, 0],
      ["large", 1, 1, 100, 10, 0],
    ]);
    expect(billOf(await crashed.read("run"))).toEqual(resumed.bill);
  });
});

describe("a batch", () => {
  it("pays for each report the price of its model: each task's for its own, and that of all of them in equal parts", async () => {
    const { team } = batching((tasks, { report }) => {
      // 110 micro-dollars, and not 38 for each of three.
      report({ inputTokens: 100, outputTokens: 0, model: "decimal" });
      report(tokens("large", 10, 0), 1);
      return tenfold(tasks);
    });
    const priced = supervisor({
      name: "priced",
      agents: { team },
      prices: { ...prices, decimal: { input: 1.1, output: 0, date } },
    });
    const bills = (await Promise.all(upTo(3).map((task) => priced.run(task)))).map(
      ({ bill }) => bill,
    );
    expect(bills.map(({ spent }) => spent.usdMicros)).toEqual([37, 37 + 100, 36]);
    expect(bills.map(({ spent }) => spent.inputTokens)).toEqual([34, 43, 33]);
    expect(lines(bills[1] as Bill)).toEqual([
      ["decimal", 0, 0, 37, 33, 0],
      ["large", 1, 1, 100, 10, 0],
    ]);
  });
});
