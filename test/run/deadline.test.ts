import { describe, expect, it } from "vitest";
import {
  agent,
  judge,
  memory,
  supervisor,
  unanimous,
  vote,
  type Agent,
  type Resolver,
  type RunEvent,
  type Schema,
} from "../../src/index.ts";
import { similar } from "../../src/similar/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { faultsOf } from "../durable/same-run.ts";
import { rejection } from "../team/rejection.ts";

const never = (): Promise<never> => new Promise(() => {});

/** An agent that answers after a while, whether it is told to stop or not. */
function says(name: string, recommendation: string, afterMs: number, clock: VirtualClock) {
  return agent({
    name,
    retries: 5,
    timeoutMs: Infinity,
    run: async (_task: unknown) => {
      await new Promise<void>((resolve) => clock.timer(afterMs, resolve, { hold: false }));
      return { recommendation };
    },
  }) as Agent;
}

const byName = (agents: readonly Agent[]): Record<string, Agent> =>
  Object.fromEntries(agents.map((one) => [one.name, one]));

const LATE = {
  status: "failed",
  error: {
    code: "TIMEOUT",
    message: 'the run of supervisor "team" reached its deadline of 100 ms',
  },
};

describe("a run with a deadline", () => {
  it("is decided on the answers that there are by then, and names who had none", async () => {
    const clock = virtualClock();
    const agents = byName([
      says("a", "ship", 10, clock),
      says("b", "ship", 20, clock),
      says("c", "hold", 30, clock),
      says("late", "hold", 1_000, clock),
    ]);
    const team = supervisor({ name: "team", agents, clock, resolve: [unanimous(), vote()] });
    const running = team.run("task" as never, { deadlineMs: 100 });
    await clock.advance(100);
    const outcome = await running;
    expect(clock.monotonic()).toBe(100);
    expect(outcome).toMatchObject({
      status: "partial",
      results: { a: { status: "ok" }, late: { ...LATE, attempts: 1 } },
      missing: [{ agent: "late" }],
      verdicts: [{ status: "decided", winner: "ship", missing: ["late"] }],
    });
    const log = (await team.backend.store.read(outcome.runId)) as readonly RunEvent[];
    expect(faultsOf(log)).toEqual([]);
    await clock.advance(10_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("begins no attempt after it: not of those who queue, not a retry, not a fallback, not a further tier", async () => {
    const clock = virtualClock();
    const asked: string[] = [];
    const failing = agent({
      name: "failing",
      retries: 50,
      backoff: { baseMs: 40, maxMs: 40 },
      fallback: [agent({ name: "other", run: () => void asked.push("other") })] as never,
      run: () => {
        asked.push("failing");
        throw Object.assign(new Error("busy"), { status: 503 });
      },
    });
    const agents = byName([
      failing as Agent,
      says("slow", "ship", 1_000, clock),
      agent({ name: "queued", run: () => void asked.push("queued") }) as Agent,
    ]);
    const team = supervisor({ name: "team", agents, clock, concurrency: 1, deadlineMs: 100 });
    const running = team.run("task" as never);
    await clock.advance(100);
    const before = [...asked];
    const { results, status } = await running;
    expect(status).toBe("failed");
    const { failing: busy, ...others } = results;
    for (const result of Object.values(others)) expect(result).toMatchObject(LATE);
    const message = `${LATE.error.message}; the attempt before had failed: failing failed: busy`;
    expect(busy).toMatchObject({ status: "failed", error: { code: "TIMEOUT", message } });
    expect(results["queued"]).toMatchObject({ attempts: 0 });
    await clock.advance(100_000);
    expect(asked).toEqual(before);
    expect(asked).not.toContain("other");
    expect(asked).not.toContain("queued");
  });

  it("lets a team in the team decide on what its own agents have said", async () => {
    const clock = virtualClock();
    const inner = supervisor({
      name: "inner",
      agents: byName([
        says("a", "hold", 10, clock),
        says("b", "hold", 10, clock),
        says("late", "ship", 1_000, clock),
      ]),
    });
    const team = supervisor({ name: "team", agents: { inner }, clock });
    const running = team.run("task" as never, { deadlineMs: 100 });
    await clock.advance(100);
    expect(await running).toMatchObject({
      status: "complete",
      results: { inner: { status: "ok", output: { status: "partial" } } },
      verdicts: [{ winner: "hold" }],
    });
  });

  it.each([
    ["a route", { route: never }],
    ["an agent's schema for the task", { schema: never }],
  ])("rejects with TIMEOUT where %s does not answer", async (_, { route, schema }: Hanging) => {
    const clock = virtualClock();
    const input: Schema = {
      "~standard": { version: 1, vendor: "test", validate: schema ?? defer },
    };
    const a = agent({ name: "a", input, run: () => 1 });
    const store = memory({ clock }).store;
    const team = supervisor({
      name: "team",
      agents: { a },
      clock,
      backend: { store },
      ...(route !== undefined && { route }),
    });
    const refused = rejection(team.run("task", { deadlineMs: 100 }));
    await clock.advance(100);
    expect(await refused).toMatchObject(LATE.error);
    expect([clock.monotonic(), clock.pending, await store.runs()]).toEqual([100, 0, []]);
  });

  it("fails an agent whose schema for the output does not answer", async () => {
    const clock = virtualClock();
    const output: Schema = { "~standard": { version: 1, vendor: "test", validate: never } };
    const a = agent({ name: "a", output, timeoutMs: Infinity, run: () => 1 });
    const team = supervisor({ name: "team", agents: { a }, clock });
    const running = team.run("task", { deadlineMs: 100 });
    await clock.advance(100);
    expect((await running).results.a).toMatchObject(LATE);
  });

  it("goes on to the next resolver where one of the caller's own does not answer, whose signal it aborts", async () => {
    const clock = virtualClock();
    const aborted: unknown[] = [];
    const own: Resolver = {
      name: "own",
      settle: (_, { signal }) => {
        signal?.addEventListener("abort", () => aborted.push(signal.reason));
        return never();
      },
    };
    const agents = byName([
      says("a", "ship", 1, clock),
      says("b", "ship", 1, clock),
      says("c", "hold", 1, clock),
    ]);
    const team = supervisor({ name: "team", agents, clock, resolve: [own, vote()] });
    const running = team.run("task" as never, { deadlineMs: 100 });
    await clock.advance(100);
    const { status, verdicts } = await running;
    expect([status, verdicts[0]?.status, verdicts[0]?.winner]).toEqual([
      "complete",
      "decided",
      "ship",
    ]);
    expect(verdicts[0]?.reasoning).toContain("own deferred: it failed: ");
    expect(verdicts[0]?.reasoning).toContain("deadline of 100 ms");
    expect(aborted).toMatchObject([LATE.error]);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("does not abort the signal of a resolver that has thrown before it", async () => {
    const clock = virtualClock();
    const signals: (AbortSignal | undefined)[] = [];
    const throws: Resolver = {
      name: "throws",
      settle: (_, { signal }) => {
        signals.push(signal);
        throw new Error("no");
      },
    };
    const hangs: Resolver = { name: "hangs", settle: never };
    const agents = byName([says("a", "ship", 1, clock), says("b", "hold", 1, clock)]);
    const team = supervisor({ name: "team", agents, clock, resolve: [throws, hangs] });
    const running = team.run("task" as never, { deadlineMs: 100 });
    await clock.advance(100);
    expect((await running).verdicts[0]?.reasoning).toContain("throws deferred: it failed: no");
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
  });

  it("leaves a conflict open where its judge does not answer", async () => {
    const clock = virtualClock();
    const agents = byName([says("a", "ship", 1, clock), says("b", "hold", 1, clock)]);
    const referee = agent({ name: "referee", timeoutMs: Infinity, run: never });
    const team = supervisor({
      name: "team",
      agents,
      clock,
      resolve: [judge({ ask: referee as never })],
    });
    const running = team.run("task" as never, { deadlineMs: 100 });
    await clock.advance(100);
    expect((await running).verdicts).toMatchObject([{ status: "undecided", winner: null }]);
  });

  it("compares findings without the judge of a comparison that does not answer", async () => {
    const clock = virtualClock();
    const reviewer = (name: string, text: string) =>
      agent({ name, run: () => ({ findings: [{ text }] }) }) as Agent;
    const team = supervisor({
      name: "team",
      agents: byName([
        reviewer("a", "the token is never checked against the list"),
        reviewer("b", "the token is not compared with the list"),
      ]),
      clock,
      similar: similar({ embed: never as never, embedWeight: 0.5 } as never),
    });
    const running = team.run("task" as never, { deadlineMs: 100 });
    await clock.advance(100);
    expect((await running).status).toBe("complete");
  });

  it.each([
    ["whose answers are kept", { cache: true, version: "1" }],
    ["whose calls are one batch", { batch: { run: never } }],
    ["that may be asked at a dearer tier", { escalateIf: ["schema-fail"] }],
    ["that has money to spend", { maxCost: { usd: 0.1 }, budget: { usd: 1 } }],
  ])("does not wait for an agent that never stops, also one %s", async (_, options: object) => {
    const clock = virtualClock();
    const a = agent({ name: "a", timeoutMs: Infinity, ...options, run: never });
    const team = supervisor({ name: "team", agents: { a }, clock });
    const running = [1, 2].map((task) => team.run(task, { deadlineMs: 100 }));
    const same = team.run(2, { deadlineMs: 100 });
    await clock.advance(100);
    for (const { results } of await Promise.all([...running, same])) {
      expect(results.a).toMatchObject(LATE);
    }
    expect(clock.monotonic()).toBe(100);
    await clock.advance(5_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("leaves it unknown what an attempt costs that goes on for another run", async () => {
    const clock = virtualClock();
    const a = agent({
      name: "a",
      version: "1",
      cache: true,
      backoff: { baseMs: 1, maxMs: 1 },
      run: async (_task: string, { attempt, report }) => {
        report({ usdMicros: 7 });
        if (attempt === 1) throw new Error("once more");
        await new Promise<void>((resolve) => clock.timer(200, resolve));
        report({ usdMicros: 50 });
        return "kept";
      },
    });
    const team = supervisor({ name: "team", agents: { a }, clock });
    const first = team.run("task", { deadlineMs: 100 });
    const other = team.run("task");
    await clock.advance(300);
    const { results, bill } = await first;
    const message = `${LATE.error.message}; the attempt before had failed: a failed: once more`;
    expect(results.a).toMatchObject({
      ...LATE,
      error: { ...LATE.error, message },
      attempts: 2,
      durationMs: 100,
      cost: { usdMicros: "unknown", atLeast: { usdMicros: 14 } },
    });
    expect(bill.spent).toMatchObject({ usdMicros: "unknown", atLeast: { usdMicros: 14 } });
    expect((await other).results.a).toMatchObject({ status: "ok", reused: "joined" });
  });

  it("bounds each run of a list of tasks", async () => {
    const clock = virtualClock();
    const agents = byName([says("a", "ship", 10, clock), says("late", "ship", 1_000, clock)]);
    const team = supervisor({ name: "team", agents, clock, concurrency: 2 });
    const ends: unknown[] = [];
    const listing = (async () => {
      for await (const { outcome } of team.runMany(["x", "y"] as never, { deadlineMs: 100 })) {
        ends.push([clock.monotonic(), outcome?.results["late"]]);
      }
    })();
    for (let turn = 0; turn < 20; turn++) await clock.advance(10);
    expect(ends).toMatchObject([
      [100, LATE],
      [100, LATE],
    ]);
    await listing;
    const wrong = team.runMany(["x"] as never, { deadlineMs: 0 });
    await expect(wrong.next()).rejects.toMatchObject({ code: "BAD_OPTIONS" });
  });

  it("that was reached is over when the run is resumed: nobody is asked again", async () => {
    const clock = virtualClock();
    const store = memory({ clock, resumable: true }).store;
    const agents = byName([says("a", "ship", 1, clock), says("late", "ship", 500, clock)]);
    const team = supervisor({ name: "team", agents, clock, backend: { store } });
    const running = team.run("task" as never, { runId: "r", deadlineMs: 100 });
    await clock.advance(100);
    const outcome = await running;
    expect(await team.resume("r")).toMatchObject({
      status: outcome.status,
      missing: outcome.missing,
    });
  });

  it("counts anew from where it is gone on with", async () => {
    const clock = virtualClock();
    const store = memory({ clock, resumable: true }).store;
    const agents = byName([says("slow", "ship", 80, clock)]);
    const team = supervisor({ name: "team", agents, clock, backend: { store }, deadlineMs: 100 });
    const leaving = new AbortController();
    const left = rejection(team.run("task" as never, { runId: "r", signal: leaving.signal }));
    await clock.advance(60);
    leaving.abort(new Error("away"));
    await clock.advance(100);
    await left;
    const running = team.resume("r");
    await clock.advance(90);
    expect((await running).results["slow"]).toMatchObject({ status: "ok" });
  });

  it("ends the wait for a run of the same id that another caller drives", async () => {
    const clock = virtualClock();
    const agents = byName([says("slow", "ship", 1_000, clock)]);
    const team = supervisor({ name: "team", agents, clock });
    const running = team.run("task" as never, { runId: "r" });
    const joined = rejection(team.run("task" as never, { runId: "r", deadlineMs: 100 }));
    await clock.advance(100);
    expect(await joined).toMatchObject(LATE.error);
    await clock.advance(1_000);
    expect((await running).status).toBe("complete");
  });

  it.each([0, -1, Number.NaN, "1", 2 ** 31, null])("of %j is refused", async (deadlineMs) => {
    const agents = byName([says("a", "ship", 1, virtualClock())]);
    const wrong = { deadlineMs: deadlineMs as number };
    const refused = {
      code: "BAD_OPTIONS",
      message: expect.stringContaining("deadlineMs") as string,
    };
    expect(() => supervisor({ name: "team", agents, ...wrong })).toThrow(
      expect.objectContaining(refused) as Error,
    );
    const team = supervisor({ name: "team", agents });
    await expect(team.run("task" as never, wrong)).rejects.toMatchObject(refused);
  });
});

interface Hanging {
  readonly route?: () => Promise<never>;
  readonly schema?: () => Promise<never>;
}

const defer = (value: unknown) => ({ value });
