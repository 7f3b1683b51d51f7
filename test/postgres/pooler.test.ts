import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agent, supervisor } from "../../src/index.ts";
import { postgres } from "../../src/postgres/index.ts";
import type { Store } from "../../src/store/store.ts";
import { storeContract } from "../../src/testing/store-contract/store-contract.ts";
import { freePort, postgresServer } from "./server.ts";

// PgBouncer is no npm package: this is tried where QUORATE_PGBOUNCER names the program.
const { QUORATE_PGBOUNCER: program } = process.env;

describe.runIf(program !== undefined)(
  "through PgBouncer, a connection for each transaction",
  () => {
    const server = postgresServer({ own: true });
    let folder = "";
    let pooler: ChildProcess | undefined;
    let url = "";

    beforeAll(async () => {
      const { port, password } = new URL(server.url);
      const own = await freePort();
      folder = mkdtempSync(join(tmpdir(), "quorate-pooler-"));
      chmodSync(folder, 0o755);
      const settings = join(folder, "pgbouncer.ini");
      writeFileSync(
        settings,
        `[databases]
postgres = host=127.0.0.1 port=${port} dbname=postgres user=postgres password='${decodeURIComponent(password)}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
${process.getuid?.() === 0 ? "user = nobody" : ""}
`,
      );
      pooler = spawn(program ?? "", [settings], { stdio: "ignore" });
      url = `postgres://anybody@127.0.0.1:${own}/postgres`;
      for (let tries = 0; ; tries++) {
        await using backend = postgres({ url, schema: server.schema(), listen: false });
        try {
          await backend.store.runs({ limit: 1 });
          return;
        } catch (error) {
          if (tries === 50) throw error;
          await sleep(100);
        }
      }
    });

    afterAll(async () => {
      const ended = new Promise((resolve) => pooler?.once("exit", resolve));
      pooler?.kill();
      await ended;
      rmSync(folder, { recursive: true });
    });

    const schemas = new WeakMap<Store, string>();
    const openAt = (schema: string): Store => {
      const { store } = postgres({ url, schema, listen: false });
      schemas.set(store, schema);
      return store;
    };
    const harness = { open: (store: Store) => openAt(schemas.get(store) ?? "") };
    for (const { name, run } of storeContract(() => openAt(server.schema()), harness))
      it(name, run);

    it("carries runs of two processes' worth of backends out, each once", async () => {
      const schema = server.schema();
      await using one = postgres({ url, schema, listen: false });
      await using other = postgres({ url, schema, listen: false });
      let asked = 0;
      const team = (backend: typeof one) =>
        supervisor({
          name: "team",
          backend,
          limiters: { shared: { scope: "shared", concurrency: 2 } },
          agents: {
            a: agent({ limiters: ["shared"], run: () => `ship ${++asked}` }),
            b: agent({ limiters: ["shared"], run: () => `ship ${++asked}` }),
          },
        });
      const outcomes = await Promise.all(
        [one, other, one, other].map((backend, at) =>
          team(backend).run("task" as never, { runId: `run-${at >> 1}` }),
        ),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill("complete"));
      expect(asked).toBe(4);
    });
  },
);
