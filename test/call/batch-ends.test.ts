import { describe, expect, it } from "vitest";
import {
  agent,
  QuorateError,
  supervisor,
  type BatchContext,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { batching, outputs, pause, tenfold, upTo } from "./batching.ts";
import { rejection } from "../team/rejection.ts";

/** Answers after so long, whatever it is told. */
const deafFor =
  (ms: number) => async (tasks: readonly number[], _context: BatchContext, clock: VirtualClock) => {
    await pause(clock, ms);
    return tenfold(tasks);
  };

/** What is still under way after so long ends with the signal's reason; what it was, and when. */
function listening(ms: number, told: unknown[] = []) {
  const answer = (
    tasks: readonly number[],
    { signal }: BatchContext,
    clock: VirtualClock,
  ): Promise<readonly number[]> =>
    new Promise((resolve, reject) => {
      const timer = clock.timer(ms, () => resolve(tenfold(tasks)));
      signal.addEventListener("abort", () => {
        told.push([clock.monotonic(), signal.reason]);
        timer[Symbol.dispose]();
        reject(signal.reason);
      });
    });
  return { told, answer };
}

const typesOf = (log: readonly RunEvent[]): readonly string[] =>
  log.map(({ type }) => type).filter((type) => type.startsWith("call."));

describe("who is cancelled", () => {
  it("leaves at once while calls are collected, and the others go on", async () => {
    const clock = virtualClock();
    const batches: (readonly number[])[] = [];
    const slow = agent({ name: "slow", run: (task: number) => pause(clock, task) });
    const a = agent({
      name: "a",
      needs: { slow },
      run: (_task: number) => {},
      batch: {
        waitMs: 1_000,
        run: (tasks) => {
          batches.push(tasks);
          return tasks.map(() => undefined);
        },
      },
    });
    const team = supervisor({ name: "team", agents: { slow, a }, clock });
    const controller = new AbortController();
    const leaving = rejection(team.run(1, { signal: controller.signal }));
    const others = [2, 40].map((task) => team.run(task));
    await clock.advance(20);
    controller.abort(new Error("enough"));
    expect(await leaving).toHaveProperty("message", "enough");
    expect(clock.monotonic()).toBe(20);
    await clock.advance(20);
    await Promise.all(others);
    expect([batches, clock.monotonic()]).toEqual([[[2, 40]], 40]);
  });

  it("leaves at once while they queue for a slot; when all have left, nothing is asked", async () => {
    const { clock, team, batches, alone } = batching(deafFor(100), { concurrency: 1 });
    const busy = [1, 2].map((task) => team.run(task));
    await clock.advance(10);
    const controller = new AbortController();
    const { signal } = controller;
    const leaving = [3, 4].map((task) => rejection(team.run(task, { signal })));
    await clock.advance(10);
    controller.abort(new Error("enough"));
    for (const reason of await Promise.all(leaving))
      expect(reason).toHaveProperty("message", "enough");
    expect(clock.monotonic()).toBe(20);
    await clock.advance(100);
    await Promise.all(busy);
    expect([batches, alone, clock.pending, clock.pendingUnheld]).toEqual([[[1, 2]], [], 0, 0]);
    const running = [5, 6].map((task) => team.run(task));
    await clock.advance(100);
    expect(await outputs(running)).toEqual([50, 60]);
  });

  it("leaves the others of a batch under way alone, after the grace time at the latest", async () => {
    const { told, answer } = listening(1_000);
    const { clock, team } = batching(answer, { graceMs: 200 });
    const controller = new AbortController();
    const leaving = rejection(team.run(1, { signal: controller.signal, runId: "leaving" }));
    const staying = [2, 3].map((task) => team.run(task));
    await clock.advance(100);
    controller.abort(new Error("enough"));
    let left = false;
    void leaving.then(() => {
      left = true;
    });
    await clock.advance(199);
    expect(left).toBe(false);
    await clock.advance(1);
    expect([left, told]).toEqual([true, []]);
    expect(await leaving).toHaveProperty("message", "enough");
    await clock.advance(700);
    expect(await outputs(staying)).toEqual([20, 30]);
    expect(clock.monotonic()).toBe(1_000);
    const log = (await team.backend.store.read("leaving")) as readonly RunEvent[];
    expect(typesOf(log)).toEqual(["call.started", "call.abandoned"]);
  });

  it("does not wait for the grace time when the batch ends before", async () => {
    const { clock, team } = batching(deafFor(100), { graceMs: 5_000 });
    const controller = new AbortController();
    const leaving = rejection(team.run(1, { signal: controller.signal }));
    const staying = team.run(2);
    await clock.advance(50);
    controller.abort(new Error("enough"));
    await clock.advance(50);
    expect(await leaving).toHaveProperty("message", "enough");
    expect([await outputs([staying]), clock.monotonic()]).toEqual([[20], 100]);
  });

  it("stops the batch when nobody is left who waits for it, with the last one's reason", async () => {
    const { told, answer } = listening(10_000);
    const { clock, team } = batching(answer);
    const controllers = upTo(2).map(() => new AbortController());
    const leaving = controllers.map(({ signal }, index) => rejection(team.run(index, { signal })));
    await clock.advance(100);
    controllers[0]?.abort(new Error("first"));
    await clock.advance(100);
    expect(told).toEqual([]);
    const last = new Error("last");
    controllers[1]?.abort(last);
    await clock.advance(0);
    expect(told).toEqual([[200, last]]);
    const reasons = await Promise.all(leaving);
    expect(reasons.map((reason) => (reason as Error).message)).toEqual(["first", "last"]);
    expect([clock.monotonic(), clock.pending, clock.pendingUnheld]).toEqual([200, 0, 0]);
  });
});

describe("a batch that takes too long", () => {
  it("times out as a whole, counted from its sending, and every call is told", async () => {
    const { told, answer } = listening(10_000);
    const { clock, team } = batching(answer, { timeoutMs: 500, retries: 0, concurrency: 1 });
    const running = [1, 2].map((task) => team.run(task));
    await clock.advance(100);
    // Queues for the slot until the first batch is over.
    const later = [3, 4].map((task) => team.run(task));
    await clock.advance(900);
    const message = "TIMEOUT: a timed out after 500 ms";
    expect(await outputs(running)).toEqual([message, message]);
    expect(await outputs(later)).toEqual([message, message]);
    expect(told).toMatchObject([
      [500, { code: "TIMEOUT" }],
      [1_000, { code: "TIMEOUT" }],
    ]);
    expect((told as [number, unknown][])[0]?.[1]).toBeInstanceOf(QuorateError);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it.each<[string, number, readonly string[]]>([
    ["answers in its grace time", 700, ["call.late"]],
    ["is given up, as it never answers", Infinity, ["call.abandoned"]],
  ])("and is deaf keeps its one slot until it %s, as every log says", async (_, takesMs, after) => {
    const clock = virtualClock();
    const sizes: [number, number][] = [];
    const long = agent({ name: "long", run: (_task: number) => pause(clock, 2_000) });
    const a = agent({
      name: "a",
      timeoutMs: 500,
      graceMs: 300,
      retries: 0,
      run: (_task: number) => void sizes.push([clock.monotonic(), 1]),
      batch: {
        run: async (tasks) => {
          sizes.push([clock.monotonic(), tasks.length]);
          if (tasks.includes(1))
            await (takesMs === Infinity ? new Promise(() => {}) : pause(clock, takesMs));
          return tasks.map(() => undefined);
        },
      },
    });
    // One slot for a, and one for each of the others.
    const team = supervisor({ name: "team", agents: { long, a }, clock, concurrency: 4 });
    const runIds = ["r1", "r2", "r3"];
    const running = [1, 2].map((task, index) => team.run(task, { runId: runIds[index] ?? "" }));
    await clock.advance(100);
    const next = team.run(3, { runId: "r3" });
    const last = team.run(4, { route: ["a"] });
    await clock.advance(5_000);
    await Promise.all([...running, next, last]);
    expect(sizes).toEqual([
      [0, 2],
      [Math.min(takesMs, 800), 2],
    ]);
    for (const runId of ["r1", "r2"]) {
      const log = (await team.backend.store.read(runId)) as readonly RunEvent[];
      const ofA = log.filter((event) => "agent" in event && event.agent === "a");
      expect(typesOf(ofA)).toEqual(["call.started", "call.failed", ...after]);
    }
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("is not that when only the check of one answer never ends", async () => {
    const clock = virtualClock();
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          value === 2 ? new Promise<never>(() => {}) : Promise.resolve({ value: value as number }),
      },
    };
    const a = agent({
      name: "a",
      output: schema,
      retries: 0,
      run: (task: number) => task as never,
      batch: { run: (tasks) => tasks as never },
    });
    const team = supervisor({ name: "team", agents: { a }, clock });
    const running = [1, 2].map((task) => team.run(task));
    await clock.advance(0);
    expect((await running[0])?.results.a).toMatchObject({ status: "ok", output: 1 });
    await clock.advance(40_000);
    expect((await running[1])?.results.a).toMatchObject({ error: { code: "TIMEOUT" } });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});
