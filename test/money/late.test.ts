// What an agent uses after its attempt was given up or cancelled is under the budget too.

import { describe, expect, it } from "vitest";
import {
  agent,
  budgets,
  judge,
  memory,
  supervisor,
  unanimous,
  type AgentContext,
  type Budget,
  type Clock,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

type Event<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

const ofType = <Type extends RunEvent["type"]>(
  events: readonly RunEvent[],
  type: Type,
): readonly Event<Type>[] => events.filter((event): event is Event<Type> => event.type === type);

const until = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => void clock.timer(delayMs, resolve));

interface Spending {
  /** What it costs, in cents, and when it says so, in ms from its beginning. */
  readonly reports: readonly (readonly [atMs: number, cents: number])[];
  /** When it stops, whatever its signal says; never where left out. */
  readonly stopsMs?: number;
}

/** Uses money at the times it is told to, deaf to its signal, and counts what it really spent. */
function spending(clock: Clock, meter: { cents: number }, { reports, stopsMs }: Spending) {
  return async (_task: unknown, { report }: Pick<AgentContext, "report">): Promise<string> => {
    for (const [atMs, cents] of reports) {
      clock.timer(atMs, () => {
        meter.cents += cents;
        report({ usdMicros: cents * 10_000 });
      });
    }
    await (stopsMs === undefined ? new Promise<never>(() => {}) : until(clock, stopsMs));
    return "too late";
  };
}

const late = { timeoutMs: 100, graceMs: 50, retries: 0, maxCost: { usd: 1 } } as const;

describe("a budget whose agents report after their timeout", () => {
  it.each<[string, Budget]>([
    ["of the run", { usd: 3 }],
    ["that runs share", { usd: 3, scope: "today" }],
  ])("%s is not exceeded by sixteen that each spend what they may", async (_, budget) => {
    const clock = virtualClock({ nowMs: Date.now() });
    const meter = { cents: 0 };
    const run = spending(clock, meter, {
      reports: [
        [0, 1],
        [130, 99],
      ],
      stopsMs: 140,
    });
    const names = Array.from({ length: 16 }, (_none, index) => `a${index}`);
    const team = supervisor({
      name: "team",
      agents: Object.fromEntries(
        names.map((name) => [name, agent({ name, ...late, run })]),
      ) as never,
      budget,
      minAnswers: 0,
      clock,
    });
    const running = team.run("task" as never);
    await clock.advance(10_000);
    const { missing } = await running;
    expect(meter.cents).toBe(300);
    expect(missing.filter(({ why }) => why === "timeout")).toHaveLength(3);
    expect(missing.filter(({ why }) => why === "budget")).toHaveLength(13);
    if (budget.scope !== undefined) {
      expect(await budgets(team.backend).of("today")).toEqual({
        spentMicros: 3_000_000,
        reservedMicros: 0,
        overran: false,
      });
    }
  });

  it("frees what is left of a reservation as soon as the agent has stopped within its grace, and wakes who waits for it", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const meter = { cents: 0 };
    const began: number[] = [];
    const slow = agent({
      name: "slow",
      ...late,
      run: spending(clock, meter, {
        reports: [
          [0, 1],
          [120, 19],
        ],
        stopsMs: 130,
      }),
    });
    const next = agent({
      name: "next",
      maxCost: { usd: 0.8 },
      run: async () => void began.push(clock.monotonic()),
    });
    const team = supervisor({ name: "team", agents: { slow, next }, budget: { usd: 1 }, clock });
    const running = team.run("task");
    await clock.advance(10_000);
    const { runId, results } = await running;
    expect(results.next.status).toBe("ok");
    expect(began).toEqual([130]);
    const log = await team.backend.store.read(runId);
    expect(ofType(log, "call.failed")).toMatchObject([
      { cost: { usdMicros: 10_000 }, charged: 1_000_000 },
    ]);
    expect(ofType(log, "call.late")).toMatchObject([
      { cost: { usdMicros: 190_000 }, charged: 200_000 },
    ]);
  });

  it("charges an agent that does not stop in full when its grace is over, whatever it has reported", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const deaf = agent({
      name: "deaf",
      ...late,
      run: spending(clock, { cents: 0 }, { reports: [[0, 10]] }),
    });
    const began: number[] = [];
    const next = agent({
      name: "next",
      maxCost: { usd: 0.5 },
      run: async () => void began.push(clock.monotonic()),
    });
    const refused = agent({ name: "refused", maxCost: { usd: 0.9 }, run: () => "never" });
    const team = supervisor({
      name: "team",
      agents: { deaf, next, refused },
      budget: { usd: 1.5, scope: "today" },
      clock,
    });
    const running = team.run("task");
    await clock.advance(10_000);
    const { runId, results, missing } = await running;
    expect(began).toEqual([0]);
    expect(results.refused).toMatchObject({ error: { code: "BUDGET_EXCEEDED" }, attempts: 0 });
    expect(missing.map(({ agent: name, why }) => [name, why])).toEqual([
      ["deaf", "timeout"],
      ["refused", "budget"],
    ]);
    const log = await team.backend.store.read(runId);
    expect(ofType(log, "call.abandoned")).toMatchObject([{ charged: 1_000_000 }]);
    expect(await budgets(team.backend).of("today")).toMatchObject({
      // What `next` may cost is charged in full, as it does not say what it did.
      spentMicros: 1_500_000,
      reservedMicros: 0,
    });
  });

  it("lets a repetition wait for the reservation of the attempt that it repeats", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const began: number[] = [];
    const flaky = agent({
      name: "flaky",
      timeoutMs: 100,
      graceMs: 50,
      retries: 1,
      backoff: { baseMs: 0 },
      maxCost: { usd: 1 },
      run: async (_task: unknown, { attempt, report }) => {
        began.push(clock.monotonic());
        if (attempt === 1) await until(clock, 130);
        report({ usdMicros: 400_000 });
        return "answer";
      },
    });
    const team = supervisor({ name: "team", agents: { flaky }, budget: { usd: 1.5 }, clock });
    const running = team.run("task");
    await clock.advance(10_000);
    const { runId, results } = await running;
    expect(began).toEqual([0, 130]);
    expect(results.flaky).toMatchObject({ status: "ok", attempts: 2 });
    const log = await team.backend.store.read(runId);
    expect(ofType(log, "call.retried")).toMatchObject([{ charged: 1_000_000 }]);
    expect(ofType(log, "call.late")).toMatchObject([{ charged: 400_000 }]);
    expect(ofType(log, "call.succeeded")).toMatchObject([{ charged: 800_000 }]);
  });

  it("counts an attempt in doubt with its reservation although the attempt before it was settled meanwhile", async () => {
    const clock = virtualClock();
    const store = memory({ resumable: true, clock }).store;
    const teamWith = (asked: string[]) => {
      const flaky = agent({
        name: "flaky",
        timeoutMs: 100,
        graceMs: 50,
        retries: 1,
        backoff: { baseMs: 0 },
        maxCost: { usd: 1 },
        run: async (_task: unknown, { attempt, report }) => {
          asked.push(`flaky ${attempt}`);
          if (attempt === 1) await until(clock, 130);
          else await until(clock, 50);
          report({ usdMicros: 400_000 });
          return "answer";
        },
      });
      const next = agent({
        name: "next",
        maxCost: { usd: 1 },
        run: () => {
          asked.push("next");
          return 1;
        },
      });
      return supervisor({
        name: "team",
        agents: { flaky, next },
        mode: "sequence",
        // 0.40 of the first attempt, 1.00 of the second one in doubt, 0.40 of that one once more, and 1.00.
        budget: { usd: 2.8 },
        clock,
        backend: { store },
      });
    };
    const asked: string[] = [];
    const running = teamWith(asked).run("task", { runId: "run" });
    await clock.advance(1_000);
    await running;
    const log = store.read("run");
    const late = log.findIndex(({ type }) => type === "call.late");
    expect(log[late - 1]).toMatchObject({ type: "call.started", attempt: 2 });
    for (const [usd, answers] of [
      [2.8, true],
      [2.79, false],
    ] as const) {
      const died = memory({ resumable: true, clock }).store;
      died.append(log.slice(0, late + 1));
      died.release("run", 1);
      const resumed = teamWith(asked).resume("run", { backend: { store: died }, budget: { usd } });
      await clock.advance(1_000);
      const outcome = await resumed;
      expect(outcome.results.next.status).toBe(answers ? "ok" : "failed");
      expect(ofType(died.read("run"), "call.succeeded")[0]).toMatchObject({ charged: 1_800_000 });
    }
  });

  it("refuses a repetition when the attempt that it repeats was abandoned and there is no room for another", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const hangs = agent({
      name: "hangs",
      timeoutMs: 100,
      graceMs: 50,
      retries: 1,
      backoff: { baseMs: 0 },
      maxCost: { usd: 1 },
      run: spending(clock, { cents: 0 }, { reports: [[0, 1]] }),
    });
    const team = supervisor({ name: "team", agents: { hangs }, budget: { usd: 1.5 }, clock });
    const running = team.run("task");
    await clock.advance(149);
    let over = false;
    void running.then(() => (over = true));
    await clock.advance(0);
    expect(over).toBe(false);
    await clock.advance(1);
    expect((await running).results.hangs).toMatchObject({
      attempts: 1,
      error: {
        code: "BUDGET_EXCEEDED",
        message:
          'the budget of a run of "team" is $1.50, $1.00 of it is spent, and the next attempt may cost $1.00; raise the budget, or lower maxCost',
      },
    });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("charges more where an abandoned agent reports more than was reserved for it, and begins nothing new", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const liar = agent({
      name: "liar",
      ...late,
      run: spending(
        clock,
        { cents: 0 },
        {
          reports: [
            [0, 1],
            [200, 50],
            [300, 70],
          ],
        },
      ),
    });
    const slow = agent({ name: "slow", maxCost: { usd: 0 }, run: () => until(clock, 1_000) });
    const next = agent({ name: "next", needs: { slow }, maxCost: { usd: 0.1 }, run: () => 1 });
    const team = supervisor({
      name: "team",
      agents: { liar, slow, next },
      budget: { usd: 9, scope: "today" },
      clock,
    });
    const running = team.run("task");
    await clock.advance(10_000);
    const { runId, results, bill } = await running;
    expect(results.next).toMatchObject({ error: { code: "BUDGET_EXCEEDED" } });
    const log = await team.backend.store.read(runId);
    expect(ofType(log, "call.reported")).toMatchObject([
      { agent: "liar", attempt: 1, cost: { usdMicros: 500_000 }, charged: 1_000_000 },
      { agent: "liar", attempt: 1, cost: { usdMicros: 700_000 }, charged: 1_210_000 },
    ]);
    expect(ofType(log, "budget.overran")).toMatchObject([
      { agent: "liar", reserved: 1_000_000, cost: { usdMicros: 1_210_000 } },
    ]);
    expect(bill.wasted.late).toEqual({ calls: 1, usdMicros: 1_200_000 });
    expect(await budgets(team.backend).of("today")).toEqual({
      spentMicros: 1_210_000,
      reservedMicros: 0,
      overran: true,
    });
  });

  it("holds a reservation for every part of a batch until it has stopped", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const began: [number, number][] = [];
    const a = agent({
      name: "a",
      ...late,
      run: (task: number) => {
        began.push([clock.monotonic(), task]);
        return String(task);
      },
      batch: {
        maxSize: 2,
        run: async (tasks, { report }) => {
          began.push([clock.monotonic(), tasks.length]);
          report({ usdMicros: 20_000 });
          await until(clock, 130);
          report({ usdMicros: 200_000 }, 0);
          report({ usdMicros: 700_000 }, 1);
          return tasks.map(String);
        },
      },
    });
    const budget = { usd: 2, scope: "today" };
    const team = supervisor({ name: "team", agents: { a }, budget, clock });
    const running = [1, 2].map((task) => team.run(task));
    await clock.advance(110);
    const third = team.run(3);
    await clock.advance(1_000);
    for (const { results } of await Promise.all(running)) {
      expect(results.a).toMatchObject({ error: { code: "TIMEOUT" }, cost: { usdMicros: 10_000 } });
    }
    expect((await third).results.a.status).toBe("ok");
    // When the batch has stopped, and its two parts have cost 0.21 and 0.71; by then it has been looked again.
    expect(began[0]).toEqual([0, 2]);
    expect(began[1]?.[0]).toBeGreaterThanOrEqual(130);
    expect(await budgets(team.backend).of("today")).toEqual({
      spentMicros: 1_920_000,
      reservedMicros: 0,
      overran: false,
    });
  });

  it("charges a judge that timed out with what it reports until it has stopped", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const says = (name: string) =>
      agent({ name, maxCost: { usd: 0 }, run: () => ({ recommendation: name }) });
    const meter = { cents: 0 };
    const chief = agent({
      name: "chief",
      ...late,
      run: spending(clock, meter, {
        reports: [
          [0, 1],
          [120, 40],
        ],
        stopsMs: 130,
      }),
    });
    const team = supervisor({
      name: "team",
      agents: { ship: says("ship"), hold: says("hold") },
      resolve: [unanimous(), judge({ ask: chief as never })],
      // One of its two orders at a time.
      budget: { usd: 1.5, scope: "today" },
      clock,
    });
    const running = team.run("task");
    await clock.advance(1_000);
    expect((await running).verdicts[0]).toMatchObject({ status: "undecided" });
    expect(meter.cents).toBe(82);
    expect(await budgets(team.backend).of("today")).toEqual({
      spentMicros: 820_000,
      reservedMicros: 0,
      overran: false,
    });
  });

  it("refuses who waits for money as soon as a late report says that there is none", async () => {
    const clock = virtualClock();
    const liar = agent({
      name: "liar",
      maxCost: { usd: 1 },
      run: (_task: unknown, { report }) => {
        report({ usdMicros: 100_000 });
        clock.timer(10, () => report({ usdMicros: 950_000 }));
        return "answer";
      },
    });
    const slow = agent({ name: "slow", maxCost: { usd: 1 }, run: () => until(clock, 100) });
    const waits = agent({ name: "waits", maxCost: { usd: 1 }, run: () => "never" });
    const team = supervisor({
      name: "team",
      agents: { liar, slow, waits },
      budget: { usd: 2 },
      clock,
    });
    const running = team.run("task");
    await clock.advance(100);
    const { runId } = await running;
    const [first, ...others] = ofType(await team.backend.store.read(runId), "call.failed");
    expect(first).toMatchObject({ agent: "waits", error: { code: "BUDGET_EXCEEDED" } });
    expect(others).toEqual([]);
    expect((first?.atMs ?? 0) - clock.now()).toBe(-90);
  });

  it("charges what is reported after the run has ended to the budget that runs share", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const slow = agent({
      name: "slow",
      ...late,
      run: spending(
        clock,
        { cents: 0 },
        {
          reports: [
            [0, 1],
            [120, 29],
          ],
          stopsMs: 130,
        },
      ),
    });
    const budget = { usd: 3, scope: "today" };
    const team = supervisor({ name: "team", agents: { slow }, budget, clock });
    const running = team.run("task");
    await clock.advance(100);
    await running;
    expect(await budgets(team.backend).of("today")).toMatchObject({
      spentMicros: 0,
      reservedMicros: 1_000_000,
    });
    await clock.advance(30);
    expect(await budgets(team.backend).of("today")).toMatchObject({
      spentMicros: 300_000,
      reservedMicros: 0,
    });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("charges an answered call with what its agent reports afterwards, where that is more", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const eager = agent({
      name: "eager",
      maxCost: { usd: 1 },
      run: (_task: unknown, { report }) => {
        report({ usdMicros: 100_000 });
        clock.timer(10, () => report({ usdMicros: 200_000 }));
        return "answer";
      },
    });
    const slow = agent({ name: "slow", maxCost: { usd: 0 }, run: () => until(clock, 100) });
    const team = supervisor({
      name: "team",
      agents: { eager, slow },
      budget: { usd: 3, scope: "today" },
      clock,
    });
    const running = team.run("task");
    await clock.advance(100);
    const { runId, bill } = await running;
    const log = await team.backend.store.read(runId);
    expect(ofType(log, "call.reported")).toMatchObject([
      { cost: { usdMicros: 200_000 }, charged: 300_000 },
    ]);
    expect(bill.wasted.late).toEqual({ calls: 0, usdMicros: 200_000 });
    expect(await budgets(team.backend).of("today")).toMatchObject({
      spentMicros: 300_000,
    });
  });
});

describe("a budget whose agents report after they were cancelled", () => {
  it("is charged with what an agent of a cancelled run reports until it stops", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const slow = agent({
      name: "slow",
      ...late,
      run: spending(
        clock,
        { cents: 0 },
        {
          reports: [
            [0, 1],
            [30, 49],
          ],
          stopsMs: 40,
        },
      ),
    });
    const store = memory({ resumable: true }).store;
    const budget = { usd: 3, scope: "today" };
    const team = supervisor({ name: "team", agents: { slow }, budget, clock, backend: { store } });
    const leaving = new AbortController();
    const running = rejection(team.run("task", { signal: leaving.signal, runId: "run" }));
    await clock.advance(10);
    leaving.abort(new Error("enough"));
    await clock.advance(100);
    await running;
    expect(await budgets({ store }).of("today")).toMatchObject({
      spentMicros: 500_000,
      reservedMicros: 0,
    });
    expect(store.read("run").map(({ type }) => type)).toEqual([
      "run.started",
      "run.planned",
      "call.started",
      "call.late",
      "run.cancelled",
    ]);
    expect(ofType(store.read("run"), "call.late")).toMatchObject([
      { cost: { usdMicros: 500_000 }, charged: 500_000 },
    ]);
  });

  it("is charged in full for an agent of a cancelled run that does not stop", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const slow = agent({
      name: "slow",
      ...late,
      run: spending(clock, { cents: 0 }, { reports: [[0, 1]] }),
    });
    const budget = { usd: 3, scope: "today" };
    const team = supervisor({ name: "team", agents: { slow }, budget, clock });
    const leaving = new AbortController();
    const running = rejection(team.run("task", { signal: leaving.signal }));
    await clock.advance(10);
    leaving.abort(new Error("enough"));
    await clock.advance(49);
    expect(await budgets(team.backend).of("today")).toMatchObject({
      spentMicros: 0,
      reservedMicros: 1_000_000,
    });
    await clock.advance(1);
    await running;
    expect(await budgets(team.backend).of("today")).toMatchObject({
      spentMicros: 1_000_000,
      reservedMicros: 0,
    });
  });

  it("is charged for a nested team that timed out, and knows as much when the run is resumed", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const store = memory({ resumable: true, clock }).store;
    const teamWith = (asked: string[]) => {
      const slow = agent({
        name: "slow",
        maxCost: { usd: 1 },
        graceMs: 50,
        run: spending(
          clock,
          { cents: 0 },
          {
            reports: [
              [0, 1],
              [120, 29],
            ],
            stopsMs: 130,
          },
        ),
      });
      const inner = supervisor({
        name: "inner",
        agents: { slow },
        asWorker: { timeoutMs: 100 },
      });
      const next = agent({
        name: "next",
        maxCost: { usd: 0.7 },
        run: () => {
          asked.push("next");
          return 1;
        },
      });
      return supervisor({
        name: "team",
        agents: { inner, next },
        mode: "sequence",
        budget: { usd: 1 },
        clock,
        backend: { store },
      });
    };
    const asked: string[] = [];
    const running = teamWith(asked).run("task" as never, { runId: "run" });
    await clock.advance(1_000);
    const outcome = await running;
    expect(outcome.results.inner).toMatchObject({ error: { code: "TIMEOUT" } });
    expect(asked).toEqual(["next"]);
    expect(outcome.bill.lines.find((line) => line.agent === "slow")?.cost.usdMicros).toBe(300_000);
    // The process dies when the team has failed, and before anybody else was asked.
    const log = store.read("run");
    const failed = log.findIndex(
      (event) => event.type === "call.failed" && event.agent === "inner",
    );
    const again = memory({ resumable: true, clock }).store;
    again.append(log.slice(0, failed + 1));
    again.release("run", 1);
    asked.length = 0;
    const resumed = teamWith(asked).resume("run", { backend: { store: again } });
    await clock.advance(1_000);
    expect((await resumed).results.next.status).toBe("ok");
    expect(asked).toEqual(["next"]);
  });

  it("counts an attempt that had timed out with its reservation when the process died before it was settled", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const store = memory({ resumable: true, clock }).store;
    const asked: string[] = [];
    const teamIn = (usd: number) => {
      const slow = agent({
        name: "slow",
        ...late,
        run: spending(
          clock,
          { cents: 0 },
          {
            reports: [
              [0, 1],
              [120, 9],
            ],
            stopsMs: 130,
          },
        ),
      });
      const wait = agent({ name: "wait", maxCost: { usd: 0 }, run: () => until(clock, 140) });
      const next = agent({
        name: "next",
        needs: { wait },
        maxCost: { usd: 0.5 },
        run: () => {
          asked.push("next");
          return 1;
        },
      });
      return supervisor({
        name: "team",
        agents: { slow, wait, next },
        budget: { usd },
        clock,
        backend: { store },
      });
    };
    const running = teamIn(1.4).run("task", { runId: "run" });
    await clock.advance(1_000);
    await running;
    expect(asked).toEqual(["next"]);
    const log = store.read("run");
    const upTo = (type: RunEvent["type"], name: string) => {
      const at = log.findIndex(
        (event) => event.type === type && "agent" in event && event.agent === name,
      );
      const died = memory({ resumable: true, clock }).store;
      died.append(log.slice(0, at + 1));
      died.release("run", 1);
      return died;
    };
    for (const [type, name, answers] of [
      ["call.failed", "slow", false],
      ["call.late", "slow", true],
    ] as const) {
      const resumed = teamIn(1.4).resume("run", { backend: { store: upTo(type, name) } });
      await clock.advance(1_000);
      expect((await resumed).results.next.status).toBe(answers ? "ok" : "failed");
    }
  });
});

describe("a report after the answer that says no amount", () => {
  it("is no event, and one that says an amount is", async () => {
    const asked = Promise.withResolvers<AgentContext["report"]>();
    const early = agent({
      name: "early",
      run: (_: string, { report }) => {
        asked.resolve(report);
        return 1;
      },
    });
    const later = agent({
      name: "later",
      needs: { early },
      run: async () => {
        const report = await asked.promise;
        report({ model: "m" });
        report({});
        await new Promise(setImmediate);
        report({ usdMicros: 7 });
        await new Promise(setImmediate);
        return 1;
      },
    });
    const store = memory().store;
    const { runId } = await supervisor({
      name: "team",
      agents: { early, later },
      backend: { store },
    }).run("x");
    const late = store.read(runId).filter(({ type }) => type === "call.reported");
    expect(late).toMatchObject([{ callId: "early", cost: { usdMicros: 7 } }]);
  });
});
