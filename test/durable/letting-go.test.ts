// A store that failed lets go of the run that failed with it: it can be gone on with as soon as the store works, in the same
// process too, and nothing waits without end.

import { describe, expect, it } from "vitest";
import {
  agent,
  decide,
  human,
  memory,
  supervisor,
  type Clock,
  type RunEvent,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";
import { lock } from "../sqlite/lock.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { startProcess } from "./processes/process.ts";

const tempPath = tempPaths();
const RUN = { runId: "run" };
const REUSED = { status: "complete", reuse: { reused: 1, asked: 1 } };

/** `second` needs `first`, and does what it is told to. */
function pair(store: Store, work: () => unknown, clock?: Clock) {
  const first = agent({ name: "first", run: () => 1 });
  const second = agent({ name: "second", needs: { first }, run: work });
  return supervisor({
    name: "pair",
    agents: { first, second },
    backend: { store },
    ...(clock !== undefined && { clock }),
  });
}

describe("a run whose SQLite file could not be written, and that its store could not let go of", () => {
  /** The run, after its file was locked in its midst; the file can be written again. */
  async function failed(path: string) {
    const store = sqlite({ path, busyTimeoutMs: 10 }).store;
    let broken: Disposable | undefined;
    const team = pair(store, () => {
      broken ??= lock(path);
      return 2;
    });
    await expect(team.run(undefined as never, RUN)).rejects.toMatchObject({ code: "STORE_FAILED" });
    broken?.[Symbol.dispose]();
    return { store, team };
  }

  it("is resumed by the same supervisor at once", async () => {
    const { store, team } = await failed(tempPath());
    await using _store = store;
    expect((await store.runs())[0]?.status).toBe("interrupted");
    expect(await team.resume("run")).toMatchObject(REUSED);
  });

  it("is gone on with by the same supervisor that is asked for it under its id", async () => {
    const { store, team } = await failed(tempPath());
    await using _store = store;
    expect(await team.run(undefined as never, RUN)).toMatchObject(REUSED);
  });

  it("is resumed by another supervisor of the same store at once", async () => {
    const { store } = await failed(tempPath());
    await using _store = store;
    expect(await pair(store, () => 3).resume("run")).toMatchObject(REUSED);
  });

  it("is gone on with through another store of the file, while the one that failed is open and idle", async () => {
    const path = tempPath();
    const { store } = await failed(path);
    await using _store = store;
    await using other = sqlite({ path }).store;
    expect(await pair(other, () => 3).run(undefined as never, RUN)).toMatchObject(REUSED);
    await expect(store.take("run")).resolves.toBe(3);
  });

  it("is resumed through another store of the file at once, when the one that failed was closed while it failed", async () => {
    const path = tempPath();
    const store = sqlite({ path, busyTimeoutMs: 10 }).store;
    let broken: Disposable | undefined;
    const team = pair(store, () => {
      broken ??= lock(path);
      return 2;
    });
    await expect(team.run(undefined as never, RUN)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await store.close();
    broken?.[Symbol.dispose]();
    await using other = sqlite({ path }).store;
    expect(await pair(other, () => 3).resume("run")).toMatchObject(REUSED);
  });

  it("does not hold its process, which tries to let go of it as long as it lives", async () => {
    const path = tempPath();
    const { stdout, stderr, code } = await startProcess("cannot-let-go.ts", [path]).ended;
    expect({ stdout, stderr, code }).toEqual({ stdout: "STORE_FAILED\n", stderr: "", code: 0 });
    await using store = sqlite({ path }).store;
    expect((await store.runs())[0]?.status).toBe("interrupted");
  });

  it("says that the store fails, and not that somebody drives it, while the file still cannot be written", async () => {
    const path = tempPath();
    const { store, team } = await failed(path);
    await using _store = store;
    {
      using _broken = lock(path);
      await expect(team.resume("run")).rejects.toMatchObject({ code: "STORE_FAILED" });
      await expect(team.run(undefined as never, RUN)).rejects.toMatchObject({
        code: "STORE_FAILED",
      });
    }
    expect(await team.resume("run")).toMatchObject(REUSED);
  });
});

type Op = "append" | "release" | "take" | "read";

/** A store in inMemory of which some operations fail or hang while they are listed in `faults`. */
function fallible(clock?: Clock) {
  const inMemory = memory({ resumable: true, ...(clock !== undefined && { clock }) }).store;
  const faults = new Map<Op, "fails" | "hangs" | "is done and fails">();
  const around = <T>(op: Op, work: () => T): T | Promise<T> => {
    const fault = faults.get(op);
    if (fault === undefined) return work();
    if (fault === "hangs") return new Promise<T>(() => {});
    if (fault === "is done and fails") work();
    return Promise.reject(new Error(`${op} failed`));
  };
  const store: Store = {
    ...inMemory,
    append: (events, fence) => around("append", () => inMemory.append(events, fence)),
    release: (runId, fence) => around("release", () => inMemory.release(runId, fence)),
    take: (runId) => around("take", () => inMemory.take(runId)),
    read: (runId, afterSeq) => around("read", () => inMemory.read(runId, afterSeq)),
  };
  return { inMemory, store, faults };
}

/** Fails with its store in its midst, which cannot let go of it either. */
async function failedInMemory() {
  const clock = virtualClock();
  const { inMemory, store, faults } = fallible(clock);
  const team = pair(
    store,
    () => {
      if (inMemory.read("run").every(({ type }) => type !== "run.resumed")) {
        faults.set("append", "fails").set("release", "fails");
      }
      return 2;
    },
    clock,
  );
  await expect(team.run(undefined as never, RUN)).rejects.toMatchObject({ code: "STORE_FAILED" });
  return { clock, inMemory, store, faults, team };
}

describe("a run that its store could not let go of", () => {
  it("is resumed by the same supervisor as soon as the store works", async () => {
    const { clock, team, faults, inMemory } = await failedInMemory();
    await expect(team.resume("run")).rejects.toMatchObject({ code: "STORE_FAILED" });
    faults.clear();
    expect(await team.resume("run")).toMatchObject(REUSED);
    // What was to be tried again is not any more.
    await clock.advance(60_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    expect(inMemory.take("run")).toBe(3);
  });

  it("is gone on with under its id as soon as the store works", async () => {
    const { team, faults } = await failedInMemory();
    faults.clear();
    expect(await team.run(undefined as never, RUN)).toMatchObject(REUSED);
  });

  it("is let go of by itself when the store works again, so that anybody takes it", async () => {
    const { clock, inMemory, faults } = await failedInMemory();
    await clock.advance(1_000);
    expect(() => inMemory.take("run")).toThrow(expect.objectContaining({ code: "RUN_OWNED" }));
    faults.clear();
    await clock.advance(2_000);
    expect(inMemory.runs()[0]?.status).toBe("interrupted");
    expect(inMemory.take("run")).toBe(2);
  });

  it("is tried to be let go of for a while, without holding the process, and not for ever", async () => {
    const { clock } = await failedInMemory();
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 1]);
    await clock.advance(60_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("is resumed by the same supervisor also long after nobody tries to let go of it any more", async () => {
    const { clock, team, faults } = await failedInMemory();
    await clock.advance(3_600_000);
    faults.clear();
    expect(await team.resume("run")).toMatchObject(REUSED);
  });

  it("rejects with why it failed, and soon, when the store does not answer whether it lets go", async () => {
    const clock = virtualClock();
    const { store, faults } = fallible(clock);
    const team = pair(
      store,
      () => {
        faults.set("append", "fails").set("release", "hangs");
        return 2;
      },
      clock,
    );
    const failing = rejection(team.run(undefined as never, RUN));
    await clock.advance(6_000);
    expect(await failing).toMatchObject({ code: "STORE_FAILED" });
    faults.clear();
    await clock.advance(60_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    expect(await store.take("run")).toBe(2);
  });

  it("can be begun anew under its id when its first event was not kept, and is not let go of afterwards", async () => {
    const clock = virtualClock();
    const { store, faults } = fallible(clock);
    const gate = Promise.withResolvers<number>();
    const team = pair(store, () => gate.promise, clock);
    faults.set("append", "fails").set("release", "fails");
    await expect(team.run(undefined as never, RUN)).rejects.toMatchObject({ code: "STORE_FAILED" });
    faults.clear();
    const running = team.run(undefined as never, RUN);
    await clock.advance(29_000);
    gate.resolve(2);
    expect(await running).toMatchObject({ status: "complete" });
  });

  it.each(["read", "append"] as const)(
    "is let go of when going on with it fails at its first %s, though it was taken",
    async (op) => {
      const { clock, inMemory, store, faults, team } = await failedInMemory();
      faults.clear();
      const taking: Store = {
        ...store,
        take(runId) {
          const fence = store.take(runId);
          faults.set(op, "fails").set("release", "fails");
          return fence;
        },
      };
      await expect(team.resume("run", { backend: { store: taking } })).rejects.toMatchObject({
        code: "STORE_FAILED",
        cause: { message: `${op} failed` },
      });
      faults.clear();
      expect(await team.resume("run")).toMatchObject(REUSED);
      await clock.advance(60_000);
      expect(inMemory.take("run")).toBe(4);
    },
  );

  it("has its outcome read from its log, also when a finished run cannot be let go of again", async () => {
    const { store, inMemory, faults } = fallible();
    const team = pair(store, () => 2);
    await team.run(undefined as never, RUN);
    const log = inMemory.read("run");
    let reads = 0;
    const late: Store = {
      ...store,
      // Whoever had the run finished it between the look and the taking.
      read(runId, afterSeq = 0) {
        reads += 1;
        return reads === 1 ? log.slice(0, -1) : inMemory.read(runId, afterSeq);
      },
    };
    faults.set("release", "fails");
    expect(await team.resume("run", { backend: { store: late } })).toMatchObject({
      status: "complete",
    });
    faults.clear();
    expect(await team.resume("run")).toMatchObject({ status: "complete" });
  });
});

describe("a person's decision that the store failed to keep", () => {
  const votes = (store: Store) => {
    const says = (name: string, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    return supervisor({
      name: "asking",
      agents: { a: says("a", "ship"), b: says("b", "hold") },
      resolve: [human()],
      backend: { store },
    });
  };
  const SHIP = { subject: "task", winner: "ship", why: "it is time" };

  it("can be made again when the store works, also where it could not let go of the run", async () => {
    const { store, faults } = fallible();
    const team = votes(store);
    expect(await team.run(undefined as never, RUN)).toMatchObject({ status: "waiting" });
    faults.set("append", "fails").set("release", "fails");
    await expect(team.decide("run", SHIP)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(decide({ store }, "run", SHIP)).rejects.toMatchObject({ code: "STORE_FAILED" });
    faults.clear();
    expect(await team.decide("run", SHIP)).toMatchObject({ status: "complete" });
  });
});

describe("a store that does not answer", () => {
  it.each(["read", "take", "release"] as const)(
    "ends nobody's waiting by itself at its %s, but who goes on with a run can be cancelled",
    async (op) => {
      const { clock, team, faults } = await failedInMemory();
      faults.clear();
      faults.set(op, "hangs");
      for (const begin of [
        (signal: AbortSignal) => team.resume("run", { signal }),
        (signal: AbortSignal) => team.run(undefined as never, { ...RUN, signal }),
      ]) {
        const controller = new AbortController();
        const ends = rejection(begin(controller.signal));
        await clock.advance(1_000);
        controller.abort("enough");
        await clock.advance(10_000);
        expect(await ends).toBe("enough");
      }
      faults.clear();
      expect(await team.resume("run")).toMatchObject(REUSED);
    },
  );

  it("whose take comes too late for who was cancelled has let go of the run again", async () => {
    const { clock, inMemory, store, faults, team } = await failedInMemory();
    faults.clear();
    const answer = Promise.withResolvers<void>();
    const slow: Store = {
      ...store,
      take: async (runId) => {
        const fence = inMemory.take(runId);
        await answer.promise;
        return fence;
      },
    };
    const controller = new AbortController();
    const ends = rejection(
      team.resume("run", { backend: { store: slow }, signal: controller.signal }),
    );
    await clock.advance(1_000);
    controller.abort("enough");
    expect(await ends).toBe("enough");
    answer.resolve();
    await clock.advance(1_000);
    expect(await team.resume("run")).toMatchObject(REUSED);
  });

  it("to an append lets a run end that is cancelled, with the reason, and gives its slots back", async () => {
    const clock = virtualClock();
    const { store, faults } = fallible(clock);
    let hang = true;
    const one = agent({ name: "one", run: () => 1 });
    const two = agent({ name: "two", needs: { one }, run: () => 2 });
    const team = supervisor({
      name: "team",
      agents: { one, two },
      concurrency: 1,
      clock,
      backend: {
        store: {
          ...store,
          append(events, fence) {
            const begins = events.some(
              (event) => event.type === "call.started" && event.agent === "two",
            );
            if (begins && hang) faults.set("append", "hangs");
            return store.append(events, fence);
          },
        },
      },
    });
    const controller = new AbortController();
    const ends = rejection(team.run(undefined as never, { ...RUN, signal: controller.signal }));
    await clock.advance(1_000);
    controller.abort("enough");
    await clock.advance(20_000);
    expect(await ends).toBe("enough");
    hang = false;
    faults.clear();
    expect((await team.run(undefined as never)).status).toBe("complete");
    expect(await team.resume("run")).toMatchObject(REUSED);
    await clock.advance(60_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});

describe("a store that does not answer whether it keeps an answer for others", () => {
  it("does not keep others from asking once the run that had asked is cancelled", async () => {
    const clock = virtualClock();
    const inMemory = memory({ resumable: true, clock }).store;
    let asked = 0;
    const one = agent({ name: "one", version: "1", cache: true, run: () => ++asked });
    const teamOf = (store: Store) =>
      supervisor({ name: "team", agents: { one }, backend: { store }, clock });
    let changes = 0;
    const silent: Store = {
      ...inMemory,
      values: {
        ...inMemory.values,
        change(...given) {
          changes += 1;
          // It says that somebody asks, and is asked to keep the answer.
          return changes === 2 ? new Promise(() => {}) : inMemory.values.change(...given);
        },
      },
    };
    const controller = new AbortController();
    const { signal } = controller;
    const left = rejection(teamOf(silent).run(undefined as never, { signal }));
    await clock.advance(5_000);
    expect(asked).toBe(1);
    controller.abort("enough");
    await clock.advance(20_000);
    expect(await left).toBe("enough");
    const other = teamOf(inMemory).run(undefined as never);
    await clock.advance(15_000);
    expect(await other).toMatchObject({ status: "complete" });
    expect(asked).toBe(2);
    await clock.advance(60_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});

describe("a deadline", () => {
  it.each(["read", "take", "release"] as const)(
    "ends the waiting of who goes on with a run, where the store does not answer its %s",
    async (op) => {
      const { clock, team, faults } = await failedInMemory();
      faults.clear();
      faults.set(op, "hangs");
      const ends = [
        rejection(team.resume("run", { deadlineMs: 1_000 })),
        rejection(team.run(undefined as never, { ...RUN, deadlineMs: 1_000 })),
      ];
      await clock.advance(10_000);
      for (const end of ends) expect(await end).toMatchObject({ code: "TIMEOUT" });
      faults.clear();
      expect(await team.resume("run")).toMatchObject(REUSED);
    },
  );

  it("ends a run whose store does not answer its appends, and the run can be gone on with", async () => {
    const clock = virtualClock();
    const { store, faults } = fallible(clock);
    const team = pair(
      store,
      () => {
        if (clock.monotonic() === 0) faults.set("append", "hangs");
        return 2;
      },
      clock,
    );
    const end = rejection(team.run(undefined as never, { ...RUN, deadlineMs: 1_000 }));
    await clock.advance(30_000);
    expect(await end).toMatchObject({ code: "TIMEOUT" });
    faults.clear();
    expect(await team.resume("run")).toMatchObject(REUSED);
    await clock.advance(60_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("ends the waiting for a run that somebody else drives, and a signal does", async () => {
    const clock = virtualClock();
    const { store } = fallible(clock);
    const gate = Promise.withResolvers<number>();
    const running = pair(store, () => gate.promise, clock).run(undefined as never, RUN);
    await clock.advance(1);
    const team = pair(store, () => 3, clock);
    const late = rejection(team.run(undefined as never, { ...RUN, deadlineMs: 5_000 }));
    await clock.advance(6_000);
    expect(await late).toMatchObject({ code: "TIMEOUT" });
    const controller = new AbortController();
    const left = rejection(team.run(undefined as never, { ...RUN, signal: controller.signal }));
    await clock.advance(5_000);
    controller.abort("enough");
    await clock.advance(1);
    expect(await left).toBe("enough");
    gate.resolve(2);
    expect(await running).toMatchObject({ status: "complete" });
    expect(await team.run(undefined as never, RUN)).toMatchObject({ status: "complete" });
  });
});

describe("a run whose appends come twice", () => {
  it("is not kept from others by whoever had it", async () => {
    const inMemory = memory({ resumable: true }).store;
    const twice: Store = {
      ...inMemory,
      append(events: readonly RunEvent[], fence) {
        inMemory.append(events, fence);
        if (events.some(({ type }) => type === "call.succeeded")) inMemory.append(events, fence);
      },
    };
    await expect(pair(twice, () => 2).run(undefined as never, RUN)).rejects.toMatchObject({
      code: "SEQ_TAKEN",
    });
    expect(await pair(inMemory, () => 2).resume("run")).toMatchObject(REUSED);
  });
});
