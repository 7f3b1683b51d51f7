import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { budgets, type RunEvent } from "../../src/index.ts";
import { postgres, type PostgresBackend } from "../../src/postgres/index.ts";
import { teamOf } from "./processes/team.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();
const script = fileURLToPath(new URL("processes/worker.ts", import.meta.url));

/** A schema with a team in it, and processes that carry out its runs. */
function setUp({ workMs = 20 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "quorate-workers-"));
  const file = join(folder, "asked");
  writeFileSync(file, "");
  const schema = server.schema();
  const backend = postgres({ url: server.url, schema, patienceMs: 20_000 });
  const workers = new Set<ChildProcess>();
  onTestFinished(async () => {
    for (const child of workers) child.kill("SIGKILL");
    await backend.close();
    rmSync(folder, { recursive: true });
  });
  return {
    backend,
    team: teamOf(backend, file, workMs),
    asked: () => readFileSync(file, "utf8").split("\n").slice(0, -1),
    async worker() {
      const env = { ...process.env, QUORATE_POSTGRES: server.url };
      const child = fork(script, [schema, file, `${workMs}`], { env });
      workers.add(child);
      await once(child, "message");
      return child;
    },
    async stop(child: ChildProcess) {
      workers.delete(child);
      const gone = once(child, "exit");
      child.send("stop");
      await gone;
    },
  };
}

/** Until all runs have ended. */
async function untilAllEnded({ store }: PostgresBackend, count: number): Promise<void> {
  for (;;) {
    const left = await store.runs({ status: ["running", "interrupted"], limit: count });
    if (left.length === 0) return;
    await setTimeout(50);
  }
}

/** That a run ended once, as an undisturbed one, and that nobody was asked again whose answer is in its log. */
function checkLog(events: readonly RunEvent[]): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const ends = events.filter(({ type }) => type === "run.finished");
  expect(ends).toHaveLength(1);
  expect(events.at(-1)).toBe(ends[0]);
  expect(ends[0]).toMatchObject({ status: "complete" });
  const verdicts = events.flatMap((event) =>
    event.type === "verdict.reached" ? [event.verdict.winner] : [],
  );
  expect(verdicts).toEqual(["ship"]);
  for (const name of ["a", "b", "c"]) {
    const own = events.filter((event) => "agent" in event && event.agent === name);
    const answered = own.filter(({ type }) => type === "call.succeeded");
    expect(answered).toHaveLength(1);
    const after = own.slice(own.indexOf(answered[0] as RunEvent) + 1);
    expect(after.filter(({ type }) => type === "call.started")).toEqual([]);
  }
}

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
    const { backend, team, worker } = setUp({ workMs: 300 });
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
