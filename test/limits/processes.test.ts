import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { agent, budgets, supervisor, systemClock } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";

const tempPath = tempPaths();
const script = fileURLToPath(new URL("processes/work.ts", import.meta.url));

interface Told {
  readonly what: string;
  readonly atMs: number;
}

/** A process that works under a limiter and a budget with a scope, and what it has told so far. */
function startWorker(
  path: string,
  attempts: number,
  how = "works",
): { readonly child: ChildProcess; readonly told: readonly Told[] } {
  const child = fork(script, [path, `${attempts}`, how]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const told: Told[] = [];
  child.on("message", (one) => void told.push(one as Told));
  return { child, told };
}

/** How many of them were at work at once. */
function mostAtWork(told: readonly Told[]): number {
  let [atWork, most] = [0, 0];
  const ordered = told
    .filter(({ what }) => what === "begins" || what === "ends")
    .toSorted((a, b) => a.atMs - b.atMs || b.what.localeCompare(a.what));
  for (const { what } of ordered) {
    atWork += what === "begins" ? 1 : -1;
    most = Math.max(most, atWork);
  }
  return most;
}

describe("a limiter with a scope, over processes that share a SQLite file", () => {
  it("has no more at work in all of them than it lets through, and everybody gets a turn", async () => {
    const path = tempPath();
    await sqlite({ path }).store.close();
    const workers = [1, 2, 3].map(() => startWorker(path, 8));
    const exits = await Promise.all(workers.map(({ child }) => once(child, "exit")));
    expect(exits).toEqual(workers.map(() => [0, null]));
    const told = workers.flatMap((worker) => worker.told);
    expect(told.filter(({ what }) => what === "ends")).toHaveLength(24);
    expect(told.filter(({ what }) => what === "8 complete")).toHaveLength(3);
    expect(mostAtWork(told)).toBe(2);
    await using store = sqlite({ path }).store;
    expect(await budgets({ store }).of("all")).toEqual({
      spentMicros: 240_000,
      reservedMicros: 0,
      overran: false,
    });
  });

  it("gets the slots of a process that was killed back when its permits have expired, and its budget is charged with them in full", async () => {
    const path = tempPath();
    let laterMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + laterMs };
    await using store = sqlite({ path, clock }).store;
    const { child, told } = startWorker(path, 2, "hangs");
    while (told.length < 2) await once(child, "message");
    child.kill("SIGKILL");
    await once(child, "exit");
    let asked = 0;
    const worker = agent({
      name: "worker",
      maxCost: { usd: 0.1 },
      limiters: ["provider"],
      run: () => ++asked,
    });
    const budget = { usd: 100, scope: "all" };
    const waiting = supervisor({
      name: "team",
      agents: { worker },
      limiters: { provider: { scope: "provider", concurrency: 2 } },
      budget,
      backend: { store },
    }).run(1);
    await setTimeout(20);
    expect(asked).toBe(0);
    expect(await budgets({ store }).of("all")).toMatchObject({ reservedMicros: 200_000 });
    laterMs = 120_000;
    expect((await waiting).status).toBe("complete");
    expect(await budgets({ store }).of("all")).toEqual({
      spentMicros: 300_000,
      reservedMicros: 0,
      overran: false,
    });
  });
});
