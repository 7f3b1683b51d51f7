import { describe, expect, it } from "vitest";
import { agent, budgets, memory, supervisor } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

type Change = Store["values"]["changeAll"];

/** A team with one slot, under shared budgets, whose store changes values as `change` does. */
function setUp(scopes: readonly string[], change: (keep: Change) => Change) {
  const clock = virtualClock();
  const inMemory = memory({ clock }).store;
  const store: Store = {
    ...inMemory,
    values: { ...inMemory.values, changeAll: change(inMemory.values.changeAll) },
  };
  const asked: string[] = [];
  const [outer = "", inner] = scopes;
  const payer = agent({
    name: "payer",
    maxCost: { usd: 1 },
    ...(inner !== undefined && { budget: { usd: 10, scope: inner } }),
    run: async (task: string, { report }) => {
      asked.push(task);
      report({ usdMicros: 400_000 });
      return 1;
    },
  });
  const team = supervisor({
    name: "team",
    agents: { payer },
    budget: { usd: 10, scope: outer },
    concurrency: 1,
    retries: 0,
    backend: { store },
    clock,
  });
  return { clock, inMemory, team, asked };
}

describe("an attempt under shared budgets whose store fails", () => {
  it("leaves its slot to other runs when its run is cancelled and the store fails to take back what it had reserved", async () => {
    let changes = 0;
    const controller = new AbortController();
    const { clock, team, asked } = setUp(["all"], (keep) => async (...given) => {
      changes += 1;
      if (changes === 1) controller.abort("enough");
      if (changes === 2) throw new Error("the disk has gone");
      return keep(...given);
    });
    expect(await rejection(team.run("first", { signal: controller.signal }))).toBe("enough");
    expect((await team.run("second")).status).toBe("complete");
    expect(asked).toEqual(["second"]);
    await clock.advance(60_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("leaves its slot to other runs when its run is cancelled and the store does not answer, and what is reserved too late is free again", async () => {
    const late = Promise.withResolvers<void>();
    let changes = 0;
    const { clock, inMemory, team, asked } = setUp(["all"], (keep) => async (...given) => {
      changes += 1;
      if (changes === 1) await late.promise;
      return keep(...given);
    });
    const controller = new AbortController();
    const first = rejection(team.run("first", { signal: controller.signal }));
    await clock.advance(1_000);
    controller.abort("enough");
    await clock.advance(20_000);
    expect(await first).toBe("enough");
    expect((await team.run("second")).status).toBe("complete");
    expect(asked).toEqual(["second"]);
    late.resolve();
    await clock.advance(1);
    expect(await budgets({ store: inMemory }).of("all")).toEqual({
      spentMicros: 400_000,
      reservedMicros: 0,
      overran: false,
    });
  });

  it("reserves in all its budgets in one step and charges them in one, so that a store that fails has done all of it or nothing", async () => {
    let changes = 0;
    const { clock, inMemory, team } = setUp(["first", "second"], (keep) => (...given) => {
      changes += 1;
      if (changes === 2) throw new Error("the disk has gone");
      return keep(...given);
    });
    expect(await rejection(team.run("task"))).toMatchObject({
      code: "STORE_FAILED",
      cause: { message: "the disk has gone" },
    });
    expect(changes).toBe(2);
    const reserved = { spentMicros: 0, reservedMicros: 1_000_000 };
    for (const scope of ["first", "second"]) {
      expect(await budgets({ store: inMemory }).of(scope)).toMatchObject(reserved);
    }
    await clock.advance(1_000);
    // It works again, and is told what it could not keep.
    const spent = { spentMicros: 400_000, reservedMicros: 0 };
    for (const scope of ["first", "second"]) {
      expect(await budgets({ store: inMemory }).of(scope)).toMatchObject(spent);
    }
  });
});
