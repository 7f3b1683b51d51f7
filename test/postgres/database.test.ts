import { inspect } from "node:util";
import pg from "pg";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { agent, budgets, supervisor, type RunEvent } from "../../src/index.ts";
import { postgres, type PostgresOptions } from "../../src/postgres/index.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();

// Not written out in an address: what looks for secrets would find one.
const HUSH = "hush";

afterEach(() => {
  delete process.env["QUORATE_POSTGRES"];
});

/** Asks the server itself. */
async function ask(sql: string, url = server.url): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function opened(options: PostgresOptions) {
  const backend = postgres(options);
  onTestFinished(async () => backend.close());
  return backend;
}

const started = (runId: string): RunEvent => ({
  runId,
  seq: 1,
  atMs: 1,
  type: "run.started",
  supervisor: { name: "gate" },
  input: null,
});

describe("a PostgreSQL backend", () => {
  it("runs a team, whose run another process of the database goes on with and finds", async () => {
    const schema = server.schema();
    const team = (backend: ReturnType<typeof postgres>) =>
      supervisor({
        name: "gate",
        agents: {
          a: agent({ name: "a", cost: "free", run: () => "ship" }),
          b: agent({ name: "b", cost: "free", run: () => "ship" }),
        },
        budget: { usd: 1, scope: "all" },
        backend,
      });
    const [mine, theirs] = [
      opened({ url: server.url, schema }),
      opened({ url: server.url, schema }),
    ];
    const { runId } = await team(mine).enqueue(
      { diff: "x" },
      { tenant: "t", tags: { branch: "main" } },
    );
    const [resumed] = await team(theirs).resumeAll();
    expect(resumed).toMatchObject({
      runId,
      outcome: { status: "complete", verdict: { winner: "ship" } },
    });
    expect(
      await mine.store.runs({ team: "gate", tenant: "t", tag: { branch: "main" } }),
    ).toMatchObject([{ runId, status: "complete" }]);
    expect(await budgets(mine).of("all")).toMatchObject({ reservedMicros: 0 });
  });

  it("has runs of a higher priority gone on with first, looks at few of many, and tells of no more", async () => {
    const schema = server.schema();
    const [mine, theirs] = [
      opened({ url: server.url, schema }),
      opened({ url: server.url, schema }),
    ];
    const asked: string[] = [];
    const a = agent({ name: "a", run: (task: string) => void asked.push(task) });
    const team = supervisor({ name: "gate", agents: { a }, backend: mine });
    const left = Array.from({ length: 30 }, (_, index) => `task ${index}`);
    for (const [index, task] of left.entries())
      await team.enqueue(task, { priority: index === 29 ? 5 : 0, tenant: index < 3 ? "t" : "u" });
    const query = { team: "gate", limit: 2, without: [] };
    const first = await theirs.store.ready(query);
    expect(first.map(({ priority }) => priority)).toEqual([5, undefined]);
    const without = first.map(({ runId }) => runId);
    expect(await theirs.store.ready({ ...query, without, limit: 100 })).toHaveLength(28);
    expect(await theirs.store.ready({ ...query, tenant: "t", limit: 100 })).toHaveLength(3);
    const looked: number[] = [];
    const store = {
      ...theirs.store,
      async ready(given: Parameters<typeof theirs.store.ready>[0]) {
        const found = await theirs.store.ready(given);
        looked.push(found.length);
        return found;
      },
    };
    const done = Promise.withResolvers<void>();
    const kept = team.keepResuming({
      backend: { ...theirs, store },
      atOnce: 1,
      everyMs: 60_000,
      onResumed: () => asked.length === 30 && done.resolve(),
    });
    await done.promise;
    await kept.close();
    expect(asked).toEqual(["task 29", ...left.slice(0, 29)]);
    expect(Math.max(...looked)).toBeLessThan(20);
  });

  it("takes its address from QUORATE_POSTGRES, and says in one sentence what is wrong with what it is given", async () => {
    expect(() => postgres()).toThrow(
      "postgres: no database is given; use { url }, or set QUORATE_POSTGRES",
    );
    process.env["QUORATE_POSTGRES"] = server.url;
    expect(await opened({ schema: server.schema() }).store.runs()).toEqual([]);
    expect(() => postgres({ url: `https://user:${HUSH}@host` })).toThrow(
      /^postgres: url is not an address of a database; use /,
    );
    expect(() => postgres({ url: server.url, schema: 'x"; drop table runs' })).toThrow(
      "use 1 to 40 of a-z, 0-9 and _",
    );
    expect(() => postgres({ url: server.url, pool: new pg.Pool() })).toThrow(
      "url and pool are both given",
    );
    expect(() => postgres({ adress: "x" } as never)).toThrow("no option");
  });

  it.each([
    [
      "a port where nobody listens",
      `postgres://u:${HUSH}@127.0.0.1:1/x`,
      "cannot be reached: start it, or correct its address",
    ],
    [
      "a wrong password",
      () => withPassword("hush"),
      "refuses the password: set PGPASSWORD, or use a pass file",
    ],
    [
      "a database that there is not",
      () => new URL("/nothere", server.url).href,
      "does not exist: create it, or name another",
    ],
  ])("fails with what to do, and no password, at %s", async (_what, url, advice) => {
    const { store } = opened({ url: typeof url === "string" ? url : url(), patienceMs: 0 });
    const failure = await Promise.resolve(store.runs()).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining(advice) as string,
    });
    // Also not as Node prints it, with all that is in it.
    expect(JSON.stringify(failure) + inspect(failure, { depth: 20 })).not.toContain("hush");
  });

  it("passes on the words of an error of the pool, and not the client that hangs on it with its password", async () => {
    const lost = Object.assign(new Error("cut"), {
      code: "ECONNREFUSED",
      client: { password: "hush" },
    });
    const pool = { connect: () => Promise.reject(lost) };
    const { store } = opened({ pool, patienceMs: 0 });
    const failure = await store.runs().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "STORE_FAILED",
      cause: { message: "cut", code: "ECONNREFUSED" },
    });
    expect(inspect(failure, { depth: 20 })).not.toContain("hush");
  });

  it("refuses the schema of another program, and that of a newer version, and changes neither", async () => {
    const schema = server.schema();
    await ask(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.theirs (a int)`);
    await expect(opened({ url: server.url, schema }).store.runs()).rejects.toThrow(
      "is another program's: choose another schema",
    );
    const newer = server.schema();
    await opened({ url: server.url, schema: newer }).store.runs();
    await ask(`UPDATE ${newer}.quorate_schema SET version = 99`);
    await expect(opened({ url: server.url, schema: newer }).store.runs()).rejects.toThrow(
      "has version 99",
    );
    expect(await ask(`SELECT version FROM ${newer}.quorate_schema`)).toEqual([{ version: 99 }]);
  });

  it("is made once where many open it at the same time", async () => {
    const schema = server.schema();
    const all = Array.from({ length: 6 }, () =>
      opened({ url: server.url, schema, connections: 1 }),
    );
    await Promise.all(all.map(async ({ store }, index) => store.append([started(`run-${index}`)])));
    expect(await all[0]?.store.runs()).toHaveLength(6);
  });

  it("needs no more than reading and writing rows where its tables are there", async () => {
    const schema = server.schema();
    await opened({ url: server.url, schema }).store.runs();
    await ask(`
      CREATE ROLE ${schema} LOGIN PASSWORD 'hush';
      GRANT USAGE ON SCHEMA ${schema} TO ${schema};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${schema}`);
    const url = new URL(server.url);
    [url.username, url.password] = [schema, "hush"];
    const { store } = opened({ url: url.href, schema });
    await store.append([started("run")]);
    await store.release("run", 1);
    expect(await store.take("run")).toBe(2);
    await store.values.change("a", () => 1);
    await store.release("run", 2);
    expect(await store.erase({ run: "run" })).toBe(1);
    await expect(opened({ url: url.href, schema: server.schema() }).store.runs()).rejects.toThrow(
      "does not let this user do that",
    );
  });

  it("leaves a pool of the caller's open", async () => {
    const pool = new pg.Pool({ connectionString: server.url });
    onTestFinished(async () => pool.end());
    const backend = postgres({ pool, schema: server.schema() });
    await backend.store.append([started("run")]);
    await backend.close();
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });

  it("counts a change once whose answer was lost: the server is asked whether it was kept", async () => {
    const { pool, cuts } = cutting((text) => text === "COMMIT", 6);
    const { store } = opened({ pool, schema: server.schema(), listen: false });
    for (let change = 0; change < 5; change += 1)
      await store.values.change("count", (value) => Number(value ?? 0) + 1);
    expect(await store.values.get("count")).toBe(5);
    expect(cuts()).toBe(6);
  });

  it("keeps an append once whose answer was lost", async () => {
    const { pool, cuts } = cutting((text) => text.includes("gone_on"), 4);
    const { store } = opened({ pool, schema: server.schema(), listen: false });
    await store.append([started("run")]);
    for (const seq of [2, 3, 4])
      await store.append([{ runId: "run", seq, atMs: seq, type: "run.waiting", verdicts: [] }]);
    expect((await store.read("run")).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(cuts()).toBe(4);
  });
});

/** A pool whose connections are cut where a statement is meant: by turns before the server has it, and once it has carried it out. */
function cutting(isMeant: (text: string) => boolean, most: number) {
  let cuts = 0;
  const inner = new pg.Pool({ connectionString: server.url });
  inner.on("error", () => {});
  onTestFinished(async () => inner.end());
  const connect = async () => {
    const client = await inner.connect();
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
    return {
      on: client.on.bind(client),
      release: (destroy?: boolean) => client.release(destroy),
      async query(text: string, values?: readonly unknown[]) {
        if (!isMeant(text) || cuts >= most) return query(text, values);
        cuts += 1;
        if (cuts % 2 === 0) await query(text, values);
        throw Object.assign(new Error("cut"), { code: "ECONNRESET" });
      },
    };
  };
  return { pool: { connect }, cuts: () => cuts };
}

function withPassword(password: string): string {
  const url = new URL(server.url);
  url.password = password;
  return url.href;
}
