import pg from "pg";
import { askBy, type Asking } from "./notified.ts";

// graphile-worker as its documentation runs it: jobs by add_jobs, woken by its own NOTIFY; its logger is off, which costs it much.

interface Graphile {
  readonly Logger: new (make: () => () => void) => object;
  run(options: object): Promise<{ stop(): Promise<void> }>;
  makeWorkerUtils(options: object): Promise<{
    migrate(): Promise<void>;
    addJobs(
      jobs: readonly { readonly identifier: string; readonly payload: object }[],
    ): Promise<unknown>;
    release(): Promise<unknown>;
  }>;
}

const TASK = "call";
// As many jobs at once as it has connections.
const AT_ONCE = 10;

async function graphile(): Promise<Graphile> {
  // A package of this folder alone.
  return (await import("graphile-worker" as string)) as Graphile;
}

/** Answers jobs in this process until it ends. */
export async function workAsGraphile(url: string): Promise<void> {
  const { run, Logger } = await graphile();
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  await run({
    connectionString: url,
    concurrency: AT_ONCE,
    maxPoolSize: AT_ONCE,
    noHandleSignals: true,
    parsedCronItems: [],
    logger: new Logger(() => () => {}),
    taskList: {
      [TASK]: async ({ n }: { readonly n: number }) => {
        await pool.query("SELECT pg_notify('done', $1)", [`${n}`]);
      },
    },
  });
}

/** Sends jobs and hears of their ends. */
export async function askGraphile(url: string): Promise<Asking> {
  const { makeWorkerUtils, Logger } = await graphile();
  const utils = await makeWorkerUtils({
    connectionString: url,
    logger: new Logger(() => () => {}),
  });
  await utils.migrate();
  return askBy(
    url,
    async (numbers) => utils.addJobs(numbers.map((n) => ({ identifier: TASK, payload: { n } }))),
    async () => utils.release(),
  );
}
