import { QuorateError } from "../model/errors.ts";
import type { Connection } from "./database.ts";

/**
 * The migration from version n - 1 of the schema to version n, at index n - 1. Migrations are only added. Columns with names and ids are written by
 * `toText`, since a PostgreSQL text cannot hold a NUL.
 */
const MIGRATIONS: readonly string[] = [
  // `state` is the run's state by its log: NULL while it runs. `head` is JSON of parts of its first event. `labels` are its tenant and tags; they
  // outlive their run as long as values of it are kept. Keys of values are UTF-16 with the high byte first, so that they are ordered as in JavaScript.
  `CREATE TABLE owners (
     owner bigint PRIMARY KEY,
     name text NOT NULL,
     lease_ms double precision NOT NULL,
     seen timestamptz NOT NULL
   );
   CREATE TABLE runs (
     run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     run_id text COLLATE "C" NOT NULL UNIQUE,
     team text COLLATE "C" NOT NULL,
     head text NOT NULL,
     started_ms double precision NOT NULL,
     last_ms double precision NOT NULL,
     last_seq integer NOT NULL,
     state text COLLATE "C",
     owner bigint,
     fence integer NOT NULL DEFAULT 1,
     taken_seq integer NOT NULL DEFAULT 0
   ) WITH (fillfactor = 70);
   CREATE INDEX runs_by_team ON runs (team, run);
   CREATE INDEX runs_open ON runs (run) WHERE state IS NULL OR state = 'waiting';
   CREATE INDEX runs_by_start ON runs (started_ms, run);
   CREATE TABLE events (
     run bigint NOT NULL,
     seq integer NOT NULL,
     at_ms double precision NOT NULL,
     body text NOT NULL,
     PRIMARY KEY (run, seq)
   );
   CREATE TABLE blobs (
     hash text COLLATE "C" PRIMARY KEY,
     body text NOT NULL
   );
   CREATE TABLE parts (
     run bigint NOT NULL,
     seq integer NOT NULL,
     member text COLLATE "C" NOT NULL,
     hash text COLLATE "C" NOT NULL REFERENCES blobs,
     PRIMARY KEY (run, seq, member)
   );
   CREATE INDEX parts_by_hash ON parts (hash);
   CREATE TABLE labels (
     label text COLLATE "C" NOT NULL,
     run_id text COLLATE "C" NOT NULL,
     PRIMARY KEY (label, run_id)
   );
   CREATE INDEX labels_by_run ON labels (run_id);
   CREATE TABLE kept_values (
     key bytea PRIMARY KEY,
     body text NOT NULL,
     expires_ms double precision,
     run_id text COLLATE "C"
   );
   CREATE INDEX kept_values_by_expiry ON kept_values (expires_ms) WHERE expires_ms IS NOT NULL;
   CREATE INDEX kept_values_by_run ON kept_values (run_id) WHERE run_id IS NOT NULL;`,
  // The attempts of agents that run elsewhere, and their events. `request` is removed when the attempt has stopped. Attempts of a run with a higher
  // priority are taken first.
  `ALTER TABLE runs ADD COLUMN priority integer NOT NULL DEFAULT 0;
   CREATE TABLE attempts (
     attempt bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     attempt_id text COLLATE "C" NOT NULL UNIQUE,
     run_id text COLLATE "C" NOT NULL,
     queue text COLLATE "C" NOT NULL,
     priority integer NOT NULL,
     state text COLLATE "C" NOT NULL,
     since timestamptz NOT NULL,
     request text,
     cancelled text,
     sender bigint NOT NULL,
     worker bigint,
     fence integer NOT NULL DEFAULT 0,
     last_seq integer NOT NULL DEFAULT 0
   ) WITH (fillfactor = 70);
   CREATE INDEX attempts_queued ON attempts (queue, priority DESC, attempt) WHERE state = 'queued';
   CREATE INDEX attempts_taken ON attempts (worker) WHERE state = 'taken';
   CREATE INDEX attempts_by_run ON attempts (run_id);
   CREATE TABLE attempt_events (
     attempt bigint NOT NULL,
     seq integer NOT NULL,
     body text NOT NULL,
     PRIMARY KEY (attempt, seq)
   );
   CREATE TABLE serving (
     owner bigint NOT NULL,
     queue text COLLATE "C" NOT NULL,
     PRIMARY KEY (owner, queue)
   );`,
  `CREATE INDEX runs_ready ON runs (team, priority DESC, run) WHERE state IS NULL;`,
];

/** The version of the schema that this package writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

// Any number that all processes of this package share: a process that creates tables waits for one that is creating them.
const MIGRATION_LOCK = "8174423361";

/**
 * Brings a schema to `SCHEMA_VERSION`, wholly or not at all. Writes nothing if it is up to date, so that a user without the right to create tables
 * can use those of another user. Throws `STORE_FAILED` for a schema of another program or of a newer version.
 */
export async function migrate(connection: Connection, schema: string, name: string): Promise<void> {
  if ((await versionOf(connection, schema, name)) === SCHEMA_VERSION) return;
  await connection.query("BEGIN");
  await connection.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
  // Read again: another process may have created it while this one waited.
  const version = await versionOf(connection, schema, name);
  if (version === 0) await connection.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await connection.query(`SET LOCAL search_path = ${schema}`);
  if (version === 0)
    await connection.query("CREATE TABLE quorate_schema (version integer NOT NULL)");
  for (const sql of MIGRATIONS.slice(version)) await connection.query(sql);
  await connection.query("DELETE FROM quorate_schema");
  await connection.query("INSERT INTO quorate_schema VALUES ($1)", [SCHEMA_VERSION]);
  await connection.query("COMMIT");
}

/** 0 if there is no schema, or an empty one. */
async function versionOf(connection: Connection, schema: string, name: string): Promise<number> {
  const tables = await connection.query(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'",
    [schema],
  );
  if (tables.length === 0) return 0;
  if (!tables.some((table) => table["name"] === "quorate_schema")) {
    throw new QuorateError(
      "STORE_FAILED",
      `The schema "${schema}" of the database ${name} is another program's: choose another schema. It was not changed.`,
    );
  }
  const [row] = await connection.query(`SELECT version FROM ${schema}.quorate_schema`);
  const version = Number(row?.["version"]);
  if (version <= SCHEMA_VERSION) return version;
  throw new QuorateError(
    "STORE_FAILED",
    `The schema "${schema}" of the database ${name} has version ${version}, and this Quorate knows versions up to ${SCHEMA_VERSION}: ` +
      `update Quorate, or choose another schema. It was not changed.`,
  );
}

/** A text as a column holds it: a PostgreSQL text cannot hold a NUL. */
export function toText(text: string): string {
  return text.replaceAll(/[\\\0]/g, (one) => (one === "\0" ? "\\0" : "\\\\"));
}

/** Reverses {@link toText}. */
export function fromText(text: string): string {
  return text.replaceAll(/\\[\\0]/g, (two) => (two === "\\0" ? "\0" : "\\"));
}
