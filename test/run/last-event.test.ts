// The last event of a run is on its way to the store for a while. Nothing comes after it, and what is asked of the run meanwhile is not lost.

import { describe, expect, it } from "vitest";
import {
  agent,
  billOf,
  cancel,
  human,
  memory,
  supervisor,
  unanimous,
  vote,
  type Clock,
  type Resolver,
  type RunEvent,
} from "../../src/index.ts";
import { reliability } from "../../src/learning/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { slowStore } from "./slow-store.ts";

const tempPath = tempPaths();
const RUN = { runId: "run" };

const says = (name: string, answer: string) =>
  agent({ name, cost: "free", run: (_task: string) => answer });

const types = (events: readonly RunEvent[]): string[] => events.map(({ type }) => type);

/** An agent that stops so long after its timeout of a second, reports then, and answers too late. */
function overdue(clock: Clock, stopsAfterMs: number) {
  return agent({
    name: "overdue",
    timeoutMs: 1_000,
    retries: 0,
    run: (_task: string, { report, signal }) =>
      new Promise<string>((resolve) => {
        signal.addEventListener("abort", () => {
          clock.timer(stopsAfterMs, () => {
            report({ usdMicros: 5 });
            resolve("late");
          });
        });
      }),
  });
}

describe("a run whose last event is on its way to the store when an agent stops that had timed out", () => {
  it.each([10, 30, 50, 55, 59, 61])("has ended, where the agent needs %i ms", async (ms) => {
    const clock = virtualClock();
    const { store } = slowStore(clock);
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "x"), overdue: overdue(clock, ms) },
      backend: { store },
      clock,
    });
    const running = team.run("task", RUN);
    await clock.advance(60_000);
    const outcome = await running;
    expect(outcome.status).toBe("partial");
    expect(await store.run("run")).toMatchObject({ status: "partial" });
    const log = await store.read("run");
    expect(log.at(-1)?.type).toBe("run.finished");
    expect(billOf(log)).toEqual(outcome.bill);
    expect((await team.resume("run")).status).toBe("partial");
    expect((await team.run("task", RUN)).status).toBe("partial");
    expect(await store.prune(Infinity)).toBe(1);
  });

  it.each([10, 30, 50, 55, 59, 61])("waits for a person, where it needs %i ms", async (ms) => {
    const clock = virtualClock();
    const { store } = slowStore(clock);
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "x"), b: says("b", "y"), overdue: overdue(clock, ms) },
      resolve: [unanimous(), human()],
      backend: { store },
      clock,
    });
    const running = team.run("task", RUN);
    await clock.advance(60_000);
    expect((await running).status).toBe("waiting");
    expect(await store.run("run")).toMatchObject({ status: "waiting" });
    const decided = team.decide("run", { subject: "task", winner: "x", why: "it is" });
    await clock.advance(60_000);
    expect(await decided).toMatchObject({ status: "partial", verdict: { winner: "x" } });
    expect(await store.run("run")).toMatchObject({ status: "partial" });
  });

  it("has ended, in a nested team, too", async () => {
    const clock = virtualClock();
    const { store } = slowStore(clock);
    const inner = supervisor({
      name: "inner",
      agents: { a: says("a", "x"), overdue: overdue(clock, 70) },
    });
    const team = supervisor({
      name: "team",
      agents: { inner },
      backend: { store },
      clock,
    });
    const running = team.run("task", RUN);
    await clock.advance(60_000);
    const { status } = await running;
    expect(await store.run("run")).toMatchObject({ status });
    expect((await store.read("run")).at(-1)?.type).toBe("run.finished");
  });

  it.each(["partial", "waiting"] as const)(
    "is %s in a SQLite file, whichever of its appends go together",
    async (status) => {
      const clock = virtualClock();
      await using store = sqlite({ path: tempPath() }).store;
      // Stops after so many turns of the event loop as its task says.
      const patient = agent({
        name: "patient",
        timeoutMs: 1_000,
        retries: 0,
        run: (turns: number, { signal }) =>
          new Promise<string>((_resolve, reject) => {
            const stop = (left: number): void => {
              if (left === 0) reject(new Error("stopped"));
              else setImmediate(stop, left - 1);
            };
            signal.addEventListener("abort", () => stop(turns));
          }),
      });
      const a = agent({ name: "a", run: (_task: number) => "x" });
      const b = agent({ name: "b", run: (_task: number) => (status === "waiting" ? "y" : "x") });
      const team = supervisor({
        name: "team",
        agents: { a, b, patient },
        resolve: [unanimous(), human()],
        backend: { store },
        clock,
        concurrency: 100,
      });
      const runs = Array.from({ length: 30 }, (_, turns) =>
        team.run(turns, { runId: `run ${turns}` }),
      );
      while ((await store.runs({ limit: 100 })).length < runs.length) await clock.advance(0);
      await clock.advance(1_000);
      for (const one of runs) expect((await one).status).toBe(status);
      await clock.advance(10_000);
      const statuses = new Set((await store.runs({ limit: 100 })).map(({ status }) => status));
      expect([...statuses]).toEqual([status]);
    },
  );
});

describe("the bill of an outcome", () => {
  it("has what an agent reported while the store kept what the run teaches, as its log has", async () => {
    const clock = virtualClock();
    const { store } = slowStore(clock, { appendMs: () => 0, valueMs: 20 });
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "x"), b: says("b", "y"), overdue: overdue(clock, 10) },
      resolve: [unanimous(), reliability({ labels: "fixed" }), vote()],
      backend: { store },
      clock,
    });
    const running = team.run("task", RUN);
    await clock.advance(60_000);
    const { bill } = await running;
    const log = await store.read("run");
    expect(types(log)).toContain("call.late");
    expect(bill).toEqual(billOf(log));
    expect(bill.wasted.late).toMatchObject({ calls: 1, usdMicros: 5 });
  });
});

describe("a request to cancel a run that comes to wait", () => {
  const waitingTeam = (clock: Clock, store: ReturnType<typeof slowStore>["store"]) =>
    supervisor({
      name: "team",
      agents: { a: says("a", "x"), b: says("b", "y") },
      resolve: [unanimous(), human()],
      backend: { store },
      clock,
    });

  it.each([0, 5, 15, 20, 25, 35, 40, 45, 55, 59])(
    "ends it as cancelled, also %i ms after it began",
    async (atMs) => {
      const clock = virtualClock();
      const { store } = slowStore(clock);
      const running = waitingTeam(clock, store).run("task", RUN);
      const ends = running.catch((error: unknown) => error);
      await clock.advance(atMs);
      const asked = cancel({ store }, "run", "enough");
      await clock.advance(60_000);
      expect(await asked).toBe("asked");
      expect(await ends).toMatchObject({
        code: "CANCELLED",
        message: expect.stringContaining("enough"),
      });
      expect(await store.run("run")).toMatchObject({ status: "cancelled" });
      const last = (await store.read("run")).at(-1);
      expect(last).toMatchObject({ type: "run.cancelled", reason: "enough", requested: true });
      expect(await store.values.list("request/")).toEqual([]);
    },
  );

  it("is answered by the sender once the run has been released", async () => {
    const clock = virtualClock();
    const { store } = slowStore(clock);
    const running = waitingTeam(clock, store).run("task", RUN);
    await clock.advance(60_000);
    expect((await running).status).toBe("waiting");
    const asked = cancel({ store }, "run", "enough");
    await clock.advance(60_000);
    expect(await asked).toBe("cancelled");
    expect(await store.values.list("request/")).toEqual([]);
  });

  it("is shown to who watches the run", async () => {
    const clock = virtualClock();
    const { store } = slowStore(clock);
    const stream = waitingTeam(clock, store).stream("task", RUN);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { type } of stream) seen.push(type);
    })().catch((error: unknown) => error);
    await clock.advance(45);
    const asked = cancel({ store }, "run", "enough");
    await clock.advance(60_000);
    expect(await asked).toBe("asked");
    expect(await reading).toMatchObject({ code: "CANCELLED" });
    expect(seen.slice(-2)).toEqual(["run.waiting", "run.cancelled"]);
  });
});

describe("a run that is cancelled while its events are on their way to the store", () => {
  it.each([5, 15, 25, 35])("has its last event, also %i ms after it began", async (atMs) => {
    const clock = virtualClock();
    const { store } = slowStore(clock);
    const controller = new AbortController();
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "x"), b: says("b", "x") },
      backend: { store },
      clock,
    });
    const running = team.run("task", { ...RUN, signal: controller.signal });
    const ends = running.catch((error: unknown) => error);
    await clock.advance(atMs);
    controller.abort("enough");
    await clock.advance(60_000);
    expect(await ends).toBe("enough");
    expect(await store.run("run")).toMatchObject({ status: "cancelled" });
  });

  it("has ended with its outcome, if that was on its way already", async () => {
    const clock = virtualClock();
    const { store } = slowStore(clock);
    const controller = new AbortController();
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "x") },
      backend: { store },
      clock,
    });
    const running = team.run("task", { ...RUN, signal: controller.signal });
    await clock.advance(59);
    controller.abort("enough");
    await clock.advance(60_000);
    expect((await running).status).toBe("complete");
    expect(await store.run("run")).toMatchObject({ status: "complete" });
  });
});

describe("a store that needs long for each event", () => {
  it("does not keep a run from deciding at its deadline", async () => {
    const clock = virtualClock();
    const { store } = slowStore(clock, { appendMs: () => 6_000 });
    const stuck = agent({
      name: "stuck",
      timeoutMs: 100_000,
      run: (_task: string) => new Promise<never>(() => {}),
    });
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "x"), b: says("b", "x"), stuck },
      backend: { store },
      clock,
    });
    const running = team.run("task", { ...RUN, deadlineMs: 30_000 });
    await clock.advance(600_000);
    expect(await running).toMatchObject({ status: "partial", verdict: { winner: "x" } });
    expect(await store.run("run")).toMatchObject({ status: "partial" });
  });
});

describe("a log of an earlier version, with what an agent did after the last event of the run", () => {
  /** A run whose log has one more event, which nobody drives. */
  async function strayed(resolve: readonly Resolver[]) {
    const backend = memory({ resumable: true });
    const { store } = backend;
    const c = agent({ name: "c", run: (_task: string) => "z" });
    const agents = { a: says("a", "x"), b: says("b", "y"), c };
    const team = supervisor({ name: "team", agents, resolve, backend });
    const outcome = await team.run("task", RUN);
    const log = await store.read("run");
    const fence = outcome.status === "waiting" ? await store.take("run") : 1;
    const of = { callId: "c", agent: "c", role: "agent" } as const;
    const late = {
      type: "call.late",
      ...of,
      attempt: 1,
      settled: "answered",
      durationMs: 5,
    } as const;
    const seq = log.length + 1;
    await store.append([{ ...late, runId: "run", seq, atMs: log.at(-1)?.atMs ?? 0 }], fence);
    await store.release("run", fence);
    expect(await store.run("run")).toMatchObject({ status: "interrupted" });
    return { store, team, outcome };
  }

  it("has the same outcome, and the store knows it once the run was resumed", async () => {
    const { store, team, outcome } = await strayed([vote()]);
    expect(await team.run("task", RUN)).toEqual(outcome);
    const [resumed] = await team.resumeAll();
    expect(resumed?.outcome).toEqual(outcome);
    expect(await store.run("run")).toMatchObject({ status: outcome.status });
    expect(await team.resumeAll()).toEqual([]);
  });

  it("is not cancelled any more, where the run had finished", async () => {
    const { store, team, outcome } = await strayed([vote()]);
    expect(await cancel({ store }, "run")).toBe("ended");
    expect(await team.resume("run")).toEqual(outcome);
    expect(await store.run("run")).toMatchObject({ status: outcome.status });
  });

  it("can be decided by a person, where the run waits", async () => {
    const { team } = await strayed([unanimous(), human()]);
    const decided = await team.decide("run", { subject: "task", winner: "x", why: "it is" });
    expect(decided).toMatchObject({ status: "complete", verdict: { winner: "x" } });
  });
});
