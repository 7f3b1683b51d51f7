import pg from "pg";
import { askBy, type Asking } from "./notified.ts";

// DBOS: workflows of one step in a queue. It has no NOTIFY for queues and looks for work at intervals, by default once a second: here as often
// as it may be told to.

interface Dbos {
  readonly DBOS: {
    setConfig(config: object): void;
    launch(): Promise<void>;
    registerWorkflow(
      work: (n: number) => Promise<void>,
      config: { readonly name: string },
    ): (n: number) => Promise<void>;
    registerQueue(name: string, options: object): Promise<unknown>;
    runStep(step: () => Promise<void>, config: { readonly name: string }): Promise<void>;
  };
  readonly DBOSClient: {
    create(options: object): Promise<{
      enqueue(options: object, n: number): Promise<unknown>;
      destroy(): Promise<void>;
    }>;
  };
}

const [QUEUE, WORKFLOW, VERSION] = ["calls", "call", "1"];
const LOOK_EVERY_MS = 10;

async function dbos(): Promise<Dbos> {
  // A package of this folder alone.
  return (await import("@dbos-inc/dbos-sdk" as string)) as Dbos;
}

/** Answers jobs in this process until it ends. */
export async function workAsDbos(url: string): Promise<void> {
  const { DBOS } = await dbos();
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: url,
    logLevel: "error",
    applicationVersion: VERSION,
  });
  DBOS.registerWorkflow(
    async (n) =>
      DBOS.runStep(async () => void (await pool.query("SELECT pg_notify('done', $1)", [`${n}`])), {
        name: "answer",
      }),
    { name: WORKFLOW },
  );
  await DBOS.launch();
  await DBOS.registerQueue(QUEUE, { minPollingIntervalMs: LOOK_EVERY_MS });
}

/** Sends jobs and hears of their ends. */
export async function askDbos(url: string): Promise<Asking> {
  const { DBOSClient } = await dbos();
  const client = await DBOSClient.create({ systemDatabaseUrl: url, applicationName: "bench" });
  return askBy(
    url,
    async (numbers) =>
      Promise.all(
        numbers.map(async (n) =>
          client.enqueue({ workflowName: WORKFLOW, queueName: QUEUE, appVersion: VERSION }, n),
        ),
      ),
    async () => client.destroy(),
  );
}
