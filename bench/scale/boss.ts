import pg from "pg";

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

async function listening(url: string, channel: string, told: (payload: string) => void) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  client.on("notification", ({ payload = "" }) => told(payload));
  await client.query(`LISTEN ${channel}`);
  return client;
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
export async function askBoss(url: string) {
  const boss = await bossAt(url);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const waiting = new Map<number, () => void>();
  const client = await listening(url, "done", (payload) => {
    for (const n of payload.split(",")) waiting.get(Number(n))?.();
  });
  let sent = 0;
  return {
    async call(many: number): Promise<void> {
      const numbers = Array.from({ length: many }, () => ++sent);
      const ends = numbers.map(async (n) => new Promise<void>((done) => waiting.set(n, done)));
      await boss.insert(
        QUEUE,
        numbers.map((n) => ({ data: { n } })),
      );
      await pool.query("SELECT pg_notify('fresh', '')");
      await Promise.all(ends);
      for (const n of numbers) waiting.delete(n);
    },
    async close(): Promise<void> {
      await boss.stop({ graceful: false });
      await pool.end();
      await client.end();
    },
  };
}
