import { describe, expect, it } from "vitest";
import {
  addBills,
  agent,
  billOf,
  judge,
  memory,
  prefer,
  rerun,
  supervisor,
  support,
  unanimous,
  vote,
  within,
  type Outcome,
  type RunEvent,
} from "../../src/index.ts";
import { learn, recordTruth, reliability } from "../../src/learning/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

/** Agents a0, a1, …: each says its part when its time has come; `null` is a failure. */
function teamOf(
  said: readonly (readonly [afterMs: number, says: string | null])[],
  options: object = {},
) {
  const clock = virtualClock();
  const store = memory({ resumable: true, clock }).store;
  const asked: string[] = [];
  const agents = Object.fromEntries(
    said.map(([afterMs, says], index) => {
      const name = `a${index}`;
      const made = agent({
        name,
        version: "1",
        retries: 0,
        run: async (_task: unknown, { signal }) => {
          asked.push(`${name} at ${clock.monotonic()}`);
          await new Promise<void>((resolve, reject) => {
            const timer = clock.timer(afterMs, resolve);
            signal.addEventListener("abort", () => {
              timer[Symbol.dispose]();
              reject(signal.reason as Error);
            });
          });
          if (says === null) throw new Error("no");
          return { recommendation: says };
        },
      });
      return [name, made];
    }),
  );
  const gate = supervisor({
    name: "gate",
    agents,
    clock,
    backend: { store },
    panel: "certain",
    resolve: [unanimous(), vote()],
    ...options,
  } as never);
  const over = async <T>(running: Promise<T>): Promise<T> => {
    let done = false;
    const end = (): void => void (done = true);
    running.then(end, end);
    while (!done) await clock.next();
    return running;
  };
  return {
    gate,
    run: (runOptions: object = {}): Promise<Outcome> =>
      over(gate.run("task" as never, runOptions as never)),
    resume: (runId: string): Promise<Outcome> => over(gate.resume(runId)),
    asked,
    clock,
    store,
  };
}

const FIVE = [
  [1, "ship"],
  [1, "ship"],
  [1, "ship"],
  [1, "hold"],
  [1, "hold"],
] as const;

describe("a panel that goes on until it is certain", () => {
  it("asks at once the fewest that could be enough, and nobody once it is", async () => {
    const { run, asked, store } = teamOf(FIVE);
    const outcome = await run();
    expect(asked).toEqual(["a0 at 0", "a1 at 0", "a2 at 0"]);
    expect(outcome).toMatchObject({
      status: "complete",
      missing: [],
      notices: [{ code: "panel-enough", level: "info", agents: ["a3", "a4"] }],
    });
    expect(outcome.verdicts).toMatchObject([{ winner: "ship", missing: [] }]);
    const detail = "those who have answered were enough";
    for (const name of ["a3", "a4"])
      expect(outcome.results[name]).toEqual({ status: "skipped", reason: "panel", detail });
    expect(outcome.bill).toMatchObject({
      calls: 3,
      saved: { panel: { calls: 2, usdMicros: "unknown" } },
    });
    const events = (await store.read(outcome.runId)) as readonly RunEvent[];
    expect(events.find(({ type }) => type === "run.planned")).toMatchObject({
      panel: { until: "certain", order: ["a0", "a1", "a2", "a3", "a4"], always: 0 },
    });
    expect(billOf(events)).toEqual(outcome.bill);
  });

  it("asks more while it is open", async () => {
    const { run, asked } = teamOf([
      [1, "ship"],
      [1, "hold"],
      [2, "hold"],
      [1, "hold"],
      [1, "ship"],
    ]);
    const { verdicts, results } = await run();
    expect(asked).toEqual(
      ["a0 at 0", "a1 at 0", "a2 at 0", "a3 at 2", "a4 at 3"].slice(0, asked.length),
    );
    expect(asked).toHaveLength(
      5 - Object.values(results).filter((r) => r.status === "skipped").length,
    );
    expect(verdicts).toMatchObject([{ winner: "hold" }]);
  });

  it("goes on to others where some fail", async () => {
    const { run, asked } = teamOf([
      [1, null],
      [1, "ship"],
      [1, "ship"],
      [1, "ship"],
      [1, "hold"],
    ]);
    const outcome = await run();
    expect(asked.map((one) => one.slice(0, 2))).toEqual(
      ["a0", "a1", "a2", "a3"].slice(0, asked.length),
    );
    expect(outcome.missing).toMatchObject([{ agent: "a0", why: "failed" }]);
    expect(outcome.verdicts).toMatchObject([{ winner: "ship", missing: ["a0"] }]);
  });

  it("always asks who is required", async () => {
    const { run, asked } = teamOf(FIVE, { required: ["a4"] });
    await run();
    expect(asked.map((one) => one.slice(0, 2))).toContain("a4");
  });

  it("asks everybody where it is left out, or a run says so", async () => {
    const all = teamOf(FIVE, { panel: undefined });
    await all.run();
    expect(all.asked).toHaveLength(5);
    const once = teamOf(FIVE);
    const outcome = await once.run({ panel: false });
    expect(once.asked).toHaveLength(5);
    expect(outcome.bill.saved).not.toHaveProperty("panel");
    const own = teamOf(FIVE, { panel: undefined });
    await own.run({ panel: "certain" });
    expect(own.asked).toHaveLength(3);
  });

  it("asks as many as have to answer", async () => {
    const { run, asked } = teamOf(FIVE, { minAnswers: 4 });
    await run();
    expect(asked).toHaveLength(4);
  });
});

it("one voice that is enough by itself decides, and is not called unopposed", async () => {
  // a0 is always right, and the others each by itself in one of five.
  const subjects = Array.from({ length: 100 }, (_, i) => `s${i}`);
  const votes = subjects.flatMap((subject, s) =>
    FIVE.map((_, a) => {
      const position = a === 0 || (s + a) % 5 === 0 ? "right" : `wrong ${a}`;
      return { agent: `a${a}`, subject, position };
    }),
  );
  const truths = subjects.map((subject) => ({ subject, position: "right" }));
  const from = learn(votes, { labels: "open", truths });
  const { run, asked } = teamOf(FIVE, { resolve: [reliability({ from }), unanimous(), vote()] });
  const { verdicts } = await run();
  expect(asked).toHaveLength(1);
  expect(verdicts).toMatchObject([{ status: "decided", winner: "ship", asked: 1 }]);
});

it("a panel that was interrupted after any event ends as one that was not, and asks nobody twice", async () => {
  const said = [
    [1, "ship"],
    [2, "hold"],
    [1, null],
    [3, "hold"],
    [1, "hold"],
    [1, "ship"],
  ] as const;
  const whole = teamOf(said);
  const outcome = await whole.run({ runId: "r" });
  const events = (await whole.store.read("r")) as readonly RunEvent[];
  for (let count = 1; count < events.length; count++) {
    const again = teamOf(said);
    again.store.append(structuredClone(events.slice(0, count)) as never);
    again.store.release("r", 1);
    const { verdicts, results, missing, status } = await again.resume("r");
    expect([count, status, verdicts, missing]).toEqual([
      count,
      outcome.status,
      outcome.verdicts,
      outcome.missing,
    ]);
    for (const [name, result] of Object.entries(results))
      expect([count, name, result.status]).toEqual([count, name, outcome.results[name]?.status]);
    const answered = events
      .slice(0, count)
      .flatMap((event) => (event.type === "call.succeeded" ? [event.callId] : []));
    for (const one of again.asked) expect(answered).not.toContain(one.slice(0, 2));
  }
});

describe("a panel among other things", () => {
  const says = <const Name extends string>(name: Name, right: string, asked: string[]) =>
    agent({
      name,
      version: "1",
      run: (_task: string) => {
        asked.push(name);
        return { recommendation: right };
      },
    });
  const five = (asked: string[]) => ({
    a: says("a", "ship", asked),
    b: says("b", "ship", asked),
    c: says("c", "ship", asked),
    d: says("d", "hold", asked),
    e: says("e", "hold", asked),
  });

  it("in a nested team asks fewer of that team, and the team above has its verdict", async () => {
    const asked: string[] = [];
    const inner = supervisor({ name: "inner", agents: five(asked), panel: "certain" });
    const outer = supervisor({
      name: "outer",
      agents: { inner, x: says("x", "ship", asked), y: says("y", "ship", asked) },
    });
    const { status, verdicts, bill } = await outer.run("go?");
    expect(asked.toSorted()).toEqual(["a", "b", "c", "x", "y"]);
    expect([status, verdicts[0]?.winner]).toEqual(["complete", "ship"]);
    expect(bill.saved.panel).toMatchObject({ calls: 2 });
  });

  it("has saved nothing where those whom it did not ask are free, and nobody knows how much where one is not", async () => {
    const saved = async (cost: "free" | undefined) => {
      const voice = (name: string, isFree: boolean) =>
        agent({ name, run: (_task: string) => "ship", ...(isFree && { cost: "free" }) });
      const inner = supervisor({ name: "inner", agents: { x: voice("x", cost === "free") } });
      const agents = ["a", "b", "c", "d"].map((name) => [name, voice(name, true)] as const);
      const backend = memory({ resumable: true });
      const board = supervisor({
        name: "board",
        agents: { ...Object.fromEntries(agents), inner },
        panel: { until: "certain", order: "given" },
        backend,
      });
      const { runId, bill } = await board.run("go?");
      expect(billOf(await backend.store.read(runId)).saved).toEqual(bill.saved);
      return bill.saved.panel;
    };
    expect(await saved("free")).toEqual({ calls: 2, usdMicros: 0 });
    expect(await saved(undefined)).toEqual({ calls: 2, usdMicros: "unknown" });
  });

  it("under a budget with room for those it asks, it is complete where asking everybody is not", async () => {
    const asked: string[] = [];
    const paid = <const Name extends string>(name: Name, says: string) =>
      agent({
        name,
        retries: 0,
        maxCost: { usd: 0.1 },
        run: (_task: string, { report }) => {
          asked.push(name);
          report({ usdMicros: 100_000 });
          return { recommendation: says };
        },
      });
    const gate = supervisor({
      name: "gate",
      agents: {
        a: paid("a", "ship"),
        b: paid("b", "ship"),
        c: paid("c", "ship"),
        d: paid("d", "hold"),
        e: paid("e", "hold"),
      },
      panel: "certain",
      budget: { usd: 0.35 },
    });
    const few = await gate.run("go?");
    expect([few.status, few.bill.spent.usdMicros]).toEqual(["complete", 300_000]);
    expect(asked.splice(0)).toEqual(["a", "b", "c"]);
    const all = await gate.run("go?", { panel: false });
    expect(all.status).toBe("partial");
    expect(asked).toHaveLength(3);
  });

  it("under a budget that runs share, it goes on to others where one does not fit", async () => {
    const backend = memory();
    const paid = <const Name extends string>(name: Name, usd: number) =>
      agent({
        name,
        retries: 0,
        maxCost: { usd },
        run: (_task: string, { report }) => {
          report({ usdMicros: usd * 1e6 });
          return { recommendation: "ship" };
        },
      });
    const gate = supervisor({
      name: "gate",
      agents: { a: paid("a", 0.1), dear: paid("dear", 5), c: paid("c", 0.1), d: paid("d", 0.1) },
      panel: "certain",
      budget: { usd: 1, scope: "today" },
      backend,
    });
    const { status, results, verdict, missing, bill } = await gate.run("go?");
    expect(results.dear).toMatchObject({ status: "failed", error: { code: "BUDGET_EXCEEDED" } });
    expect([status, verdict?.winner]).toEqual(["partial", "ship"]);
    expect(missing).toMatchObject([{ agent: "dear", why: "budget" }]);
    expect(bill.calls + (bill.saved.panel?.calls ?? 0)).toBe(3);
  });

  it("asks nobody anew whose answer is kept, and leaves out the same", async () => {
    const asked: string[] = [];
    const kept = <const Name extends string>(name: Name, says: string) =>
      agent({
        name,
        version: "1",
        cache: { ttlMs: 60_000 },
        run: (_task: string) => {
          asked.push(name);
          return { recommendation: says };
        },
      });
    const gate = supervisor({
      name: "gate",
      agents: {
        a: kept("a", "ship"),
        b: kept("b", "ship"),
        c: kept("c", "ship"),
        d: kept("d", "hold"),
        e: kept("e", "hold"),
      },
      panel: "certain",
      backend: memory(),
    });
    const first = await gate.run("go?");
    const second = await gate.run("go?");
    expect(asked).toEqual(["a", "b", "c"]);
    expect(second.bill.saved).toMatchObject({ cache: { calls: 3 }, panel: { calls: 2 } });
    expect(second.verdicts).toEqual(first.verdicts);
    // One run in which three were asked at once, one in which nobody had to be.
    const { panel } = await gate.plan("go?");
    expect([panel?.calls.expected, panel?.rounds.expected]).toEqual([1.5, 0.5]);
  });

  it("a fork asks as its run did, and nobody anew", async () => {
    const asked: string[] = [];
    const store = memory({ resumable: true }).store;
    const gate = supervisor({
      name: "gate",
      agents: five(asked),
      panel: "certain",
      backend: { store },
    });
    const { runId, verdicts } = await gate.run("go?");
    asked.length = 0;
    const forked = await gate.fork(runId);
    expect(asked).toEqual([]);
    expect(forked.verdicts[0]?.winner).toBe(verdicts[0]?.winner);
    expect(forked.results.d).toMatchObject({ status: "skipped", reason: "panel" });
  });

  it("of many tasks each is asked about as it is alone, and equal ones once", async () => {
    const asked: string[] = [];
    const member = (name: string, holds: (task: number) => boolean) =>
      agent({
        name,
        run: (task: number) => {
          asked.push(`${name} ${task}`);
          return { recommendation: holds(task) ? "hold" : "ship" };
        },
      });
    const many = () =>
      supervisor({
        name: "many",
        agents: {
          a: member("a", (task) => task % 2 === 0),
          b: member("b", (task) => task % 3 === 0),
          c: member("c", (task) => task % 5 === 0),
          d: member("d", (task) => task % 7 === 0),
          e: member("e", (task) => task % 11 === 0),
        },
        resolve: [vote()],
        panel: "certain",
      });
    const tasks = Array.from({ length: 40 }, (_, index) => index % 30);
    const alone = new Map<number, string>();
    for (const task of new Set(tasks)) {
      asked.length = 0;
      const { verdicts, bill } = await many().run(task);
      alone.set(
        task,
        JSON.stringify([verdicts[0]?.winner, bill.saved.panel?.calls, asked.toSorted()]),
      );
    }
    asked.length = 0;
    let seen = 0;
    for await (const item of many().runMany(tasks)) {
      seen++;
      if (item.outcome === undefined) throw item.error;
      const { verdicts, bill, results } = item.outcome;
      const theirs = Object.entries(results).flatMap(([name, { status }]) =>
        status === "ok" ? [`${name} ${tasks[item.index]}`] : [],
      );
      const isFirst = item.index < 30;
      const left = Object.values(results).filter(({ status }) => status === "skipped").length;
      expect(bill.saved.panel?.calls).toBe(isFirst && left > 0 ? left : undefined);
      expect(JSON.stringify([verdicts[0]?.winner, left === 0 ? undefined : left, theirs])).toBe(
        alone.get(tasks[item.index] ?? -1),
      );
    }
    expect(seen).toBe(40);
    // Ten of them are asked about already.
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThan(30 * 5);
  });

  it("a batch does not wait for members that may never be asked", async () => {
    const asked: string[] = [];
    const batched = (name: string, right: string) =>
      agent({
        name,
        run: (_task: unknown) => {
          asked.push(name);
          return { recommendation: right };
        },
        batch: {
          maxSize: 10,
          waitMs: 60_000,
          run: (tasks: readonly unknown[]) => {
            asked.push(name);
            return tasks.map(() => ({ recommendation: right }));
          },
        },
      });
    const clock = virtualClock();
    const gate = supervisor({
      name: "gate",
      agents: {
        a: batched("a", "ship"),
        b: batched("b", "ship"),
        c: batched("c", "ship"),
        d: batched("d", "hold"),
      },
      panel: "certain",
      clock,
    } as never);
    const running = gate.run("go?" as never);
    let over = false;
    const end = (): void => void (over = true);
    running.then(end, end);
    while (!over) await clock.next();
    expect((await running).verdicts[0]?.winner).toBe("ship");
    expect(clock.monotonic()).toBeLessThan(60_000);
    expect(asked).toHaveLength(3);
  });

  it("a cancelled run lets go of those who were to come", async () => {
    const { gate, clock, asked } = teamOf([
      [50, "ship"],
      [50, "ship"],
      [50, "ship"],
      [1, "hold"],
    ]);
    const stop = new AbortController();
    const running = gate.run("task" as never, { signal: stop.signal } as never);
    running.catch(() => {});
    await clock.next();
    stop.abort(new Error("enough of it"));
    await expect(running).rejects.toThrow("enough of it");
    expect(asked).toHaveLength(3);
  });
});

describe("the plan of a team with a panel", () => {
  it("says how many would be asked, and at worst that all are, one after another", async () => {
    const { gate, run } = teamOf(FIVE, { timeoutMs: 1_000 });
    const all = teamOf(FIVE, { timeoutMs: 1_000, panel: undefined });
    const before = await gate.plan("task" as never);
    expect(before.panel).toEqual({
      until: "certain",
      order: ["a0", "a1", "a2", "a3", "a4"],
      first: 3,
      calls: { expected: "unknown", worst: 5 },
      rounds: { expected: "unknown", worst: 3 },
    });
    const { worst } = await all.gate.plan("task" as never);
    expect(before.worst.durationMs).toBeGreaterThanOrEqual(4 * Number(worst.durationMs));
    await run();
    // Runs in which everybody was asked on purpose say nothing of what a panel takes.
    await run({ panel: false });
    expect((await gate.plan("task" as never)).panel).toMatchObject({
      calls: { expected: 3, worst: 5 },
      rounds: { expected: 1, worst: 3 },
    });
    expect((await gate.plan("task" as never, { panel: false } as never)).panel).toBeUndefined();
  });
});

describe("the rounds of a panel in the plan", () => {
  const said = [
    [1, "ship"],
    [1, "hold"],
    [1, "hold"],
    [1, "hold"],
    [1, "ship"],
  ] as const;

  it.each([1, 2, 8])(
    "are as many as the runs before took, however few fit in at once: %i",
    async (concurrency) => {
      // Three at once, then one whose "hold" settles it.
      const { gate, run, asked } = teamOf(said, { concurrency });
      await run();
      await run({ panel: { until: "certain", explore: 1 } });
      expect(asked).toHaveLength(4 + 5);
      expect((await gate.plan("task" as never)).panel).toMatchObject({
        calls: { expected: 4.5, worst: 5 },
        rounds: { expected: 1.5, worst: 3 },
      });
    },
  );

  it("follow one another in the time that a plan expects, in nested teams too", async () => {
    const { gate, run, clock, store } = teamOf(said);
    await run();
    // Three who take 1 ms each, and then one more. The last is asked in no run.
    const once = (await gate.plan("task" as never)).expected;
    expect(once.durationMs).toBe(2);
    const outer = supervisor({
      name: "outer",
      agents: { gate },
      clock,
      backend: { store },
    } as never);
    const running = outer.run("task" as never);
    let over = false;
    running.finally(() => (over = true)).catch(() => {});
    while (!over) await clock.next();
    const ahead = await outer.plan("task" as never);
    expect(ahead.expected.durationMs).toBe(2);
    // At worst they are asked one by one.
    expect(ahead.worst.durationMs).toBe(5 * 30_000);
  });

  it("are one for each member in sequence, and one where everybody is asked to learn from it", async () => {
    const sequence = teamOf(said, { mode: "sequence" });
    const { panel } = await sequence.gate.plan("task" as never);
    expect(panel?.rounds.worst).toBe(5);
    await sequence.run();
    const after = await sequence.gate.plan("task" as never);
    expect(after.panel?.rounds.expected).toBe(sequence.asked.length);
    const { gate } = teamOf(said);
    const explored = await gate.plan(
      "task" as never,
      { panel: { until: "certain", explore: 1 } } as never,
    );
    expect(explored.panel).toMatchObject({ first: 5, rounds: { worst: 1 } });
  });
});

describe("a run whose panel explores", () => {
  const paid = (name: string, usdMicros: number, tier?: "small") =>
    agent({
      name,
      ...(tier !== undefined && { tier, escalateIf: [(said: unknown): boolean => said === "?"] }),
      run: (_task: unknown, { report, tier: at }): unknown => {
        report({ usdMicros, inputTokens: 1, outputTokens: 1 });
        return tier !== undefined && at === tier ? "?" : "ship";
      },
    });
  const inner = supervisor({
    name: "inner",
    agents: { d: paid("d", 7), e: paid("e", 8) },
    answer: () => "ship",
  });
  const gate = supervisor({
    name: "gate",
    agents: { a: paid("a", 1), b: paid("b", 2), c: paid("c", 30, "small"), inner },
    tiers: { small: "s", big: "b" },
    resolve: [vote()],
    panel: { until: "certain", explore: 1 },
    backend: memory(),
  });

  it("has on its bill what those took whom it would not have asked, with all that was asked for them", async () => {
    const { runId, bill, results } = await gate.run("x");
    expect(Object.values(results).map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok"]);
    const events = (await gate.backend.store.read(runId)) as readonly RunEvent[];
    // Three of four settle it, who are asked in their order.
    expect(events.find(({ type }) => type === "panel.explored")).toMatchObject({
      calls: ["inner"],
    });
    expect(bill.explored).toEqual({ calls: 2, usdMicros: 15 });
    expect(bill.spent.usdMicros).toBe(1 + 2 + 60 + 15);
    expect(billOf(events)).toEqual(bill);
    expect(addBills([bill, bill]).explored).toEqual({ calls: 4, usdMicros: 30 });
    const plain = await gate.run("x", { panel: "certain" });
    expect(plain.bill).not.toHaveProperty("explored");
    expect(plain.bill.saved.panel).toMatchObject({ calls: 1 });
  });

  it("counts the further calls of those in", async () => {
    const two = supervisor({
      name: "two",
      agents: { a: paid("a", 1), b: paid("b", 2), z: paid("z", 4), c: paid("c", 30, "small") },
      tiers: { small: "s", big: "b" },
      resolve: [vote()],
      panel: { until: "certain", explore: 1 },
    });
    expect((await two.run("x")).bill.explored).toEqual({ calls: 2, usdMicros: 60 });
  });
});

describe("a panel that goes on until two lead", () => {
  const truth = (week: number): string => (week % 2 === 0 ? "ship" : "hold");
  const other = (week: number): string => (week % 2 === 0 ? "hold" : "ship");

  it("asks the best first, by what truths have taught, and two of them are enough; before that it says so", async () => {
    const store = memory().store;
    const asked: string[] = [];
    const member = (name: string, wrongEach: number) =>
      agent({
        name,
        run: (week: number) => {
          asked.push(name);
          return { recommendation: week % wrongEach === 0 ? other(week) : truth(week) };
        },
      });
    const gate = supervisor({
      name: "gate",
      agents: {
        poor: member("poor", 2),
        fair: member("fair", 4),
        good: member("good", 5),
        best: member("best", 6),
        weak: member("weak", 3),
      },
      resolve: [reliability({ labels: "open" }), unanimous(), vote()],
      panel: { until: "lead", explore: 0 },
      backend: { store },
    });
    const first = await gate.run(1);
    expect(first.notices).toMatchObject([{ code: "short-of-truths", level: "info" }]);
    for (let week = 1; week <= 30; week++) {
      const { runId } = await gate.run(week, { panel: false });
      await recordTruth({ store }, runId, "task", truth(week));
    }
    asked.length = 0;
    const later = await gate.run(41);
    expect(later.notices).toMatchObject([
      { code: "panel-enough", agents: ["poor", "fair", "weak"] },
    ]);
    expect(asked.toSorted()).toEqual(["best", "good"]);
    expect(later.verdicts).toMatchObject([{ winner: truth(41) }]);
    expect(later.bill.saved.panel).toMatchObject({ calls: 3 });
    asked.length = 0;
    await gate.run(43, { panel: { until: "lead", explore: 1 } });
    expect(asked).toHaveLength(5);
  });
});

describe("a panel is refused", () => {
  const refused = (options: object): unknown => {
    try {
      teamOf(FIVE, options);
      return "it was not";
    } catch (error) {
      return error;
    }
  };

  it.each([
    [
      { resolve: [judge({ ask: () => ({ choice: "1" }) })] },
      "no resolver of its chain (judge()) can tell",
    ],
    [{ resolve: [vote(), rerun()] }, "has a panel and rerun()"],
    [{ compare: { task: within({ percent: 1 }) } }, 'compares "task" by within()'],
    [{ panel: { until: "lead", kin: [["a0", "nobody"]] } }, 'kin "nobody"'],
    [{ panel: "sure" }, 'use "certain", "lead"'],
    [{ panel: { until: { confidence: 2 } } }, "confidence"],
    [{ panel: { until: "certain", order: "cheap" } }, "order"],
  ])("where it cannot work: %j", (options, why) => {
    expect(refused(options)).toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringContaining(why) as string,
    });
  });

  it("not with prefer or support before a judge", () => {
    expect(refused({ resolve: [prefer(["hold"]), support()] })).toBe("it was not");
  });
});
