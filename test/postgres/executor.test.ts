import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { postgres } from "../../src/postgres/index.ts";
import { executorAgents, executorContract } from "../../src/testing/index.ts";
import { linkedPool } from "./link.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();
const script = fileURLToPath(new URL("processes/stepper-worker.ts", import.meta.url));

describe("the executor of a PostgreSQL backend, for agents that are elsewhere", () => {
  let schema = "";
  let worker: ChildProcess | undefined;

  async function begin(): Promise<void> {
    worker = fork(script, [schema], { env: { ...process.env, QUORATE_POSTGRES: server.url } });
    await once(worker, "message");
  }

  async function end(): Promise<void> {
    if (worker === undefined) return;
    const gone = once(worker, "exit");
    worker.kill("SIGKILL");
    await gone;
  }

  beforeAll(async () => {
    schema = server.schema();
    await begin();
  });
  afterAll(end);

  const agents = new Map(
    executorAgents.map((agent) => [
      agent.name,
      { agent, tiers: new Map<string, unknown>(), elsewhere: true },
    ]),
  );
  const cases = executorContract(async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    // Each case calls its attempts the same.
    await client.query(`TRUNCATE ${schema}.attempts, ${schema}.attempt_events`);
    await client.end();
    const { pool, link } = linkedPool(server.url);
    const backend = postgres({ pool, schema });
    const executor = backend.executor(agents, "team");
    return {
      executor: {
        ...executor,
        async close() {
          link.mend();
          await backend.close();
        },
      },
      link: {
        ...link,
        async restart() {
          await end();
          await begin();
        },
      },
    };
  }, true);
  for (const { name, run } of cases) it(name, run, 30_000);
});
