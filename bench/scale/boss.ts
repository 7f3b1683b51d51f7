import pg from "pg";
import { askBy, listening, type Asking } from "./notified.ts";

// pg-boss as FACTS of queues go: one loop of fetch and complete a process, woken by a NOTIFY of its own, with results of one turn in one statement.

interface Boss {
  start(): Promise<unknown>;
  on(event: string, told: () => void): unknown;
  createQueue(name: string): Promise<unknown>;
  insert(
    name: string,
    jobs: readonly { readonly data: { readonly n: number } }[],
  ): Promise<unknown>;
  fetch(
    name: string,
    options: { readonly batchSize: number },
  ): Promise<readonly { readonly id: string; readonly data: { readonly n: number } }[] | null>;
  complete(name: string, ids: readonly string[]): Promise<unknown>;
  stop(options: { readonly graceful: boolean }): Promise<unknown>;
}

const QUEUE = "calls";
const MOST = 64;

async function bossAt(url: string): Promise<Boss> {
  // A package of this folder alone.
  const { PgBoss } = (await import("pg-boss" as string)) as {
    readonly PgBoss: new (options: object) => Boss;
  };
  const boss = new PgBoss({ connectionString: url, max: 6, supervise: false, schedule: false });
  boss.on("error", () => {});
  await boss.start();
  await boss.createQueue(QUEUE).catch(() => undefined);
  return boss;
}

/** Answers jobs in this process until it ends. */
export async function workAsBoss(url: string): Promise<void> {
  const boss = await bossAt(url);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  let isBusy = false;
  let again = false;
  const pull = async (): Promise<void> => {
    again = true;
    if (isBusy) return;
    isBusy = true;
    while (again) {
      again = false;
      const jobs = (await boss.fetch(QUEUE, { batchSize: MOST })) ?? [];
      if (jobs.length === 0) continue;
      again = true;
      await boss.complete(
        QUEUE,
        jobs.map(({ id }) => id),
      );
      await pool.query("SELECT pg_notify('done', $1)", [jobs.map(({ data }) => data.n).join()]);
    }
    isBusy = false;
  };
  await listening(url, "fresh", () => void pull());
  setInterval(() => void pull(), 500);
}

/** Sends jobs and hears of their ends. */
export async function askBoss(url: string): Promise<Asking> {
  const boss = await bossAt(url);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  return askBy(
    url,
    async (numbers) => {
      await boss.insert(
        QUEUE,
        numbers.map((n) => ({ data: { n } })),
      );
      await pool.query("SELECT pg_notify('fresh', '')");
    },
    async () => {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  );
}
