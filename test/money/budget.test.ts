import { describe, expect, it } from "vitest";
import {
  agent,
  judge,
  memory,
  supervisor,
  unanimous,
  type RunEvent,
  type Supervisor,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

type Event<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

async function eventsOf<Type extends RunEvent["type"]>(
  { backend }: Pick<Supervisor, "backend">,
  runId: string,
  type: Type,
): Promise<readonly Event<Type>[]> {
  return (await backend.store.read(runId)).filter(
    (event): event is Event<Type> => event.type === type,
  );
}

/** An agent that costs what its task says, and says so. */
const payer = (name: string, bound: number | undefined, costs: number) =>
  agent({
    name,
    ...(bound !== undefined && { maxCost: { usd: bound } }),
    retries: 0,
    run: (_: unknown, { report }) => {
      report({ usdMicros: Math.round(costs * 1e6) });
      return { recommendation: name };
    },
  });

describe("a budget of a run", () => {
  it("has refused a call for good: a resumed run does not ask it after all", async () => {
    const asked: string[] = [];
    const teamIn = (store: Store, usd: number) => {
      const one = (name: string, budget: number) =>
        agent({
          name,
          maxCost: { usd: 1 },
          budget: { usd: budget },
          run: () => {
            asked.push(name);
            return { recommendation: name };
          },
        });
      return supervisor({
        name: "team",
        agents: { a: one("a", usd), b: one("b", 1) },
        backend: { store },
      });
    };
    const first = memory({ resumable: true }).store;
    await teamIn(first, 0.5).run(1, { runId: "run" });
    const log = first.read("run");
    const refused = log.findIndex((event) => event.type === "call.failed" && event.agent === "a");
    const store = memory({ resumable: true }).store;
    store.append(log.slice(0, refused + 1));
    store.release("run", 1);
    asked.length = 0;
    const outcome = await teamIn(store, 2).resume("run");
    expect(asked).toEqual(["b"]);
    expect(outcome.missing).toMatchObject([{ agent: "a", why: "budget" }]);
  });

  it("does not hide why a run was cancelled", async () => {
    const inMemory = memory().store;
    const leaving = new AbortController();
    const reason = new Error("enough");
    const values: typeof inMemory.values = {
      ...inMemory.values,
      changeAll(...given) {
        leaving.abort(reason);
        return inMemory.values.changeAll(...given);
      },
    };
    const team = supervisor({
      name: "team",
      agents: { dear: payer("dear", 2, 1) },
      budget: { usd: 1, scope: "today" },
      backend: { store: { ...inMemory, values } },
    });
    await expect(team.run(1, { signal: leaving.signal })).rejects.toBe(reason);
  });

  it("lets an attempt pass as long as what it may cost fits", async () => {
    const team = supervisor({
      name: "team",
      agents: { a: payer("a", 0.4, 0.1), b: payer("b", 0.4, 0.1), c: payer("c", 0.4, 0.1) },
      mode: "sequence",
      budget: { usd: 0.6 },
    });
    const outcome = await team.run(1);
    expect(outcome).toMatchObject({ status: "complete", missing: [] });
    expect(outcome.bill.spent.usdMicros).toBe(300_000);
  });

  it("makes no attempt that could exceed it, and says what was missing", async () => {
    let asked = 0;
    const dear = agent({
      name: "dear",
      maxCost: { usd: 2 },
      run: () => {
        asked += 1;
        return 1;
      },
    });
    const team = supervisor({ name: "team", agents: { dear }, minAnswers: 0, budget: { usd: 1 } });
    const outcome = await team.run(1);
    expect(asked).toBe(0);
    expect(outcome).toMatchObject({
      status: "partial",
      missing: [
        {
          agent: "dear",
          why: "budget",
          detail:
            'the budget of a run of "team" is $1.00, $0.00 of it is spent, and the next attempt may cost $2.00; raise the budget, or lower maxCost',
        },
      ],
      results: { dear: { status: "failed", error: { code: "BUDGET_EXCEEDED" }, attempts: 0 } },
      bill: { calls: 0, attempts: 0, spent: { usdMicros: 0 } },
    });
  });

  it("lets who does not fit now wait for those who are being asked, and holds no slot for it", async () => {
    const clock = virtualClock();
    const began: string[] = [];
    const slow = (name: string, bound: number) =>
      agent({
        name,
        maxCost: { usd: bound },
        run: async (_: unknown, { report }) => {
          began.push(name);
          await new Promise<void>((resolve) => void clock.timer(10, resolve));
          report({ usdMicros: 100_000 });
          return 1;
        },
      });
    const [a, b, c] = [slow("a", 0.6), slow("b", 0.6), slow("c", 0.1)];
    const team = supervisor({ name: "team", agents: { a, b, c }, budget: { usd: 0.8 }, clock });
    const running = team.run(1);
    await clock.advance(1);
    // Whoever needs less does not overtake: else who needs more could wait for ever.
    expect(began).toEqual(["a"]);
    await clock.advance(9);
    expect(began).toEqual(["a", "b", "c"]);
    await clock.advance(10);
    expect((await running).status).toBe("complete");
  });

  it("charges what was reserved where nobody knows what an attempt cost", async () => {
    const silent = agent({ name: "silent", maxCost: { usd: 0.5 }, run: () => 1 });
    const next = payer("next", 0.6, 0.1);
    const team = supervisor({
      name: "team",
      agents: { silent, next },
      mode: "sequence",
      budget: { usd: 1 },
    });
    const outcome = await team.run(1);
    expect(outcome.results).toMatchObject({
      silent: { status: "ok", cost: { usdMicros: "unknown" } },
      next: { status: "failed", error: { code: "BUDGET_EXCEEDED" } },
    });
    expect(await eventsOf(team, outcome.runId, "call.succeeded")).toMatchObject([
      { charged: 500_000 },
    ]);
  });

  it("charges each attempt: also those that failed, by what they reported", async () => {
    let attempt = 0;
    const flaky = agent({
      name: "flaky",
      maxCost: { usd: 0.3 },
      backoff: { baseMs: 0 },
      retries: 2,
      run: (_: unknown, { report }) => {
        attempt += 1;
        if (attempt === 1) report({ usdMicros: 50_000 });
        throw Object.assign(new Error("again"), { retryable: true });
      },
    });
    const team = supervisor({ name: "team", agents: { flaky }, budget: { usd: 0.7 } });
    const outcome = await team.run(1);
    // 0.05 as reported, 0.30 as reserved, and another 0.30 would fit into 0.70: 0.65 in all.
    expect(attempt).toBe(3);
    expect(await eventsOf(team, outcome.runId, "call.failed")).toMatchObject([
      { charged: 650_000 },
    ]);
  });

  it("stops repeating when the next attempt does not fit", async () => {
    let attempts = 0;
    const flaky = agent({
      name: "flaky",
      maxCost: { usd: 0.4 },
      backoff: { baseMs: 0 },
      retries: 5,
      run: () => {
        attempts += 1;
        throw Object.assign(new Error("again"), { retryable: true });
      },
    });
    const team = supervisor({ name: "team", agents: { flaky }, budget: { usd: 1 } });
    const { results } = await team.run(1);
    expect(attempts).toBe(2);
    expect(results.flaky).toMatchObject({ error: { code: "BUDGET_EXCEEDED" }, attempts: 2 });
  });

  it("begins nothing new once something cost more than its bound, and says so", async () => {
    const team = supervisor({
      name: "team",
      agents: { liar: payer("liar", 0.1, 0.2), next: payer("next", 0.1, 0.1) },
      mode: "sequence",
      budget: { usd: 5 },
    });
    const { runId, results, status } = await team.run(1);
    expect(status).toBe("partial");
    expect(results).toMatchObject({
      liar: { status: "ok", cost: { usdMicros: 200_000 } },
      next: {
        error: {
          code: "BUDGET_EXCEEDED",
          message:
            'under the budget of a run of "team" an attempt of "liar" cost more than its maxCost, so no further attempt is made; raise it',
        },
      },
    });
    expect(await eventsOf(team, runId, "budget.overran")).toMatchObject([
      { agent: "liar", reserved: 100_000, cost: { usdMicros: 200_000 } },
    ]);
  });

  it("does not begin what has no bound, unless it is told otherwise", async () => {
    const agents = { free: payer("free", undefined, 0.1) };
    const strict = supervisor({ name: "strict", agents, budget: { usd: 5 } });
    expect((await strict.run(1)).results.free).toMatchObject({ error: { code: "NO_BOUND" } });
    const lax = supervisor({ name: "lax", agents, budget: { usd: 5, unbounded: "allow" } });
    expect((await lax.run(1)).status).toBe("complete");
  });

  it.each([
    [
      {},
      'nothing says what an attempt of "a" costs at most',
      "give it a maxCost, as in { usd: 0.05 }",
    ],
    [
      { maxCost: { outputTokens: 10 } },
      '"a" has a maxCost in tokens and no model',
      "give it a model that has a price, or a maxCost in dollars",
    ],
    [
      { maxCost: { outputTokens: 10 }, model: "m-1" },
      'the maxCost of "a" is in tokens of "m-1", which has no price',
      'give prices: { "m-1": … } to the team, or a maxCost in dollars',
    ],
  ])("says of whom %j nobody knows what it costs, and what to give", async (options, why, what) => {
    const a = agent({ name: "a", run: () => 1, ...options });
    for (const budget of [{ usd: 1 }, { usd: 1, scope: "all" }]) {
      const team = supervisor({ name: "team", agents: { a }, budget });
      const whose = budget.scope === undefined ? 'a run of "team"' : '"all"';
      expect((await team.run(1)).results.a).toMatchObject({
        error: {
          message: `${why}, and there is a budget of ${whose}; ${what}, or the budget unbounded: "allow"`,
        },
      });
    }
  });

  it("counts judges in", async () => {
    const ask = agent({
      name: "chief",
      maxCost: { usd: 0.4 },
      run: () => ({ choice: "A", reasoning: "" }),
    });
    const team = supervisor({
      name: "team",
      agents: { a: payer("a", 0.1, 0.1), b: payer("b", 0.1, 0.1) },
      resolve: [unanimous(), judge({ ask: ask as never })],
      budget: { usd: 0.8 },
    });
    // Two orders would be 0.80 besides the 0.20 that are spent: the second one is not asked.
    const { verdicts, runId } = await team.run(1);
    expect(verdicts[0]).toMatchObject({ status: "undecided" });
    expect(verdicts[0]?.reasoning).toContain("the next attempt may cost $0.40");
    expect(await eventsOf(team, runId, "call.succeeded")).toHaveLength(3);
  });

  it("holds for every team on the way to the root, and for an agent in one run", async () => {
    const a = agent({
      name: "a",
      maxCost: { usd: 0.1 },
      budget: { usd: 0.15 },
      backoff: { baseMs: 0 },
      retries: 5,
      run: () => {
        throw Object.assign(new Error("again"), { retryable: true });
      },
    });
    const inner = supervisor({
      name: "inner",
      agents: { b: payer("b", 0.2, 0.2), c: payer("c", 0.2, 0.2) },
      mode: "sequence",
      budget: { usd: 0.3 },
    });
    const team = supervisor({ name: "team", agents: { a, inner }, budget: { usd: 9 } });
    const { runId } = await team.run(1);
    const failed = await eventsOf(team, runId, "call.failed");
    expect(new Map(failed.map(({ callId, attempt }) => [callId, attempt]))).toEqual(
      new Map([
        ["a", 1],
        ["inner/c", 0],
      ]),
    );
    expect(failed.map(({ error }) => error.message).toSorted()).toEqual([
      'the budget of a run of "inner" is $0.30, $0.20 of it is spent, and the next attempt may cost $0.20; raise the budget, or lower maxCost',
      'the budget of agent "a" is $0.15, $0.10 of it is spent, and the next attempt may cost $0.10; raise the budget, or lower maxCost',
    ]);
  });

  it("may be given to one run, besides what its supervisor says", async () => {
    const team = supervisor({ name: "team", agents: { a: payer("a", 0.2, 0.1) } });
    expect((await team.run(1)).status).toBe("complete");
    const outcome = await team.run(1, { budget: { usd: 0.1 } });
    expect(outcome.results.a).toMatchObject({
      error: { message: expect.stringContaining("the budget of this run is $0.10") as string },
    });
  });

  it("knows what had been spent when a run is resumed, and counts what is in doubt in full", async () => {
    const store = memory({ resumable: true }).store;
    const describe = (rest: object) =>
      supervisor({
        name: "team",
        agents: {
          a: payer("a", 0.3, 0.3),
          b: agent({ name: "b", maxCost: { usd: 0.3 }, ...(rest as object), run: hang }),
          c: payer("c", 0.3, 0.3),
        },
        mode: "sequence",
        budget: { usd: 1 },
        backend: { store },
      });
    const { promise: asked, resolve: beginB } = Promise.withResolvers<void>();
    const hang = (): Promise<number> => {
      beginB();
      return new Promise(() => {});
    };
    const controller = new AbortController();
    const running = describe({ graceMs: 0 }).run(1, { runId: "r", signal: controller.signal });
    await asked;
    controller.abort(new Error("away"));
    await rejection(running);
    // 0.30 for a, 0.30 for b in doubt, 0.30 for b once more: nothing is left for c.
    const again = describe({ graceMs: 0, timeoutMs: 5, retries: 0 });
    const outcome = await again.resume("r");
    expect(outcome.results).toMatchObject({
      a: { status: "ok" },
      b: { error: { code: "TIMEOUT" } },
      c: { error: { code: "BUDGET_EXCEEDED" } },
    });
  });

  it("knows in a resumed run whose money was spent: of a fallback at its dearer tier, and of an agent that has changed since", async () => {
    const teamIn = (store: Store, version: string) => {
      const spends = (name: string, more: object) =>
        agent({
          name,
          maxCost: { usd: 0.4 },
          backoff: { baseMs: 0 },
          run: (_: unknown, { report, tier }) => {
            report({ usdMicros: 400_000 });
            if (tier === "small") return { doubtful: true };
            throw Object.assign(new Error("busy"), { status: 503 });
          },
          ...(more as object),
        });
      const deputy = spends("deputy", {
        budget: { usd: 1 },
        escalateIf: [() => true],
        retries: 2,
      });
      const fails = agent({
        name: "fails",
        budget: { usd: 0 },
        maxCost: { usd: 0.1 },
        fallback: deputy as never,
        run: () => 1,
      });
      const changes = spends("changes", {
        version,
        tier: "strong",
        budget: { usd: 1 },
        retries: 2,
      });
      return supervisor({
        name: "team",
        agents: { fails, changes },
        tiers: { small: "mini", strong: "maxi" },
        backend: { store },
      });
    };
    const first = memory({ resumable: true }).store;
    await teamIn(first, "1").run(1, { runId: "run" });
    const log = first.read("run");
    const busy = log.filter(({ type }) => type === "call.retried");
    expect(busy.map((event) => ("callId" in event ? event.callId : ""))).toEqual(
      expect.arrayContaining(["fails~deputy~strong", "changes"]),
    );
    const cut = Math.max(
      ...["fails~deputy~strong", "changes"].map((callId) =>
        log.findIndex((event) => event.type === "call.retried" && event.callId === callId),
      ),
    );
    const ends = (version: string) => {
      const store = memory({ resumable: true }).store;
      store.append(JSON.parse(JSON.stringify(log.slice(0, cut + 1))) as readonly RunEvent[]);
      store.release("run", 1);
      return teamIn(store, version)
        .resume("run")
        .then(() => store.read("run"));
    };
    const spentIn = (events: readonly RunEvent[]): unknown =>
      Object.fromEntries(
        ["fails~deputy", "fails~deputy~strong", "changes"].map((callId) => [
          callId,
          events.filter((event) => event.type === "call.started" && event.callId === callId).length,
        ]),
      );
    expect(spentIn(await ends("1"))).toEqual(spentIn(log));
    expect(spentIn(log)).toEqual({ "fails~deputy": 1, "fails~deputy~strong": 1, changes: 2 });
    // As another version it is asked anew, and has spent what it has all the same.
    expect(spentIn(await ends("2"))).toMatchObject({ changes: 2 });
  });

  it("reckons money from tokens where the model has a price", async () => {
    const model = agent({
      name: "model",
      maxCost: { inputTokens: 1_000, outputTokens: 500 },
      run: (_: unknown, { report }) => {
        report({ inputTokens: 800, outputTokens: 100 });
        return 1;
      },
    });
    const team = supervisor({
      name: "team",
      agents: { model },
      tiers: { small: "mini" },
      prices: { mini: { input: 0.25, output: 2, date: "2026-11-22" } },
      budget: { usd: 0.00125 },
    });
    const outcome = await team.run(1);
    // 800 × 0.25 + 100 × 2 micro-dollars; at most 1,000 × 0.25 + 500 × 2.
    expect(outcome.bill.spent.usdMicros).toBe(400);
    expect(await eventsOf(team, outcome.runId, "call.started")).toMatchObject([
      { tier: "small", model: "mini", reserved: 1_250 },
    ]);
  });

  it("fails a call whose maxCost cannot say", async () => {
    const odd = agent({
      name: "odd",
      maxCost: () => {
        throw new Error("no idea");
      },
      run: () => 1,
    });
    const team = supervisor({ name: "team", agents: { odd }, budget: { usd: 1 } });
    expect((await team.run(1)).results.odd).toMatchObject({
      error: { code: "BAD_OPTIONS", message: "the maxCost of odd failed: no idea" },
    });
  });
});

describe("what cannot be a budget", () => {
  it.each([
    [{ usd: -1 }, 'supervisor "t": budget.usd is -1; use US dollars from 0 to 1000000000'],
    [{ usd: Number.NaN }, 'supervisor "t": budget.usd is NaN; use US dollars from 0 to 1000000000'],
    [
      { usd: 1, scope: "" },
      'supervisor "t": budget.scope is ""; use 1 to 200 characters of valid Unicode',
    ],
    [{ eur: 1 }, 'supervisor "t": budget has no option "eur"; there are usd, scope, unbounded'],
    [
      { usd: 1, unbounded: "yes" },
      'supervisor "t": budget.unbounded is "yes"; use "refuse" or "allow"',
    ],
  ])("%o is refused", (budget, message) => {
    const a = agent({ name: "a", run: () => 1 });
    const make = (): unknown => supervisor({ name: "t", agents: { a }, budget: budget as never });
    expect(make).toThrow(expect.objectContaining({ code: "BAD_OPTIONS", message }));
  });
});
