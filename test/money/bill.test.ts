import { growth } from "../operations.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bill, Cost, EventBody, RunEvent } from "../../src/index.ts";
import { agent, memory, supervisor } from "../../src/index.ts";
import { furtherPlace, memberPlace, ROOT, type CallPlace } from "../../src/model/call-place.ts";
import { addBills } from "../../src/money/add-bills.ts";
import { billOf } from "../../src/money/bill.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { anyTeam, isTeamIn, type AnyTeam } from "../durable/any-team.ts";
import { live, RUN } from "../durable/live.ts";

const cost = (usdMicros: number): Cost => ({ usdMicros, inputTokens: 10, outputTokens: 1 });
const unknown: Cost = { usdMicros: "unknown", inputTokens: "unknown", outputTokens: "unknown" };

/** A log with these events in it. */
function log(...bodies: readonly EventBody[]): readonly RunEvent[] {
  return bodies.map((body, index) => ({ ...body, runId: "run", seq: index + 1, atMs: index }));
}

/** The place of an agent of the root, or of its call at a tier: `"a"`, `"a~strong"`. */
function place(callId: string): CallPlace {
  const [agent = "", tier] = callId.split("~");
  const own = memberPlace(ROOT, agent, "agent");
  return tier === undefined ? own : furtherPlace(own, "tier", tier);
}

const started = (callId: string, attempt = 1, more: object = {}): EventBody => ({
  type: "call.started",
  ...place(callId),
  attempt,
  ...more,
});
const answered = (callId: string, usdMicros: number, more: object = {}): EventBody => ({
  type: "call.succeeded",
  ...place(callId),
  attempt: 1,
  durationMs: 100,
  output: "yes",
  cost: cost(usdMicros),
  ...more,
});

describe("a bill", () => {
  it("has a line for every agent and model, in the order in which they were asked", () => {
    const bill = billOf(
      log(
        started("a", 1, { model: "mini" }),
        started("b"),
        answered("b", 7),
        answered("a", 5),
        started("a~strong", 1, { model: "large" }),
        answered("a~strong", 50),
      ),
    );
    expect(bill.lines.map(({ agent, model, cost }) => [agent, model, cost.usdMicros])).toEqual([
      ["a", "mini", 5],
      ["b", null, 7],
      ["a", "large", 50],
    ]);
    expect(bill).toMatchObject({ calls: 3, attempts: 3, spent: { usdMicros: 62 } });
  });

  it("keeps what a call took about something else, also when nobody was asked after that", () => {
    const refused: EventBody = {
      type: "call.failed",
      ...place("a"),
      attempt: 0,
      key: "other",
      durationMs: 0,
      error: { code: "BUDGET_EXCEEDED", message: "" },
      cost: cost(0),
    };
    const reused: EventBody = {
      type: "call.reused",
      ...place("a"),
      key: "other",
      by: "cache",
      from: { runId: "another", callId: "a" },
      attempt: 1,
      durationMs: 1,
      output: "yes",
      cost: cost(0),
      saved: cost(5),
    };
    const before = started("a", 1, { key: "one" });
    for (const end of [refused, reused]) {
      const known = billOf(log(before, answered("a", 9), end));
      expect(known).toMatchObject({ attempts: 1, spent: { usdMicros: 9 } });
      expect(billOf(log(before, end)).spent).toMatchObject({ ...unknown, unreportedCalls: 1 });
    }
  });

  it("has on it what was reported after an attempt was given up, as wasted", async () => {
    const clock = virtualClock();
    const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve));
    const slow = agent({
      name: "slow",
      retries: 0,
      timeoutMs: 20,
      run: async (_: unknown, { report }) => {
        report({ inputTokens: 100, outputTokens: 0, model: "mini" });
        await wait(40);
        report({ inputTokens: 10, outputTokens: 1 });
      },
    });
    const other = agent({
      name: "other",
      run: async (_: unknown, { report }) => {
        await wait(60);
        report({ inputTokens: 1, outputTokens: 0, model: "mini" });
      },
    });
    const prices = { mini: { input: 1, output: 5, date: "2026-11-22" } };
    const team = supervisor({ name: "team", agents: { slow, other }, prices, clock });
    const running = team.run(1);
    await clock.advance(100);
    const { bill, results } = await running;
    expect(results.slow).toMatchObject({ cost: { usdMicros: 100 } });
    expect(bill.wasted.late).toEqual({ calls: 1, usdMicros: 15 });
    expect(bill.spent).toEqual({ usdMicros: 116, inputTokens: 111, outputTokens: 1 });
  });

  it("counts a failed attempt as wasted, and one that was only told to come later not", () => {
    const error = { code: "AGENT_FAILED", message: "" } as const;
    const retried = { ...place("a"), error };
    const bill = billOf(
      log(
        started("a"),
        { type: "call.requeued", ...retried, attempt: 1, limiter: "api", waitMs: 1, cost: cost(0) },
        started("a", 2),
        { type: "call.retried", ...retried, attempt: 2, waitMs: 1, cost: cost(3) },
        started("a", 3),
        answered("a", 8),
      ),
    );
    expect(bill.attempts).toBe(3);
    expect(bill.wasted.retries).toEqual({ calls: 1, usdMicros: 3 });
  });

  it.each([
    ["its budget", 1, { budget: { usd: 1 } }, {}],
    ["its breaker", 1, { limiters: { l: { breaker: { failures: 1 } } } }, {}],
    ["the deadline of its run", 1, { deadlineMs: 1_000 }, { retryAfterMs: 30_000 }],
    ["the deadline, as it was to come later", 0, { deadlineMs: 1_000 }, { status: 429, paid: 0 }],
  ])(
    "counts each failed attempt once if the next is refused by %s",
    async (_, calls, of, fault) => {
      const {
        status = 503,
        paid = 600_000,
        retryAfterMs = 30_000,
      } = fault as Partial<Record<"status" | "paid" | "retryAfterMs", number>>;
      const clock = virtualClock();
      const a = agent({
        name: "a",
        maxCost: { usd: 1 },
        retries: 1,
        ...("limiters" in of && { limiters: ["l"] }),
        run: (_task: unknown, { report }) => {
          report({ usdMicros: paid });
          throw Object.assign(new Error("no"), {
            status,
            ...("deadlineMs" in of && { retryAfterMs }),
          });
        },
      });
      const running = supervisor({ name: "team", agents: { a }, clock, ...of }).run("task");
      await clock.advance(60_000);
      const { bill } = await running;
      expect(bill.attempts).toBe(1);
      expect(bill.wasted.retries).toEqual({ calls, usdMicros: paid });
    },
  );

  it("counts an attempt that a crash cut off as wasted, as nobody knows what it took", async () => {
    const a = agent({ name: "a", run: (_: unknown, { report }) => report({ usdMicros: 5 }) });
    const whole = memory({ resumable: true }).store;
    await supervisor({ name: "team", agents: { a }, backend: { store: whole } }).run(1, {
      runId: RUN,
    });
    const events = whole.read(RUN);
    const crashed = memory({ resumable: true }).store;
    crashed.append(events.slice(0, 1 + events.findIndex(({ type }) => type === "call.started")));
    crashed.release(RUN, 1);
    const team = supervisor({ name: "team", agents: { a }, backend: { store: crashed } });
    const { bill } = await team.resume(RUN);
    expect(bill.wasted.inDoubt).toEqual({ calls: 1, usdMicros: "unknown" });
    expect(bill).toMatchObject({ calls: 1, attempts: 2, spent: { usdMicros: "unknown" } });
    expect(billOf(crashed.read(RUN))).toEqual(bill);
  });

  it("says what tiers saved only where no dearer one was asked in the end", () => {
    const cheap = answered("a", 5, { dearestMicros: 500 });
    expect(billOf(log(started("a"), cheap)).saved.tier).toEqual({ calls: 1, usdMicros: 495 });
    const doubted = log(started("a"), cheap, started("a~strong"), answered("a~strong", 480));
    expect(billOf(doubted).saved.tier).toEqual({ calls: 0, usdMicros: 0 });
    const other = log(started("a"), cheap, started("ab~strong"), answered("ab~strong", 480));
    expect(billOf(other).saved.tier).toEqual({ calls: 1, usdMicros: 495 });
  });

  it("counts requests that were not made as saved by batches: one for each call but the first", () => {
    const batch = ["a", "b", "c"].flatMap((callId) => [
      started(callId, 1, { batch: 3 }),
      answered(callId, 1),
    ]);
    const { calls, usdMicros } = billOf(log(...batch)).saved.batch;
    expect(calls).toBeCloseTo(2);
    expect(usdMicros).toBe("unknown");
  });

  it("counts who was stopped early once, in the middle of its work or before, and not as wasted", () => {
    const stop = { ...place("b"), reason: "early-stop", detail: "" } as const;
    const bill = billOf(
      log(
        started("a"),
        {
          type: "call.failed",
          ...place("a"),
          attempt: 1,
          durationMs: 1,
          error: { code: "CANCELLED", message: "" },
          cost: unknown,
          stopped: true,
        },
        { type: "call.skipped", ...stop },
      ),
    );
    expect(bill.saved.earlyStop).toEqual({ calls: 2, usdMicros: "unknown" });
    expect(bill.wasted.retries.calls).toBe(0);
  });

  it("takes work in proportion to the number of calls, also where all of them have tiers", async () => {
    const bill = (calls: number): void => {
      const bodies = Array.from({ length: calls }, (_, index) => [
        started(`a${index}`),
        answered(`a${index}`, 5, { dearestMicros: 6 }),
      ]).flat();
      expect(billOf(log(...bodies)).saved.tier.calls).toBe(calls);
    };
    expect(await growth(1_000, bill)).toBeLessThan(2.2);
  });

  it("of several runs is their sum, also where one of them was kept before there was a list of savings", () => {
    const one = billOf(log(started("a"), answered("a", 5)));
    const { calls, attempts, spent } = one;
    const both = addBills([one, { calls, attempts, spent } as Bill]);
    expect(both).toMatchObject({ calls: 2, attempts: 2, spent: { usdMicros: 10 } });
    expect(both.saved).toEqual(one.saved);
  });
});

describe("what a cheaper tier saved", () => {
  const doubting = { escalateIf: [() => false] };
  const prices = {
    mini: { input: 1, output: 1, date: "2026-11-22" },
    large: { input: 100, output: 100, date: "2026-11-22" },
  };
  const run = async (
    inputTokens: number | undefined,
    options: { readonly escalateIf?: readonly (() => boolean)[] } = doubting,
  ): Promise<Bill> => {
    const team = supervisor({
      name: "team",
      tiers: { small: "mini", middle: "unpriced", strong: "large" },
      prices,
      agents: {
        a: agent({
          name: "a",
          ...options,
          run: (_task: unknown, { report }) => {
            if (inputTokens !== undefined) report({ inputTokens, outputTokens: 0 });
            return "yes";
          },
        }),
      },
    });
    return (await team.run("task")).bill;
  };

  it("is what the same tokens would have cost at the last tier", async () => {
    const { saved, spent, lines } = await run(30);
    expect(spent.usdMicros).toBe(30);
    expect(saved.tier).toEqual({ calls: 1, usdMicros: 30 * 99 });
    expect(lines[0]?.model).toBe("mini");
  });

  it("is nothing where the agent is asked at its tier and no other: nobody made that saving", async () => {
    const { saved, spent, lines } = await run(30, {});
    expect(saved.tier).toEqual({ calls: 0, usdMicros: 0 });
    expect(spent.usdMicros).toBe(30);
    expect(lines[0]?.model).toBe("mini");
  });

  it("is not said where nobody knows the tokens", async () => {
    expect((await run(undefined)).saved.tier.calls).toBe(0);
  });
});

/** The sum of the ends of all calls of a log that crashed nowhere. */
function sumOfCalls(spec: AnyTeam, events: readonly RunEvent[]): number | "unknown" {
  let sum: number | "unknown" = 0;
  for (const event of events) {
    if (event.type !== "call.succeeded" && event.type !== "call.failed") continue;
    if (isTeamIn(spec, event.callId)) continue;
    const { usdMicros } = event.cost;
    sum = sum === "unknown" || usdMicros === "unknown" ? "unknown" : sum + usdMicros;
  }
  return sum;
}

function faultsIn(bill: Bill): readonly string[] {
  const { atLeast, ...spent } = bill.spent;
  const amounts = { ...bill.saved, ...bill.wasted, spent, atLeast: { ...atLeast } };
  const bad = Object.entries(amounts).flatMap(([name, amount]) =>
    Object.values(amount).some((value) => value !== "unknown" && !(value >= 0)) ? [name] : [],
  );
  const calls = bill.lines.reduce((sum, line) => sum + line.calls, 0);
  const attempts = bill.lines.reduce((sum, line) => sum + line.attempts, 0);
  return [
    ...bad,
    ...(calls === bill.calls ? [] : ["calls of lines"]),
    ...(attempts === bill.attempts ? [] : ["attempts of lines"]),
    ...(bill.wasted.retries.calls > bill.attempts ? ["more wasted than made"] : []),
  ];
}

describe("the bill of any run", () => {
  it("is the sum of its calls, and what its log says", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(), async (spec) => {
        const { outcome, events } = await live(spec, [], (team) => team.run(1, { runId: RUN }));
        expect(outcome.bill.spent.usdMicros).toBe(sumOfCalls(spec, events));
        expect(billOf(events)).toEqual(outcome.bill);
        expect(faultsIn(outcome.bill)).toEqual([]);
        const last = events.at(-1);
        expect(last?.type === "run.finished" && last.bill).toEqual(outcome.bill);
      }),
    );
  });

  it("is what its log says after a crash, too, and nothing in it is less than before", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(), fc.nat(999), async (spec, place) => {
        const whole = await live(spec, [], (team) => team.run(1, { runId: RUN }));
        const kept = 1 + Math.floor(((whole.events.length - 1) * place) / 1_000);
        const cut = whole.events.slice(0, kept);
        const resumed = await live(spec, cut, (team) => team.resume(RUN));
        expect(billOf(resumed.events)).toEqual(resumed.outcome.bill);
        expect(faultsIn(resumed.outcome.bill)).toEqual([]);
        expect(resumed.outcome.bill.attempts).toBeGreaterThanOrEqual(billOf(cut).attempts);
        expect(resumed.outcome.bill.attempts).toBeGreaterThanOrEqual(whole.outcome.bill.attempts);
      }),
    );
  });
});
