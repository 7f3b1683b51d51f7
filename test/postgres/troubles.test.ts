import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { agent, budgets, supervisor, type Backend } from "../../src/index.ts";
import { postgres } from "../../src/postgres/index.ts";
import { cuttingProxy, drawing, type Cut } from "./cutting-proxy.ts";
import { postgresServer } from "./server.ts";
import { checkLog, untilAllEnded, workersOf } from "./workers.ts";

const server = postgresServer();
const CUTS: readonly Cut[] = ["before", "within", "after"];

/** Runs a team behind a way that is cut: each run ends as an undisturbed one, everybody is asked once, and all is charged once. */
async function holdsBehind(cut: (message: string) => Cut, count: number): Promise<number> {
  const proxy = await cuttingProxy(server.url, cut);
  const { team, backend, asked } = workersOf(server, { url: proxy.url, workMs: 5 });
  const outcomes = await Promise.all(
    Array.from({ length: count }, async (_, index) => team.run(`task ${index}`)),
  );
  for (const { status, runId } of outcomes) {
    expect(status).toBe("complete");
    checkLog(await backend.store.read(runId));
  }
  expect(asked()).toHaveLength(3 * count);
  expect(await budgets(backend).of("all")).toMatchObject({
    spentMicros: 30_000 * count,
    reservedMicros: 0,
  });
  return proxy.cuts;
}

describe("a way to the database that is cut", () => {
  it("at any message, before it, in its middle or after it, loses nothing and pays nothing twice", async () => {
    const draw = drawing(18);
    const cuts = await holdsBehind(
      () => (draw() < 0.12 ? CUTS[Math.floor(draw() * CUTS.length)] : undefined),
      12,
    );
    expect(cuts).toBeGreaterThan(2);
  });

  for (const [what, marks] of [
    ["append", "with_events AS"],
    ["commit", "COMMIT"],
  ] as const) {
    it(`in each ${what}, once before it, once within it and once after it, loses nothing and pays nothing twice`, async () => {
      let seen = 0;
      const cuts = await holdsBehind((message) => {
        if (!message.includes(marks)) return undefined;
        seen += 1;
        // Every second one passes.
        return seen % 2 === 0 ? undefined : CUTS[Math.floor(seen / 2) % CUTS.length];
      }, 6);
      expect(cuts).toBeGreaterThan(5);
    });
  }

  it("for workers loses none of their runs", async () => {
    const draw = drawing(4);
    const proxy = await cuttingProxy(server.url, () =>
      draw() < 0.05 ? CUTS[Math.floor(draw() * CUTS.length)] : undefined,
    );
    const { backend, team, worker, stop, asked } = workersOf(server);
    const workers = await Promise.all([worker({ url: proxy.url }), worker({ url: proxy.url })]);
    const runs = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => team.enqueue(`task ${index}`)),
    );
    await untilAllEnded(backend, runs.length);
    for (const { runId } of runs) checkLog(await backend.store.read(runId));
    expect(asked()).toHaveLength(24);
    expect(proxy.cuts).toBeGreaterThan(0);
    await Promise.all(workers.map(stop));
  });
});

describe("a worker of agents elsewhere whose way to the database is cut", () => {
  it("tells all that its agents say, in order, and asks none of them twice", async () => {
    const draw = drawing(7);
    const proxy = await cuttingProxy(server.url, () =>
      draw() < 0.25 ? CUTS[Math.floor(draw() * CUTS.length)] : undefined,
    );
    const schema = server.schema();
    const [here, there] = [server.url, proxy.url].map((url) => postgres({ url, schema }));
    onTestFinished(async () => void (await Promise.all([here?.close(), there?.close()])));
    let asked = 0;
    const gpu = agent({
      name: "gpu",
      retries: 0,
      async run(_: number, { emit, report }) {
        asked += 1;
        for (let said = 1; said <= 10; said += 1) {
          emit(said);
          report({ usdMicros: 1 });
          await setTimeout(2);
        }
        return "ship";
      },
    });
    const options = { name: "render", agents: { gpu }, elsewhere: ["gpu"] } as const;
    const taking = supervisor({ ...options, backend: there as Backend }).takeAttempts({
      agents: ["gpu"],
      atOnce: 4,
    });
    const team = supervisor({ ...options, backend: here as Backend });
    const said = await Promise.all(
      Array.from({ length: 12 }, async (_, task) => {
        const stream = team.stream(task);
        const values: unknown[] = [];
        for await (const event of stream)
          if (event.type === "call.progress") values.push(event.value);
        expect((await stream.outcome).results).toMatchObject({
          gpu: { status: "ok", attempts: 1, cost: { usdMicros: 10 } },
        });
        return values;
      }),
    );
    for (const values of said) expect(values).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(asked).toBe(12);
    expect(proxy.cuts).toBeGreaterThan(5);
    await taking.close();
  });
});

describe("workers whose clocks are minutes off", () => {
  it("take no run from one that lives, and go on with those of one that is killed", async () => {
    const { backend, team, worker, stop, asked } = workersOf(server, { workMs: 40 });
    const skewed = [-600_000, 0, 600_000];
    const workers = await Promise.all(skewed.map(async (skewMs) => worker({ skewMs })));
    const begin = async (count: number) =>
      Promise.all(Array.from({ length: count }, async (_, index) => team.enqueue(`task ${index}`)));
    const calm = await begin(9);
    await untilAllEnded(backend, calm.length);
    expect(asked()).toHaveLength(27);
    expect(new Set(asked().map((line) => line.split(" ")[0])).size).toBe(3);
    const disturbed = await begin(9);
    await expect.poll(() => asked().length, { interval: 5 }).toBeGreaterThan(30);
    workers.shift()?.kill("SIGKILL");
    await untilAllEnded(backend, disturbed.length);
    for (const { runId } of [...calm, ...disturbed]) checkLog(await backend.store.read(runId));
    // Each by its own clock.
    const starts = await Promise.all(
      calm.map(async ({ runId }) => (await backend.store.read(runId)).at(-1)?.atMs ?? 0),
    );
    expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan(500_000);
    await Promise.all(workers.map(stop));
  });
});

describe("two versions of a team side by side", () => {
  it("take none of each other's answers: not of the cache, and not within a run that goes over from one to the other", async () => {
    const { backend, teamIn, worker, asked } = workersOf(server, { workMs: 40 });
    const [old, recent] = [await worker({ version: "1" }), await worker({ version: "2" })];
    const runs = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => teamIn("1").enqueue(`task ${index % 3}`)),
    );
    await expect.poll(() => asked().length, { interval: 5 }).toBeGreaterThan(4);
    old.kill("SIGKILL");
    await untilAllEnded(backend, runs.length);
    expect(recent.connected).toBe(true);
    const versions = await Promise.all(
      runs.map(async ({ runId }) => {
        const events = await backend.store.read(runId);
        expect(events.filter(({ type }) => type === "run.finished")).toHaveLength(1);
        const { results } = await teamIn("2").resume(runId);
        return Object.values(results).map(
          (result) => result.status === "ok" && (result.output as { version: string }).version,
        );
      }),
    );
    // Whoever ended a run ended it with its own answers.
    for (const [first, ...others] of versions)
      for (const other of others) expect(other).toBe(first);
    expect(versions.flat()).toContain("2");
    // What the old version has asked is still its own.
    const before = asked().length;
    const again = await teamIn("1").run("task 0");
    for (const result of Object.values(again.results))
      expect(result).toMatchObject({ status: "ok", output: { version: "1" } });
    expect(asked().length - before).toBeLessThanOrEqual(3);
  });
});
