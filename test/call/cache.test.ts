import { describe, expect, it } from "vitest";
import {
  agent,
  human,
  judge,
  memory,
  supervisor,
  type AgentContext,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

interface Wanted {
  /** Of the agent. */
  readonly agent?: object;
  /** Of the supervisor. */
  readonly team?: object;
  /** How long an answer takes, in ms. */
  readonly takesMs?: number;
}

/** A team of one whose answers are kept: it counts how often it is asked, and fails where its task says so. */
function setUp({ agent: own = {}, team = {}, takesMs = 100 }: Wanted = {}) {
  const clock = virtualClock();
  const store = memory({ clock, resumable: true }).store;
  const seen = { asked: 0, inFlight: 0, most: 0, aborted: 0 };
  const echo = agent({
    name: "echo",
    version: "1",
    retries: 0,
    cache: true,
    ...own,
    run: async (task: { n?: number; fails?: boolean }, context: AgentContext) => {
      const nth = ++seen.asked;
      seen.most = Math.max(seen.most, ++seen.inFlight);
      context.report({ usdMicros: 700, inputTokens: 7, outputTokens: 1 });
      try {
        await new Promise<void>((resolve, reject) => {
          const timer = clock.timer(takesMs, resolve);
          context.signal.addEventListener("abort", () => {
            seen.aborted++;
            timer[Symbol.dispose]();
            reject(context.signal.reason);
          });
        });
      } finally {
        seen.inFlight--;
      }
      if (task.fails === true) throw new Error(`no, ${nth}`);
      return { recommendation: `${nth}` };
    },
  });
  const made = supervisor({
    name: "team",
    agents: { echo },
    clock,
    backend: { store },
    ...team,
  } as never);
  const run = (task: object = {}, options: object = {}) =>
    (made.run as (task: object, options: object) => ReturnType<typeof made.run>)(task, options);
  return {
    clock,
    store,
    seen,
    run,
    /** Runs to the end, and says what came of the agent. */
    async echo(task: object = {}, options: object = {}) {
      const outcome = run(task, options);
      outcome.catch(() => {});
      await clock.advance(takesMs);
      return (await outcome).results["echo" as never] as Result;
    },
    events: (runId: string): readonly RunEvent[] => store.read(runId),
    kept: () => store.values.list("cache/").map(({ value }) => value),
    /** How many answers are there already for a run that is to be. */
    plan: async (options: object, task: object = {}): Promise<number> =>
      (await made.plan(task as never, options)).hits,
    resume: (runId: string) => made.resume(runId),
  };
}

interface Result {
  readonly status: string;
  readonly output?: unknown;
  readonly reused?: string;
  readonly cost: object;
  readonly error?: { readonly code: string; readonly message: string };
  readonly attempts: number;
}

const NOTHING = { usdMicros: 0, inputTokens: 0, outputTokens: 0 };
const COST = { usdMicros: 700, inputTokens: 7, outputTokens: 1 };

describe("a kept answer", () => {
  it("serves another run: nobody is asked, it costs nothing, and it says so", async () => {
    const { echo, seen, run, events } = setUp();
    const first = await echo();
    expect(first).toMatchObject({ status: "ok", output: { recommendation: "1" }, cost: COST });
    expect(first.reused).toBeUndefined();
    const second = await run({}, { runId: "second" });
    expect(seen.asked).toBe(1);
    expect(second.results).toMatchObject({
      echo: {
        status: "ok",
        output: { recommendation: "1" },
        attempts: 1,
        durationMs: 100,
        cost: NOTHING,
        reused: "cache",
      },
    });
    expect(second.verdicts).toMatchObject([{ winner: "1", status: "unopposed" }]);
    expect(second.bill).toMatchObject({
      calls: 1,
      attempts: 0,
      spent: NOTHING,
      saved: { cache: { calls: 1, usdMicros: 700 } },
    });
    expect(events("second").filter(({ type }) => type.startsWith("call."))).toMatchObject([
      { type: "call.reused", by: "cache", from: { callId: "echo" }, cost: NOTHING, saved: COST },
    ]);
  });

  it("is of the same content: another task, version or scope asks anew", async () => {
    const { echo, seen, store, clock } = setUp();
    await echo({ n: 1 });
    await echo({ n: 2 });
    expect(seen.asked).toBe(2);
    await echo({ n: 1 }, { cache: { scope: "other" } });
    expect(seen.asked).toBe(3);
    await echo({ n: 1 }, { cache: { scope: "other" } });
    expect(seen.asked).toBe(3);
    const changed = agent({ name: "echo", version: "2", cache: true, run: () => "changed" });
    const other = supervisor({
      name: "team",
      agents: { echo: changed },
      backend: { store },
      clock,
    });
    expect((await other.run({ n: 1 })).results.echo).toMatchObject({ output: "changed" });
  });

  it("is its tenant's: no run of another tenant, or of none, finds it, joins it or is told of it by a plan", async () => {
    const { echo, run, seen, clock, plan } = setUp();
    await echo({}, { tenant: "ann" });
    expect(await echo({}, { tenant: "ann" })).toMatchObject({ reused: "cache" });
    expect(await echo({}, { tenant: "bob" })).toMatchObject({ output: { recommendation: "2" } });
    expect(await echo()).toMatchObject({ output: { recommendation: "3" } });
    // The name of a tenant is no scope that somebody gave.
    await echo({}, { cache: { scope: "ann" } });
    expect(seen.asked).toBe(4);
    expect([await plan({ tenant: "ann" }), await plan({ tenant: "eve" })]).toEqual([1, 0]);
    const together = ["ann", "bob", "bob"].map((tenant) => run({ n: 1 }, { tenant }));
    await clock.advance(100);
    const reused = (await Promise.all(together)).map(({ results }) => {
      const { reused: by } = results["echo" as never] as Result;
      return by;
    });
    expect(reused).toEqual([undefined, undefined, "joined"]);
    expect(seen.asked).toBe(6);
  });

  it("is everybody's where its agent says so by a scope", async () => {
    const { echo, seen } = setUp({ agent: { cache: { scope: "" } } });
    await echo({}, { tenant: "ann" });
    expect(await echo({}, { tenant: "bob" })).toMatchObject({ reused: "cache" });
    expect(await echo()).toMatchObject({ reused: "cache" });
    expect(seen.asked).toBe(1);
  });

  it("serves a run that goes on for the tenant that it was begun for", async () => {
    const stop = new AbortController();
    const { echo, run, seen, clock, resume } = setUp();
    await echo({}, { tenant: "ann" });
    const running = run({ n: 1 }, { tenant: "bob", runId: "bobs", signal: stop.signal });
    running.catch(() => {});
    await clock.advance(50);
    stop.abort(new Error("enough"));
    await rejection(running);
    const gone = resume("bobs");
    await clock.advance(100);
    await gone;
    expect(seen.asked).toBe(3);
    expect(await echo({ n: 1 }, { tenant: "bob" })).toMatchObject({ reused: "cache" });
    expect(await echo({ n: 1 }, { tenant: "ann" })).not.toHaveProperty("reused");
  });

  it("serves other teams that share the store, and not those that do not", async () => {
    const one = setUp();
    await one.echo();
    const two = setUp({ team: { name: "another team", backend: { store: one.store } } });
    expect(await two.echo()).toMatchObject({ reused: "cache", output: { recommendation: "1" } });
    expect(two.seen.asked).toBe(0);
    const three = setUp();
    await three.echo();
    expect(three.seen.asked).toBe(1);
  });

  it("serves until its time is over, by the settings of who looks too", async () => {
    const { echo, seen, clock, store } = setUp({ agent: { cache: { ttlMs: 1_000 } } });
    await echo();
    await clock.advance(999);
    expect(await echo()).toMatchObject({ reused: "cache" });
    await clock.advance(1);
    expect((await echo()).reused).toBeUndefined();
    expect(seen.asked).toBe(2);

    const stricter = agent({
      name: "echo",
      version: "1",
      cache: { ttlMs: 10 },
      run: () => "newer",
    });
    const other = supervisor({
      name: "other",
      agents: { echo: stricter },
      backend: { store },
      clock,
    });
    expect((await other.run({} as never)).results.echo).toMatchObject({ reused: "cache" });
    await clock.advance(10);
    expect((await other.run({} as never)).results.echo).toMatchObject({ output: "newer" });
  });

  it.each([
    ["of an agent that failed", {}, { fails: true }],
    ["of an agent that does not cache", { cache: false }, {}],
  ])("is none %s", async (_, own, task) => {
    const { echo, seen, kept } = setUp({ agent: own });
    await echo(task);
    await echo(task);
    expect(seen.asked).toBe(2);
    expect(kept()).toEqual([]);
  });

  it("comes of a supervisor that caches, for every agent that says nothing else", async () => {
    const clock = virtualClock();
    const asked: string[] = [];
    const make = <const Name extends string>(name: Name, options: object = {}) =>
      agent({ name, version: "1", ...options, run: () => void asked.push(name) });
    const agents = { a: make("a"), b: make("b", { cache: false }) };
    const team = supervisor({ name: "team", agents, clock, cache: true });
    await team.run(undefined);
    await team.run(undefined);
    expect(asked.toSorted()).toEqual(["a", "b", "b"]);
  });

  it("may be nothing at all: an agent need not answer", async () => {
    const asked: number[] = [];
    const quiet = agent({
      name: "quiet",
      version: "1",
      cache: true,
      run: () => void asked.push(1),
    });
    const team = supervisor({ name: "team", agents: { quiet } });
    await team.run(undefined);
    const { results } = await team.run(undefined);
    expect(results.quiet).toMatchObject({ status: "ok", reused: "cache", output: undefined });
    expect(asked).toHaveLength(1);
  });

  it("is replaced by a run that wants another one, which the next ones get", async () => {
    const { echo, seen } = setUp();
    await echo();
    expect(await echo({}, { cache: { bust: true } })).toMatchObject({
      output: { recommendation: "2" },
    });
    expect(await echo()).toMatchObject({ reused: "cache", output: { recommendation: "2" } });
    expect(seen.asked).toBe(2);
  });

  it("that this agent cannot read any more, or may not have, is none", async () => {
    const { echo, store, clock } = setUp();
    await echo();
    const reader = (options: object) => {
      const asked = { count: 0 };
      const own = agent({
        name: "echo",
        version: "1",
        cache: true,
        retries: 0,
        run: () => ({ recommendation: `new ${++asked.count}` }),
        ...options,
      });
      return {
        asked,
        team: supervisor({ name: "team", agents: { echo: own }, backend: { store }, clock }),
      };
    };
    const unread = reader({
      claims: ({ recommendation }: { recommendation: string }) => {
        if (!recommendation.startsWith("new")) throw new Error("what is that?");
        return [{ subject: "s", position: recommendation }];
      },
    });
    const small = reader({ maxBytes: 22 });
    const task = {} as never;
    expect((await unread.team.run(task)).results.echo).toMatchObject({
      output: { recommendation: "new 1" },
    });
    expect((await unread.team.run(task)).results.echo).toMatchObject({ reused: "cache" });
    // What is kept now has 5 characters more than the agent's own limit permits.
    await small.team.run(task);
    expect(small.asked.count).toBe(1);
  });

  it("that somebody has spoilt in the store is none", async () => {
    const { echo, store, seen } = setUp();
    await echo();
    const [kept] = store.values.list("cache/");
    for (const value of [null, 7, {}, { answer: null }, { answer: { cost: {} } }, { asking: 1 }]) {
      store.values.change(kept?.key ?? "", () => value);
      const before = seen.asked;
      expect((await echo()).status).toBe("ok");
      expect(seen.asked).toBe(before + 1);
    }
  });

  it("does not make a run wait for a person in a store that it cannot be resumed from", async () => {
    const says = <const Name extends string>(name: Name) =>
      agent({ name, version: "1", run: () => ({ recommendation: name }) });
    const agents = { a: says("a"), b: says("b") };
    const team = supervisor({ name: "team", agents, cache: true, resolve: [human()] });
    expect((await team.run(undefined)).status).toBe("complete");
  });

  it("of a judge serves the next dispute about the same", async () => {
    const asked = { count: 0 };
    const judging = agent({
      name: "judging",
      version: "1",
      run: ({ options }: { options: readonly { id: string; position: unknown }[] }) => {
        asked.count++;
        const chosen = options.find(({ position }) => position === "ship");
        return { choice: chosen?.id ?? "", reasoning: "it is done" };
      },
    });
    const says = <const Name extends string>(name: Name, recommendation: string) =>
      agent({ name, version: "1", run: () => ({ recommendation }) });
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "ship"), b: says("b", "hold") },
      resolve: [judge({ ask: judging as never })],
      cache: true,
    });
    await team.run(undefined);
    expect(asked.count).toBe(2);
    const { verdicts, bill } = await team.run(undefined);
    expect(verdicts).toMatchObject([{ winner: "ship", by: "judge" }]);
    expect(asked.count).toBe(2);
    expect(bill).toMatchObject({ calls: 4, attempts: 0 });
  });

  it("is not what redaction has taken something out of, and secrets are in no key", async () => {
    const { echo, seen, kept, store } = setUp({
      team: { redact: ["recommendation", "secret"] },
    });
    await echo({ secret: "hunter2" });
    await echo({ secret: "hunter2" });
    expect(seen.asked).toBe(2);
    expect(kept()).toEqual([]);
    expect(JSON.stringify(store.values.list(""))).not.toContain("hunter2");
  });

  it("is not what is too large for the store: the answer counts all the same", async () => {
    const huge = agent({
      name: "huge",
      version: "1",
      cache: true,
      maxBytes: 100 * 1024 * 1024,
      run: () => ({ text: "x".repeat(65 * 1024 * 1024) }),
    });
    const store = memory().store;
    const team = supervisor({ name: "team", agents: { huge }, backend: { store } });
    expect((await team.run(undefined)).status).toBe("complete");
    expect(store.values.list("cache/")).toEqual([]);
  });
});

describe("calls of the same content at once", () => {
  it("are one: fifty runs pay for one answer, and each has it in its own log", async () => {
    const { run, seen, clock, events } = setUp();
    const running = Array.from({ length: 50 }, (_, index) => run({}, { runId: `run ${index}` }));
    await clock.advance(100);
    const outcomes = await Promise.all(running);
    expect(seen.asked).toBe(1);
    expect(outcomes.map(({ status }) => status)).toEqual(Array(50).fill("complete"));
    const ends = outcomes.map(({ runId }) => events(runId).find(({ type }) => isEnd(type)));
    expect(ends.filter((end) => end?.type === "call.succeeded")).toHaveLength(1);
    const paid = ends.find((end) => end?.type === "call.succeeded");
    for (const end of ends) {
      if (end === paid) continue;
      expect(end).toMatchObject({
        type: "call.reused",
        by: "joined",
        from: { runId: paid?.runId, callId: "echo" },
        saved: COST,
        cost: NOTHING,
      });
    }
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("within one run, of two teams, are one too", async () => {
    const asked: string[] = [];
    const clock = virtualClock();
    const same = agent({
      name: "same",
      version: "1",
      cache: true,
      run: async (_: unknown, { callId }) => {
        asked.push(callId);
        await new Promise<void>((resolve) => clock.timer(10, resolve));
      },
    });
    const inner = <const Name extends string>(name: Name) => supervisor({ name, agents: { same } });
    const team = supervisor({ name: "team", agents: { a: inner("a"), b: inner("b") }, clock });
    const running = team.run(undefined);
    await clock.advance(10);
    expect((await running).status).toBe("complete");
    expect(asked).toEqual(["a/same"]);
  });

  it("go on for another team of the run when the one that pays has timed out, and are not told to it", async () => {
    const clock = virtualClock();
    const store = memory({ clock }).store;
    const same = agent({
      name: "same",
      version: "1",
      cache: true,
      run: () => new Promise<string>((resolve) => void clock.timer(100, () => resolve("late"))),
    });
    const inner = <const Name extends string>(name: Name, timeoutMs: number) =>
      supervisor({ name, agents: { same }, asWorker: { timeoutMs } });
    const agents = { hasty: inner("hasty", 50), patient: inner("patient", 500) };
    const team = supervisor({ name: "team", agents, clock, backend: { store } });
    const running = team.run(undefined);
    await clock.advance(100);
    const { results, runId } = await running;
    expect(results).toMatchObject({
      hasty: { status: "failed", error: { code: "TIMEOUT" } },
      patient: { status: "ok" },
    });
    const calls = store
      .read(runId)
      .filter((event) => "callId" in event && /same/.test(`${event.callId}`));
    expect(calls).toMatchObject([
      { type: "call.started", callId: "hasty/same" },
      { type: "call.reused", callId: "patient/same", by: "joined" },
    ]);
  });

  it("share the agent's failure, which is not kept", async () => {
    const { run, seen, clock, echo, kept, events } = setUp();
    const running = [run({ fails: true }), run({ fails: true }, { runId: "joiner" })];
    await clock.advance(100);
    for (const outcome of await Promise.all(running)) {
      expect(outcome.results).toMatchObject({
        echo: { status: "failed", error: { code: "AGENT_FAILED", message: "echo failed: no, 1" } },
      });
    }
    expect(seen.asked).toBe(1);
    expect(events("joiner").find(({ type }) => type === "call.failed")).toMatchObject({
      attempt: 0,
      cost: NOTHING,
    });
    expect((await Promise.all(running))[1]?.bill).toMatchObject({ attempts: 0, spent: NOTHING });
    expect(kept()).toEqual([]);
    await echo({ fails: true });
    expect(seen.asked).toBe(2);
  });

  it("do not share a failure that came of limits that only one of them has", async () => {
    const { run, seen, clock } = setUp();
    const hasty = run({}, { timeoutMs: 10 });
    const patient = run({});
    await clock.advance(10);
    expect((await hasty).results).toMatchObject({ echo: { error: { code: "TIMEOUT" } } });
    await clock.advance(100);
    expect((await patient).results).toMatchObject({ echo: { status: "ok", attempts: 1 } });
    expect(seen.asked).toBe(2);
  });

  it("do not share that one of them is out of money: the next one pays", async () => {
    const { run, seen, clock } = setUp({ agent: { maxCost: { usd: 0.01 } } });
    const poor = run({}, { budget: { usd: 0.001 } });
    const rich = run({}, { budget: { usd: 1 } });
    await clock.advance(100);
    expect((await poor).results).toMatchObject({ echo: { error: { code: "BUDGET_EXCEEDED" } } });
    expect((await rich).results).toMatchObject({ echo: { status: "ok", cost: COST } });
    expect(seen.asked).toBe(1);
  });

  it("go on when the one that pays is cancelled: others wait for the answer", async () => {
    const { run, seen, clock, events, echo } = setUp();
    const cancelling = new AbortController();
    const payer = run({}, { runId: "payer", signal: cancelling.signal });
    const joiner = run({}, { runId: "joiner" });
    await clock.advance(50);
    const reason = rejection(payer);
    cancelling.abort(new Error("enough"));
    expect(await reason).toMatchObject({ message: "enough" });
    expect(seen.aborted).toBe(0);
    await clock.advance(50);
    expect((await joiner).results).toMatchObject({ echo: { status: "ok", reused: "joined" } });
    expect(seen).toMatchObject({ asked: 1, aborted: 0 });
    // Nothing was added to a run that had ended.
    expect(events("payer").map(({ type }) => type)).toEqual([
      "run.started",
      "run.planned",
      "call.started",
      "run.cancelled",
    ]);
    expect(await echo()).toMatchObject({ reused: "cache" });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("take over from one that is cancelled while it waits for a slot", async () => {
    const { run, seen, clock } = setUp({ team: { concurrency: 1 } });
    const busy = run({ n: 0 });
    const cancelling = new AbortController();
    const payer = run({ n: 1 }, { signal: cancelling.signal });
    const joiner = run({ n: 1 });
    await clock.advance(50);
    const reason = rejection(payer);
    cancelling.abort(new Error("enough"));
    expect(await reason).toMatchObject({ message: "enough" });
    await clock.advance(150);
    await busy;
    expect((await joiner).results).toMatchObject({ echo: { status: "ok" } });
    expect((await joiner).results).not.toHaveProperty("echo.reused");
    expect(seen.asked).toBe(2);
  });

  it("are stopped when the last one has left, who hears it when the agent has stopped", async () => {
    const { run, seen, clock, kept, echo } = setUp();
    const [first, second] = [new AbortController(), new AbortController()];
    const reasons = [first, second].map(({ signal }) => rejection(run({}, { signal })));
    await clock.advance(50);
    first.abort(new Error("one"));
    await clock.advance(0);
    expect(seen.aborted).toBe(0);
    second.abort(new Error("two"));
    expect(await Promise.all(reasons)).toMatchObject([{ message: "one" }, { message: "two" }]);
    expect(seen).toMatchObject({ aborted: 1, inFlight: 0 });
    expect(kept()).toEqual([]);
    expect((await echo()).status).toBe("ok");
    expect(seen.asked).toBe(2);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("after one that has just been stopped wait for that, and ask", async () => {
    const { run, seen, clock } = setUp();
    const cancelling = new AbortController();
    const left = rejection(run({}, { signal: cancelling.signal }));
    await clock.advance(50);
    cancelling.abort(new Error("enough"));
    const late = run({});
    await left;
    await clock.advance(100);
    expect((await late).results).toMatchObject({ echo: { status: "ok" } });
    expect(seen).toMatchObject({ asked: 2, most: 1 });
  });

  it("are not joined by one that wants a new answer", async () => {
    const { run, seen, clock } = setUp();
    const running = [run({}), run({}, { cache: { bust: true } })];
    await clock.advance(100);
    const outputs = (await Promise.all(running)).map(
      ({ results }) => (results["echo" as never] as Result).output,
    );
    expect(outputs).toHaveLength(2);
    expect(outputs).toContainEqual({ recommendation: "1" });
    expect(outputs).toContainEqual({ recommendation: "2" });
    expect(seen.asked).toBe(2);
  });

  it("that redaction hides are one in their process, though nothing is kept", async () => {
    const { run, seen, clock, kept } = setUp({ team: { redact: ["recommendation"] } });
    const running = [run({}), run({})];
    await clock.advance(100);
    for (const { results } of await Promise.all(running)) {
      expect(results).toMatchObject({ echo: { output: { recommendation: "1" } } });
    }
    expect(seen.asked).toBe(1);
    expect(kept()).toEqual([]);
  });

  it("of two stores are two", async () => {
    const { run, seen, clock } = setUp();
    const running = [run({}), run({}, { backend: memory({ clock }) })];
    await clock.advance(100);
    await Promise.all(running);
    expect(seen).toMatchObject({ asked: 2, most: 2 });
  });
});

function isEnd(type: string): boolean {
  return type === "call.succeeded" || type === "call.reused" || type === "call.failed";
}

describe("calls of the same content that are collected", () => {
  it("go on in their batch when the one that pays is cancelled", async () => {
    const clock = virtualClock();
    const batches: unknown[] = [];
    const echo = agent({
      name: "echo",
      version: "1",
      cache: true,
      run: (task: string) => task,
      batch: {
        run: async (tasks: readonly string[]) => {
          batches.push(tasks);
          await new Promise<void>((resolve) => clock.timer(100, resolve));
          return tasks;
        },
      },
    });
    const team = supervisor({ name: "team", agents: { echo }, clock });
    const cancelling = new AbortController();
    const payer = rejection(team.run("one", { signal: cancelling.signal }));
    const others = [team.run("two"), team.run("one")];
    await clock.advance(50);
    cancelling.abort(new Error("enough"));
    expect(await payer).toMatchObject({ message: "enough" });
    await clock.advance(50);
    const results = (await Promise.all(others)).map((outcome) => outcome.results.echo);
    expect(results).toMatchObject([{ output: "two" }, { output: "one", reused: "joined" }]);
    expect(batches).toEqual([["one", "two"]]);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});

describe("somebody else who is asking", () => {
  const asking = (by: string, untilMs: number) => ({ asking: { by, untilMs } });

  /** Another process: it claims the place that a first run used, and nothing is kept there any more. */
  async function elsewhere() {
    const made = setUp();
    await made.echo();
    const key = made.store.values.list("cache/")[0]?.key ?? "";
    const answer = made.store.values.get(key);
    const set = (value: unknown) => void made.store.values.change(key, () => value as never);
    return { ...made, answer, set };
  }

  it("is waited for, and its answer is joined", async () => {
    const { clock, run, seen, answer, set } = await elsewhere();
    set(asking("other", clock.now() + 10_000));
    const running = [run({}), run({})];
    await clock.advance(5_000);
    expect(seen.asked).toBe(1);
    set(answer);
    await clock.advance(200);
    for (const { results } of await Promise.all(running)) {
      expect(results).toMatchObject({ echo: { status: "ok", reused: "joined" } });
    }
    expect(seen.asked).toBe(1);
  });

  it("and gave up is followed by one of those who waited", async () => {
    const { clock, run, seen, set } = await elsewhere();
    set(asking("other", clock.now() + 10_000));
    const running = [run({}), run({})];
    await clock.advance(1_000);
    set(undefined);
    await clock.advance(300);
    for (const { status } of await Promise.all(running)) expect(status).toBe("complete");
    expect(seen.asked).toBe(2);
  });

  it("and is not heard of any more is followed when the lease is over, not before", async () => {
    const { clock, run, seen, set } = await elsewhere();
    set(asking("dead", clock.now() + 10_000));
    const running = run({});
    await clock.advance(9_999);
    expect(seen.asked).toBe(1);
    await clock.advance(200);
    expect(seen.asked).toBe(2);
    await clock.advance(100);
    expect((await running).results).toMatchObject({ echo: { status: "ok" } });
  });

  it("and lives is believed for as long as it takes", async () => {
    const { run, clock, seen, store } = setUp({ takesMs: 25_000 });
    const running = run({});
    const other = setUp({ team: { backend: { store }, clock, name: "other" } });
    await clock.advance(1);
    const waiting = other.run({});
    await clock.advance(24_999);
    expect((await running).status).toBe("complete");
    await clock.advance(200);
    expect((await waiting).results).toMatchObject({ echo: { reused: "joined" } });
    expect([seen.asked, other.seen.asked]).toEqual([1, 0]);
  });

  it("is left at once by a run that is cancelled, and waited for by the next", async () => {
    const { clock, run, answer, set } = await elsewhere();
    set(asking("other", clock.now() + 10_000));
    const cancelling = new AbortController();
    const left = rejection(run({}, { signal: cancelling.signal }));
    const stays = run({});
    await clock.advance(100);
    cancelling.abort(new Error("enough"));
    expect(await left).toMatchObject({ message: "enough" });
    set(answer);
    await clock.advance(200);
    expect((await stays).results).toMatchObject({ echo: { reused: "joined" } });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});

describe("a store that fails with a kept answer", () => {
  it.each(["get", "change"] as const)("at %s ends the run with STORE_FAILED", async (broken) => {
    const { store, run, clock } = setUp();
    const failing = {
      ...store,
      values: {
        ...store.values,
        [broken]: () => Promise.reject(new Error("disk on fire")),
      },
    };
    const running = [
      run({}, { backend: { store: failing } }),
      run({}, { backend: { store: failing } }),
    ].map(rejection);
    await clock.advance(100);
    for (const reason of await Promise.all(running)) {
      expect(reason).toMatchObject({ code: "STORE_FAILED", cause: { message: "disk on fire" } });
    }
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});
