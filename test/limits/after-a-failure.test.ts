import { describe, expect, it } from "vitest";
import { agent, budgets, memory, supervisor } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { rejection } from "../team/rejection.ts";

const tempPath = tempPaths();

type Change = Store["values"]["changeAll"];

/** A store whose next changes of shared limits, if any are to fail, end as `fails` does. */
function failing(inner: Store, fails: (keep: () => unknown) => never) {
  let left = 0;
  const changeAll: Change = (...given) => {
    if (left === 0) return inner.values.changeAll(...given);
    left -= 1;
    return fails(() => inner.values.changeAll(...given));
  };
  const store: Store = { ...inner, values: { ...inner.values, changeAll } };
  return { store, failNext: (times: number) => void (left = times) };
}

/** A team under what processes share; its first attempt makes the store fail so many times. */
function setUp(store: Store, clock: VirtualClock, onFirst: () => void, timeoutMs = 30_000) {
  const asked: string[] = [];
  const payer = agent({
    name: "payer",
    timeoutMs,
    retries: 0,
    maxCost: { usd: 1 },
    limiters: ["one"],
    run: async (task: string, { report }) => {
      asked.push(task);
      report({ usdMicros: 10 });
      if (asked.length === 1) onFirst();
      return "done";
    },
  });
  const team = supervisor({
    name: "team",
    agents: { payer },
    limiters: { one: { scope: "one", concurrency: 1 } },
    budget: { usd: 1.5, scope: "day" },
    backend: { store },
    clock,
  });
  return { team, asked };
}

const brokenDisk = (): never => {
  throw new Error("the disk has gone");
};

describe("slots and money that processes share, after their store failed", () => {
  it.each([1_000, 30_000, Infinity])(
    "are free for the next run at once, if the timeout is %d ms",
    async (timeoutMs) => {
      const clock = virtualClock();
      const inner = memory({ resumable: true, clock }).store;
      const { store, failNext } = failing(inner, brokenDisk);
      const { team } = setUp(store, clock, () => failNext(1), timeoutMs);
      expect(await rejection(team.run("first"))).toMatchObject({ code: "STORE_FAILED" });
      expect((await team.run("second")).status).toBe("complete");
      expect(clock.monotonic()).toBe(0);
      expect(await budgets({ store: inner }).of("day")).toEqual({
        spentMicros: 20,
        reservedMicros: 0,
        overran: false,
      });
    },
  );

  it("are free for the run itself as it is resumed", async () => {
    const clock = virtualClock();
    const inner = memory({ resumable: true, clock }).store;
    const { store, failNext } = failing(inner, brokenDisk);
    const { team } = setUp(store, clock, () => failNext(1));
    expect(await rejection(team.run("first", { runId: "r" }))).toMatchObject({
      code: "STORE_FAILED",
    });
    expect((await team.resume("r")).status).toBe("complete");
    expect(clock.monotonic()).toBe(0);
  });

  it("are given back by themselves, for other processes, as soon as the store works again", async () => {
    const clock = virtualClock();
    const inner = memory({ resumable: true, clock }).store;
    const { store, failNext } = failing(inner, brokenDisk);
    const { team } = setUp(store, clock, () => failNext(5));
    expect(await rejection(team.run("first"))).toMatchObject({ code: "STORE_FAILED" });
    await clock.advance(1_000);
    const other = setUp(inner, clock, () => {});
    expect((await other.team.run("second")).status).toBe("complete");
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("are not held if the store took them and its answer was lost", async () => {
    const clock = virtualClock();
    const inner = memory({ resumable: true, clock }).store;
    const { store, failNext } = failing(inner, (keep) => {
      keep();
      throw new Error("the connection was lost");
    });
    const { team, asked } = setUp(store, clock, () => {});
    failNext(1);
    expect(await rejection(team.run("first"))).toMatchObject({ code: "STORE_FAILED" });
    expect((await team.run("second")).status).toBe("complete");
    expect([asked, clock.monotonic()]).toEqual([["second"], 0]);
  });

  it("are charged once if the store took them back and its answer was lost", async () => {
    const clock = virtualClock();
    const inner = memory({ resumable: true, clock }).store;
    const { store, failNext } = failing(inner, (keep) => {
      keep();
      throw new Error("the connection was lost");
    });
    const { team } = setUp(store, clock, () => failNext(3));
    expect(await rejection(team.run("first"))).toMatchObject({ code: "STORE_FAILED" });
    await clock.advance(60_000);
    expect(await budgets({ store: inner }).of("day")).toMatchObject({
      spentMicros: 10,
      reservedMicros: 0,
    });
  });

  it("are free in a file that could not be written to just then", async () => {
    const clock = virtualClock();
    await using inner = sqlite({ path: tempPath(), clock }).store;
    const { store, failNext } = failing(inner, brokenDisk);
    const { team } = setUp(store, clock, () => failNext(1));
    expect(await rejection(team.run("first"))).toMatchObject({ code: "STORE_FAILED" });
    expect((await team.run("second")).status).toBe("complete");
    expect(clock.monotonic()).toBe(0);
  });
});
