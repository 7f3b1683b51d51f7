import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import type { RunEvent } from "../../src/index.ts";
import { postgres, type PostgresBackend, type PostgresOptions } from "../../src/postgres/index.ts";
import { teamOf } from "./processes/team.ts";
import type { TestServer } from "./server.ts";

const skew = new URL("processes/skewed-clock.ts", import.meta.url).href;
const script = fileURLToPath(new URL("processes/worker.ts", import.meta.url));

/** How a worker's process differs from others. */
export interface WorkerSettings {
  /** How its database is reached; directly where left out. */
  readonly url?: string;
  /** How far its clock is off, in ms. */
  readonly skewMs?: number;
  /** Of the agents of its team. */
  readonly version?: string;
}

/** A schema with a team in it, and processes that carry out its runs. */
export function workersOf(
  server: TestServer,
  { workMs = 20, url = server.url, ...options }: { workMs?: number } & PostgresOptions = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "quorate-workers-"));
  const file = join(folder, "asked");
  writeFileSync(file, "");
  const schema = server.schema();
  const backend = postgres({ url, schema, patienceMs: 20_000, ...options });
  const workers = new Set<ChildProcess>();
  onTestFinished(async () => {
    for (const child of workers) child.kill("SIGKILL");
    await backend.close();
    rmSync(folder, { recursive: true });
  });
  return {
    backend,
    schema,
    team: teamOf(backend, file, workMs),
    asked: () => readFileSync(file, "utf8").split("\n").slice(0, -1),
    teamIn: (version: string) => teamOf(backend, file, workMs, version),
    async worker({ url: own = server.url, skewMs, version = "" }: WorkerSettings = {}) {
      const env = { ...process.env, QUORATE_POSTGRES: own, SKEW_MS: `${skewMs ?? 0}` };
      const execArgv = skewMs === undefined ? [] : ["--import", skew];
      const child = fork(script, [schema, file, `${workMs}`, version], { env, execArgv });
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
export async function untilAllEnded({ store }: PostgresBackend, count: number): Promise<void> {
  for (;;) {
    const left = await store.runs({ status: ["running", "interrupted"], limit: count });
    if (left.length === 0) return;
    await setTimeout(50);
  }
}

/** That a run ended once, as an undisturbed one, and that nobody was asked again whose answer is in its log. */
export function checkLog(events: readonly RunEvent[]): void {
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
