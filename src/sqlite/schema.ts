import type { DatabaseSync } from "node:sqlite";
import { QuorateError } from "../model/errors.ts";
import { EVENTS_PER_RUN } from "../store/event-row.ts";

/** In the header of each of Quorate's files: "Quor" in ASCII. */
export const APPLICATION_ID = 0x51_75_6f_72;

/** SQL for the type of an event, of a row of `events`; `NULL` if it was changed by another program. */
export const EVENT_TYPE = "CASE WHEN json_valid(body) THEN body ->> 'type' END";

/**
 * The migration from version n - 1 of the file to version n, at index n - 1. Migrations are only added. `log` is for people who open the file with
 * other tools.
 */
const MIGRATIONS: readonly string[] = [
  // A run's events have neighbouring ids: `run * EVENTS_PER_RUN + seq`. An append therefore touches one page at the end of the table instead of one
  // page of a table and one of an index, which is most of the cost of a commit.
  `CREATE TABLE runs (
     run INTEGER PRIMARY KEY,
     run_id TEXT NOT NULL UNIQUE
   ) STRICT;
   CREATE TABLE events (
     id INTEGER PRIMARY KEY,
     at_ms REAL NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE VIEW log AS
     SELECT run_id, id % ${EVENTS_PER_RUN} AS seq, at_ms, body ->> 'type' AS type, body
     FROM events JOIN runs ON run = id / ${EVENTS_PER_RUN};`,

  // The owner of a run is not a foreign key: an owner that has left, or was removed after a long silence, is gone.
  // A large value is in "blobs" once, and "parts" says of which event it is which member.
  `CREATE TABLE owners (
     owner INTEGER PRIMARY KEY,
     pid INTEGER NOT NULL,
     host TEXT NOT NULL,
     space TEXT NOT NULL,
     lease_ms REAL NOT NULL,
     seen_ms REAL NOT NULL
   ) STRICT;
   ALTER TABLE runs ADD COLUMN owner INTEGER;
   ALTER TABLE runs ADD COLUMN fence INTEGER NOT NULL DEFAULT 1;
   ALTER TABLE runs ADD COLUMN taken_seq INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE blobs (
     blob INTEGER PRIMARY KEY,
     hash TEXT NOT NULL UNIQUE,
     body TEXT NOT NULL
   ) STRICT;
   CREATE TABLE parts (
     event INTEGER NOT NULL,
     member TEXT NOT NULL,
     blob INTEGER NOT NULL,
     PRIMARY KEY (event, member)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX parts_by_blob ON parts (blob);
   DROP VIEW log;
   CREATE VIEW log AS
     SELECT run_id, id % ${EVENTS_PER_RUN} AS seq, at_ms, events.body ->> 'type' AS type, events.body,
       (SELECT json_group_object(member, json(blobs.body)) FROM parts JOIN blobs USING (blob)
        WHERE event = id HAVING count(*) > 0) AS large
     FROM events JOIN runs ON run = id / ${EVENTS_PER_RUN};`,

  // One row in a file with a codec, none in others. That is decided when the file is created.
  `CREATE TABLE codec (
     word TEXT NOT NULL
   ) STRICT;`,

  // Small values beside the runs. A key is UTF-16 with the high byte first, so that keys are ordered as in JavaScript. Values that never expire are
  // not in the index.
  `CREATE TABLE kept_values (
     value INTEGER PRIMARY KEY,
     key BLOB NOT NULL UNIQUE,
     body TEXT NOT NULL,
     expires_ms REAL
   ) STRICT;
   CREATE INDEX kept_values_by_expiry ON kept_values (expires_ms) WHERE expires_ms IS NOT NULL;`,

  // What queries use. Names and labels are hashes in a file with a codec. `team` is NULL until a run of an earlier version has been looked at.
  // `state` is the run's state by its log; NULL while it runs, and after it was taken, also by a process of an earlier version, which does not know
  // the column: then the last event tells. It has no index, which would mean three more pages to write for each run, while SQLite scans ten thousand
  // rows in a few milliseconds. `labels` outlive their run as long as values of it are kept.
  `ALTER TABLE runs ADD COLUMN team TEXT;
   ALTER TABLE runs ADD COLUMN state TEXT;
   CREATE INDEX runs_by_team ON runs (team, run);
   CREATE TRIGGER runs_taken AFTER UPDATE OF fence ON runs BEGIN
     UPDATE runs SET state = NULL WHERE run = NEW.run;
   END;
   CREATE TABLE labels (
     label TEXT NOT NULL,
     run_id TEXT NOT NULL,
     PRIMARY KEY (label, run_id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX labels_by_run ON labels (run_id);
   ALTER TABLE kept_values ADD COLUMN run_id TEXT;
   CREATE INDEX kept_values_by_run ON kept_values (run_id) WHERE run_id IS NOT NULL;`,

  // The tables are unchanged. From here on events say where their calls are, and have other types: an older version would misread them.
  "",
];

/** The last version whose runs and values lack the columns that queries use. */
const UNKNOWN_UNTIL = 4;

/** The version of the file that this package writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/**
 * Reads the version of a file's schema without changing it; 0 for an empty file. Throws `STORE_FAILED` for a file of another program or of a newer
 * version.
 */
export function schemaVersion(db: DatabaseSync, path: string): number {
  const { application, version, isEmpty } = db.isTransaction ? markOf(db) : markAtOnce(db);
  if (application !== APPLICATION_ID) {
    if (application === 0 && version === 0 && isEmpty) return 0;
    throw new QuorateError(
      "STORE_FAILED",
      `The store "${path}" is a database of another program: choose another path. It was not changed.`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new QuorateError(
      "STORE_FAILED",
      `The store "${path}" has schema version ${version}, and this Quorate knows versions up to ${SCHEMA_VERSION}: ` +
        `update Quorate, or choose another path. The file was not changed.`,
    );
  }
  return version;
}

/**
 * Brings the file to `SCHEMA_VERSION`, wholly or not at all, and returns what `check` does. `check` is told whether the tables were newly created;
 * `learn` reads what an earlier version has written. If they throw, nothing is changed. Writes nothing of its own to an up-to-date file.
 */
export function migrate<T>(
  db: DatabaseSync,
  path: string,
  check: (fresh: boolean) => T,
  learn: (checked: T) => void,
): T {
  if (schemaVersion(db, path) === SCHEMA_VERSION) return check(false);
  db.exec("BEGIN IMMEDIATE");
  try {
    // Read again: another process may have migrated while this one waited for the lock.
    const version = schemaVersion(db, path);
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    const checked = check(version === 0);
    if (version > 0 && version <= UNKNOWN_UNTIL) learn(checked);
    db.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`,
    );
    return checked;
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

/** The file's application id, version and emptiness. */
interface Mark {
  readonly application: number;
  readonly version: number;
  readonly isEmpty: boolean;
}

/** Reads all of it at one moment: another process may be creating the file. */
function markAtOnce(db: DatabaseSync): Mark {
  db.exec("BEGIN");
  try {
    return markOf(db);
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

function markOf(db: DatabaseSync): Mark {
  return {
    application: pragma(db, "application_id"),
    version: pragma(db, "user_version"),
    isEmpty: db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined,
  };
}

function pragma(db: DatabaseSync, name: "application_id" | "user_version"): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
