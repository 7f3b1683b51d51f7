// What test:long holds over thousands of teams in memory, over some in PostgreSQL: QUORATE_LAWS says over how many.

import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe } from "vitest";
import type { Store } from "../../src/ports/index.ts";
import { postgres, type PostgresBackend } from "../../src/postgres/index.ts";
import { crashLaws } from "../durable/crash-laws.ts";
import { forkLaws } from "../durable/fork-laws.ts";
import { livingIn, type EmptyStore } from "../durable/live.ts";
import { postgresServer } from "./server.ts";

const numRuns = Number(process.env["QUORATE_LAWS"] ?? 10);

const server = postgresServer();
let backend: PostgresBackend;
let admin: pg.Client;
let tables = "";

beforeAll(async () => {
  const schema = server.schema();
  backend = postgres({ url: server.url, schema });
  await backend.store.runs({ limit: 1 });
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const { rows } = await admin.query<{ readonly name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' AND relname <> 'quorate_schema'",
    [schema],
  );
  tables = rows.map(({ name }) => `${schema}.${name}`).join();
});

afterAll(async () => {
  await backend.close();
  await admin.end();
});

/** The store with nothing in it, and with whoever waits for an answer known. */
async function emptied(): Promise<EmptyStore> {
  await admin.query(`TRUNCATE ${tables}`);
  const asked = new Set<Promise<unknown>>();
  const known = <T extends object>(object: T): T =>
    new Proxy(object, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name === "values") return known(value as object);
        if (typeof value !== "function" || name === "follow" || name === "watch") return value;
        return (...given: unknown[]): unknown => {
          const answer: unknown = Reflect.apply(value, target, given);
          if (!(answer instanceof Promise)) return answer;
          asked.add(answer);
          const over = (): boolean => asked.delete(answer);
          answer.then(over, over);
          return answer;
        };
      },
    });
  return {
    store: known(backend.store as Store),
    async settled() {
      for (let quiet = 0; quiet < 3; quiet += 1) {
        await setImmediate();
        if (asked.size === 0) continue;
        await Promise.allSettled(asked);
        quiet = -1;
      }
    },
  };
}

describe("a run in PostgreSQL that crashed", () => {
  crashLaws(livingIn(emptied), { numRuns });
});
describe("a run in PostgreSQL that is forked", () => {
  forkLaws(livingIn(emptied), { numRuns });
});
