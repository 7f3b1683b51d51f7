import type * as Sqlite from "node:sqlite";
import { QuorateError } from "../model/errors.ts";

/** Opens a file with the runtime's SQLite. Throws `STORE_FAILED` if the runtime has none. */
// Looked up when it is needed: an import would fail without a clear message, and Node 22 and 24 warn as soon as it is loaded.
export function connect(
  file: string | URL,
  options: Sqlite.DatabaseSyncOptions,
): Sqlite.DatabaseSync {
  const sqlite = process.getBuiltinModule("node:sqlite") as typeof Sqlite | undefined;
  if (sqlite !== undefined) return new sqlite.DatabaseSync(file, options);
  const { bun, deno, node } = process.versions as Readonly<Record<string, string | undefined>>;
  const here =
    bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`;
  throw new QuorateError(
    "STORE_FAILED",
    `quorate/sqlite needs node:sqlite, which this ${here} does not have; use Node 22.18 or newer, or a current Bun or Deno`,
  );
}
