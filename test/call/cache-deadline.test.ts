import { describe, expect, it } from "vitest";
import {
  agent,
  memory,
  supervisor,
  type AgentContext,
  type Attempt,
  type Executor,
  type Outcome,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

const TIMEOUT = { status: "failed", error: { code: "TIMEOUT" } };

/** Fails with what a service says that is busy for ten seconds. */
function unavailable(): Error {
  return Object.assign(new Error("503"), { status: 503, headers: { "retry-after": "10" } });
}

type Work = (attempt: number, clock: VirtualClock) => Promise<string>;

/** A team of one agent whose answers are kept. Each attempt reports 100 micro-dollars at its beginning. `appendMs`: how long the store takes. */
function setUp(work: Work, { slots = 8, appendMs = 0 } = {}) {
  const clock = virtualClock();
  const backend = memory({ resumable: true, clock });
  const inMemory = backend.store;
  let asked = 0;
  const limiters = { slots: { concurrency: slots } };
  const a = agent({
    name: "a",
    version: "1",
    cache: true,
    maxCost: { usd: 1 },
    backoff: { baseMs: 0, maxMs: 0 },
    retries: 1,
    limiters: ["slots"],
    run: (_task: string, { report }: AgentContext) => {
      asked++;
      report({ usdMicros: 100, inputTokens: 0, outputTokens: 0 });
      return work(asked, clock);
    },
  });
  const store = {
    ...inMemory,
    append:
      appendMs === 0
        ? inMemory.append
        : async (events: readonly RunEvent[], fence?: number) => {
            await new Promise<void>((resolve) => clock.timer(appendMs, resolve));
            inMemory.append(events, fence);
          },
  };
  const team = supervisor({
    name: "team",
    agents: { a },
    limiters,
    backend: { store },
    clock,
    budget: { usd: 5 },
  });
  const busy = agent({ name: "busy", limiters: ["slots"], run: () => wait(clock, 3_000) });
  const others = supervisor({ name: "others", agents: { busy }, limiters, backend, clock });
  const of = (runId: string): readonly RunEvent[] => inMemory.read(runId);
  return { clock, inMemory, team, others, of, asked: () => asked };
}

async function wait(clock: VirtualClock, ms: number): Promise<string> {
  await new Promise<void>((resolve) => clock.timer(ms, resolve));
  return "x";
}

const ENDS = new Set(["call.succeeded", "call.reused", "call.failed"]);

function endsIn(events: readonly RunEvent[]): readonly RunEvent[] {
  return events.filter(({ type }) => ENDS.has(type));
}

/** What the lines of a bill come to, as far as it is known. */
function linesOf({ bill }: Outcome): number {
  return bill.lines.reduce((sum, { cost }) => {
    const { usdMicros, atLeast } = cost;
    return sum + (usdMicros === "unknown" ? (atLeast?.usdMicros ?? 0) : usdMicros);
  }, 0);
}

function spentOf({ bill }: Outcome): number {
  const { usdMicros, atLeast } = bill.spent;
  return usdMicros === "unknown" ? (atLeast?.usdMicros ?? 0) : usdMicros;
}

describe("a call for whose answer another run waits, when the deadline of its own run comes", () => {
  it.each<[string, Work, { slots?: number; appendMs?: number }, number | "unknown", number]>([
    ["while it waits for a slot", (_, clock) => wait(clock, 10), { slots: 1 }, 0, 0],
    [
      "between two attempts",
      async (attempt, clock) => {
        if (attempt === 1) throw unavailable();
        return wait(clock, 10);
      },
      {},
      100,
      100,
    ],
    [
      "while a second attempt is at work",
      async (attempt, clock) => {
        if (attempt === 1) throw new Error("once more");
        return wait(clock, 5_000);
      },
      {},
      "unknown",
      200,
    ],
    [
      "while its beginning is being kept",
      (_, clock) => wait(clock, 10),
      { slots: 1, appendMs: 1_200 },
      0,
      0,
    ],
    [
      "while its answer is being kept",
      (_, clock) => wait(clock, 500),
      { slots: 8, appendMs: 400 },
      100,
      100,
    ],
  ])("ends once, with what it cost: %s", async (_, work, options, usdMicros, least) => {
    const { clock, team, others, of, asked } = setUp(work, options);
    if (options.slots === 1 && options.appendMs === undefined) void others.run("busy");
    await clock.advance(1);
    const first = team.run("task", { runId: "first", deadlineMs: 1_000 });
    await clock.advance(400);
    const second = team.run("task", { runId: "second" });
    await clock.advance(60_000);
    const [left, answered] = await Promise.all([first, second]);
    expect(endsIn(of("first"))).toHaveLength(1);
    expect(left.bill.spent.usdMicros).toBe(usdMicros);
    expect(spentOf(left)).toBe(least);
    expect(linesOf(left)).toBe(least);
    expect(answered.results.a).toMatchObject({ status: "ok", output: "x" });
    expect(asked()).toBeLessThanOrEqual(2);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("says what it used after its end, and the other gets the answer, if its run has other work", async () => {
    const { clock, team, of } = setUp((_, on) => wait(on, 1_200), { appendMs: 300 });
    const first = team.run("task", { runId: "first", deadlineMs: 1_000 });
    await clock.advance(300);
    const second = team.run("task", { runId: "second" });
    await clock.advance(60_000);
    expect(await first).toMatchObject({ results: { a: TIMEOUT } });
    expect(await second).toMatchObject({ results: { a: { status: "ok", reused: "joined" } } });
    expect(endsIn(of("first"))).toHaveLength(1);
  });
});

describe("a resumed call that waits for the answer of another run, when the deadline comes", () => {
  it("keeps what it had cost", async () => {
    const { clock, team, of } = setUp(async (attempt, on) => {
      if (attempt === 1) throw unavailable();
      return wait(on, 5_000);
    });
    const leaving = new AbortController();
    const before = team.run("task", { runId: "first", signal: leaving.signal }).catch(() => {});
    await clock.advance(100);
    leaving.abort(new Error("stop"));
    await before;
    const other = team.run("task", { runId: "second" });
    await clock.advance(10);
    const resumed = team.resume("first", { deadlineMs: 1_000 });
    await clock.advance(60_000);
    const outcome = await resumed;
    expect(outcome.results.a).toMatchObject({ ...TIMEOUT, attempts: 1, cost: { usdMicros: 100 } });
    expect([spentOf(outcome), linesOf(outcome)]).toEqual([100, 100]);
    expect(endsIn(of("first"))).toHaveLength(1);
    expect((await other).status).toBe("complete");
  });

  it("does not know what an attempt has cost that was at work when the process died", async () => {
    const { clock, inMemory, team } = setUp((_, on) => wait(on, 5_000));
    const earlier = setUp((_, on) => wait(on, 5_000));
    void earlier.team.run("task", { runId: "first" });
    await earlier.clock.advance(10);
    inMemory.append(earlier.of("first").map((event) => ({ ...event })));
    inMemory.release("first", 1);
    await earlier.clock.advance(10_000);
    const other = team.run("task", { runId: "second" });
    await clock.advance(10);
    const resumed = team.resume("first", { deadlineMs: 1_000 });
    await clock.advance(60_000);
    const { results, bill } = await resumed;
    expect(results.a).toMatchObject({ ...TIMEOUT, attempts: 1, cost: { usdMicros: "unknown" } });
    expect(bill.spent.usdMicros).toBe("unknown");
    expect((await other).status).toBe("complete");
  });

  it("keeps what it had cost, too, while its input is being checked", async () => {
    const clock = virtualClock();
    const { store } = memory({ resumable: true, clock });
    let checks = 0;
    const a = agent({
      name: "a",
      version: "1",
      input: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value: unknown) =>
            ++checks === 1 ? { value: value as string } : new Promise<never>(() => {}),
        },
      },
      retries: 1,
      run: (_task: string, { report }) => {
        report({ usdMicros: 100, inputTokens: 0, outputTokens: 0 });
        throw unavailable();
      },
    });
    const inner = supervisor({ name: "inner", agents: { a } });
    const team = supervisor({ name: "team", agents: { inner }, backend: { store }, clock });
    const leaving = new AbortController();
    const options = { runId: "r", signal: leaving.signal };
    const before = team.run("task" as never, options).catch(() => {});
    await clock.advance(100);
    leaving.abort(new Error("stop"));
    await before;
    const resumed = team.resume("r", { deadlineMs: 1_000 });
    await clock.advance(60_000);
    const outcome = await resumed;
    expect([spentOf(outcome), linesOf(outcome)]).toEqual([100, 100]);
  });
});

/** An executor whose attempts go on when a run is over, and a store that can fail. */
function elsewhere() {
  const clock = virtualClock();
  const backend = memory({ resumable: true, clock });
  const inMemory = backend.store;
  let down = false;
  const store = {
    ...inMemory,
    append(events: readonly RunEvent[], fence?: number) {
      if (down) throw new Error("down");
      inMemory.append(events, fence);
    },
  };
  const attempts = new Map<string, Attempt>();
  let started = 0;
  const executor: Executor = {
    start(attempt) {
      started++;
      attempts.set(attempt.attemptId, attempt);
      attempt.hear({ type: "started", seq: 1 });
    },
    async attach(attempt) {
      const isThere = attempts.has(attempt.attemptId);
      if (isThere) attempts.set(attempt.attemptId, attempt);
      return isThere;
    },
    cancel() {},
    close() {},
  };
  const a = agent({
    name: "a",
    version: "1",
    cache: true,
    timeoutMs: 600_000,
    run: async (_task: string) => "x",
  });
  const agents = { a };
  const team = supervisor({
    name: "team",
    agents,
    backend: { store },
    clock,
    executor: () => executor,
  });
  return {
    clock,
    team,
    inMemory,
    started: () => started,
    forget: () => attempts.clear(),
    answer() {
      const [first] = attempts.values();
      first?.hear({ type: "answer", seq: 4, output: "x", stopped: true });
    },
    /** Begins a run whose store fails while its agent is at work. */
    async beginAndFail() {
      const run = team.run("task", { runId: "first" }).catch(() => {});
      await clock.advance(1_000);
      down = true;
      const [first] = attempts.values();
      first?.hear({ type: "checkpoint", seq: 2, value: 1 });
      await clock.advance(20_000);
      await run;
      down = false;
    },
  };
}

describe("an attempt that goes on where it runs, when its run is resumed", () => {
  it("is waited for by calls with the same content", async () => {
    const { clock, team, started, answer, beginAndFail } = elsewhere();
    await beginAndFail();
    const resumed = team.resume("first");
    await clock.advance(100);
    const other = team.run("task", { runId: "second" });
    await clock.advance(1_000);
    expect(started()).toBe(1);
    answer();
    await clock.advance(1_000);
    expect(await resumed).toMatchObject({ status: "complete" });
    expect((await other).results.a).toMatchObject({ status: "ok", reused: "joined" });
  });

  it("has its answer kept", async () => {
    const { clock, team, started, answer, beginAndFail } = elsewhere();
    await beginAndFail();
    const resumed = team.resume("first");
    await clock.advance(100);
    answer();
    await clock.advance(1_000);
    await resumed;
    const later = await team.run("task");
    expect(later.results.a).toMatchObject({ status: "ok", reused: "cache" });
    expect(started()).toBe(1);
  });

  it("goes on for others when the deadline of its run comes, and ends its call once", async () => {
    const { clock, team, inMemory, started, answer, beginAndFail } = elsewhere();
    await beginAndFail();
    const resumed = team.resume("first", { deadlineMs: 1_000 });
    await clock.advance(100);
    const other = team.run("task", { runId: "second" });
    await clock.advance(2_000);
    expect((await resumed).results.a).toMatchObject(TIMEOUT);
    answer();
    await clock.advance(1_000);
    expect((await other).results.a).toMatchObject({ status: "ok", reused: "joined" });
    expect(endsIn(inMemory.read("first"))).toHaveLength(1);
    expect(started()).toBe(1);
  });

  it("is asked again, once for all, if it is gone", async () => {
    const { clock, team, started, answer, forget, beginAndFail } = elsewhere();
    await beginAndFail();
    forget();
    const resumed = team.resume("first");
    const other = team.run("task", { runId: "second" });
    await clock.advance(11_000);
    expect(started()).toBe(2);
    answer();
    await clock.advance(1_000);
    for (const { results } of await Promise.all([resumed, other])) {
      expect(results.a.status).toBe("ok");
    }
  });
});
