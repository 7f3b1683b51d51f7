import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type Backend, type Outcome } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";

const tempPath = tempPaths();

interface World {
  readonly clock: VirtualClock;
  readonly backend: Backend;
}

function world(): World {
  const clock = virtualClock();
  return { clock, backend: memory({ clock }) };
}

/** A team under the shared budget of $1 whose agent may cost this many dollars, costs nothing, and does `work`. */
function payer(
  { clock, backend }: World,
  name: string,
  usd: number,
  work: (task: unknown) => Promise<unknown>,
) {
  const one = agent({
    name,
    maxCost: { usd },
    timeoutMs: Infinity,
    retries: 0,
    run: async (task: unknown, { report }) => {
      report({ usdMicros: 0 });
      await work(task);
      return "done";
    },
  });
  const budget = { usd: 1, scope: "day" };
  return supervisor({ name, agents: { [name]: one }, budget, backend, clock });
}

function codeOf({ results }: Outcome): string {
  const [result] = Object.values(results);
  return result?.status === "failed" ? result.error.code : (result?.status ?? "");
}

const nothing = async (): Promise<void> => {};

describe("an agent that runs a team which needs the money that is reserved for itself", () => {
  it.each(["memory", "SQLite"])("is told at once, with a store in %s", async (kind) => {
    const clock = virtualClock();
    const backend = kind === "memory" ? memory({ clock }) : sqlite({ path: tempPath(), clock });
    const inner = payer({ clock, backend }, "inner", 0.5, nothing);
    const ends: Outcome[] = [];
    const outer = payer({ clock, backend }, "outer", 1, async () => ends.push(await inner.run(1)));
    expect(codeOf(await outer.run(1))).toBe("ok");
    expect(ends.map(codeOf)).toEqual(["DEADLOCK"]);
    expect(ends[0]?.results["inner"]).toMatchObject({
      error: { message: expect.stringContaining('budget of "day"') as string },
    });
    expect([clock.monotonic(), clock.pending, clock.pendingUnheld]).toEqual([0, 0, 0]);
    await backend.store.close?.();
  });

  it("can run another that needs less, after it was told", async () => {
    const at = world();
    const [much, little] = [0.5, 0.1].map((usd) => payer(at, `p${usd * 10}`, usd, nothing));
    const ends: string[] = [];
    const outer = payer(at, "outer", 0.9, async () => {
      for (const team of [much, little]) if (team) ends.push(codeOf(await team.run(1)));
    });
    const ended = outer.run(1);
    await at.clock.advance(2_000);
    expect(codeOf(await ended)).toBe("ok");
    expect(ends).toEqual(["DEADLOCK", "ok"]);
  });

  it("is told where several do so at once, and one that can go on then does", async () => {
    const at = world();
    const inner = payer(at, "inner", 0.5, nothing);
    const ends: string[] = [];
    const outer = payer(at, "outer", 0.5, async () => {
      // All who begin together have their money by then.
      await setImmediate();
      ends.push(codeOf(await inner.run(1)));
    });
    const ended = Promise.all([outer.run(1), outer.run(2)]);
    for (let n = 0; n < 20; n++) {
      await setImmediate();
      await at.clock.advance(100);
    }
    expect((await ended).map(codeOf)).toEqual(["ok", "ok"]);
    expect(ends.toSorted()).toEqual(["DEADLOCK", "ok"]);
  });

  it("waits where others will leave enough", async () => {
    const at = world();
    const slow = payer(
      at,
      "slow",
      0.5,
      () => new Promise<void>((resolve) => void at.clock.timer(5_000, resolve)),
    );
    const inner = payer(at, "inner", 0.5, nothing);
    const ends: string[] = [];
    const outer = payer(at, "outer", 0.5, async () => void ends.push(codeOf(await inner.run(1))));
    const ended = Promise.all([slow.run(1), outer.run(1)]);
    await at.clock.advance(4_000);
    expect(ends).toEqual([]);
    await at.clock.advance(2_000);
    await ended;
    expect(ends).toEqual(["ok"]);
  });

  it("is told at once, too, of a slot that it holds under another name", async () => {
    const { clock, backend } = world();
    const team = (name: string, work: () => Promise<unknown>) => {
      const one = agent({
        name,
        limiters: [`limiter of ${name}`],
        timeoutMs: Infinity,
        retries: 0,
        run: async () => {
          await work();
          return "done";
        },
      });
      return supervisor({
        name,
        agents: { [name]: one },
        limiters: { [`limiter of ${name}`]: { scope: "one", concurrency: 1 } },
        backend,
        clock,
      });
    };
    const inner = team("inner", nothing);
    const ends: string[] = [];
    const outer = team("outer", async () => ends.push(codeOf(await inner.run(1))));
    expect(codeOf(await outer.run(1))).toBe("ok");
    expect([ends, clock.monotonic()]).toEqual([["DEADLOCK"], 0]);
  });
});
