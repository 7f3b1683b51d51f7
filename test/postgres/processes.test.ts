import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { budgets } from "../../src/index.ts";
import { postgresServer } from "./server.ts";
import { checkLog, untilAllEnded, workersOf } from "./workers.ts";

const server = postgresServer();
const setUp = (options?: { readonly workMs?: number }) => workersOf(server, options);

describe("workers of one database", () => {
  it("carry out each run once between them, and stop when they are told", async () => {
    const { backend, team, worker, stop, asked } = setUp();
    const workers = await Promise.all([worker(), worker(), worker()]);
    const runs = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => team.enqueue(`task ${index}`)),
    );
    await untilAllEnded(backend, runs.length);
    for (const { runId } of runs) checkLog(await backend.store.read(runId));
    // Nobody was asked twice, and more than one process was at work.
    expect(asked()).toHaveLength(60);
    expect(new Set(asked().map((line) => line.split(" ")[0])).size).toBeGreaterThan(1);
    await Promise.all(workers.map(stop));
    expect(await budgets(backend).of("all")).toMatchObject({
      spentMicros: 600_000,
      reservedMicros: 0,
    });
  });

  it("go on with the runs of those that are killed, and pay for no answer twice", async () => {
    const { backend, team, worker } = setUp({ workMs: 60 });
    const workers = await Promise.all([worker(), worker()]);
    const runs = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => team.enqueue(`task ${index}`)),
    );
    for (let kill = 0; kill < 4; kill += 1) {
      await setTimeout(120);
      workers[kill % 2]?.kill("SIGKILL");
      workers[kill % 2] = await worker();
    }
    await untilAllEnded(backend, runs.length);
    for (const { runId } of runs) checkLog(await backend.store.read(runId));
  });

  it("refuse one that was stopped for longer than its lease and goes on: its run is another's by then", async () => {
    // So long that its work cannot have ended before it is stopped.
    const { backend, team, worker } = setUp({ workMs: 3_000 });
    const frozen = await worker();
    const { runId } = await team.enqueue("task");
    while ((await backend.store.run(runId))?.status !== "running") await setTimeout(10);
    frozen.kill("SIGSTOP");
    const other = await worker();
    await untilAllEnded(backend, 1);
    const told = once(frozen, "message");
    frozen.kill("SIGCONT");
    expect((await told)[0]).toMatchObject({ runId, error: expect.stringContaining("fence") });
    checkLog(await backend.store.read(runId));
    expect(other.connected).toBe(true);
  });

  it("wait while the database is down, and go on when it is there again", async () => {
    const { backend, team, worker } = setUp({ workMs: 100 });
    const child = await worker();
    const runs = await Promise.all([1, 2, 3, 4].map(async (task) => team.enqueue(`task ${task}`)));
    await setTimeout(150);
    await server.stop();
    await setTimeout(500);
    await server.start();
    await untilAllEnded(backend, runs.length);
    for (const { runId } of runs) checkLog(await backend.store.read(runId));
    expect(child.connected).toBe(true);
  });
});
