import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/model/events.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import type { RunQuery } from "../../src/store/store.ts";
import { answered, finished, started } from "../../src/testing/store-contract/run-events.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

const LARGE = "x".repeat(20_000);
const LARGE_HASH = createHash("sha256").update(JSON.stringify(LARGE)).digest("base64url");

const RUNS: Readonly<Record<string, readonly RunEvent[]>> = {
  ended: [started("ended"), answered("ended", 2, LARGE), finished("ended", 3)],
  open: [started("open", LARGE), answered("open", 2)],
};

function insertAs1(db: DatabaseSync): void {
  Object.values(RUNS).forEach((events, index) => {
    db.prepare("INSERT INTO runs (run, run_id) VALUES (?, ?)").run(
      index + 1,
      events[0]?.runId ?? "",
    );
    for (const { runId: _, seq, atMs, ...body } of events) {
      const id = (index + 1) * 16_777_216 + seq;
      db.prepare("INSERT INTO events VALUES (?, ?, ?)").run(id, atMs, JSON.stringify(body));
    }
  });
}

/** Files as earlier versions of this package made them. Never changed: such files are out there. */
const VERSIONS: Readonly<Record<string, (db: DatabaseSync) => void>> = {
  "1": (db) => {
    db.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE runs (
        run INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE
      ) STRICT;
      CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        at_ms REAL NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
      CREATE VIEW log AS
        SELECT run_id, id % 16777216 AS seq, at_ms, body ->> 'type' AS type, body
        FROM events JOIN runs ON run = id / 16777216;
      PRAGMA application_id = 1366650738;
      PRAGMA user_version = 1;`);
    insertAs1(db);
  },
  "2": (db) => {
    db.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE runs (
        run INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        owner INTEGER,
        fence INTEGER NOT NULL DEFAULT 1,
        taken_seq INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        at_ms REAL NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE owners (
        owner INTEGER PRIMARY KEY,
        pid INTEGER NOT NULL,
        host TEXT NOT NULL,
        space TEXT NOT NULL,
        lease_ms REAL NOT NULL,
        seen_ms REAL NOT NULL
      ) STRICT;
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
      CREATE VIEW log AS
        SELECT run_id, id % 16777216 AS seq, at_ms, events.body ->> 'type' AS type, events.body,
          (SELECT json_group_object(member, json(blobs.body)) FROM parts JOIN blobs USING (blob)
           WHERE event = id HAVING count(*) > 0) AS large
        FROM events JOIN runs ON run = id / 16777216;
      PRAGMA application_id = 1366650738;
      PRAGMA user_version = 2;`);
    insertAs1(db);
    movePart(db, 16_777_216 + 2, "output");
    movePart(db, 2 * 16_777_216 + 1, "input");
  },
  "3": (db) => {
    VERSIONS["2"]?.(db);
    db.exec(`
      CREATE TABLE codec (
        word TEXT NOT NULL
      ) STRICT;
      PRAGMA user_version = 3;`);
  },
  "4": (db) => {
    VERSIONS["3"]?.(db);
    db.exec(`
      CREATE TABLE kept_values (
        value INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        body TEXT NOT NULL,
        expires_ms REAL
      ) STRICT;
      CREATE INDEX kept_values_by_expiry ON kept_values (expires_ms) WHERE expires_ms IS NOT NULL;
      PRAGMA user_version = 4;`);
  },
};

/** Puts a large member of an event where version 2 keeps it. */
function movePart(db: DatabaseSync, event: number, member: string): void {
  db.exec(`
    INSERT OR IGNORE INTO blobs (hash, body)
      SELECT '${LARGE_HASH}', json_quote(body ->> '${member}') FROM events WHERE id = ${event};
    INSERT INTO parts SELECT ${event}, '${member}', blob FROM blobs;
    UPDATE events SET body = json_remove(body, '$.${member}') WHERE id = ${event};`);
}

describe.each(Object.keys(VERSIONS))("a file of version %s", (version) => {
  function oldFile(): string {
    const path = tempPath();
    using db = new DatabaseSync(path);
    VERSIONS[version]?.(db);
    return path;
  }

  it("has all its runs, and what was open is interrupted and can be taken", async () => {
    const path = oldFile();
    await using store = sqlite({ path }).store;
    for (const [runId, events] of Object.entries(RUNS))
      expect(await store.read(runId)).toEqual(events);
    const statuses = (await store.runs()).map(({ runId, status }) => `${runId} ${status}`);
    expect(statuses).toEqual(["open interrupted", "ended complete"]);

    await expect(store.append([answered("open", 3)])).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await store.take("open")).toBe(2);
    await store.append([answered("open", 3, LARGE), finished("open", 4)], 2);
    expect(await store.prune(Infinity)).toBe(2);
  });

  it("has its runs found by team and by how they stand", async () => {
    await using store = sqlite({ path: oldFile() }).store;
    const ids = async (query: RunQuery) => (await store.runs(query)).map(({ runId }) => runId);
    expect(await ids({ team: "gate" })).toEqual(["open", "ended"]);
    expect(await ids({ team: "gate", status: "complete" })).toEqual(["ended"]);
    expect(await ids({ status: "interrupted" })).toEqual(["open"]);
    expect(await ids({ team: "other" })).toEqual([]);
  });

  it("keeps values from now on", async () => {
    const path = oldFile();
    await using store = sqlite({ path }).store;
    expect(await store.values.list("")).toEqual([]);
    await store.values.change("key", () => ({ n: 1 }));
    expect(await store.values.get("key")).toEqual({ n: 1 });
  });

  it("becomes what a new file is", async () => {
    const [old, fresh] = [oldFile(), tempPath()];
    const schema = async (path: string): Promise<unknown> => {
      await sqlite({ path }).store.close();
      using db = new DatabaseSync(path);
      const tables = db.prepare("SELECT name, type FROM sqlite_schema ORDER BY name").all();
      const columns = db.prepare(
        `SELECT t.name AS "table", c.* FROM sqlite_schema t, pragma_table_xinfo(t.name) c ORDER BY 1, 2`,
      );
      const pragmas = db.prepare(
        "SELECT user_version, application_id FROM pragma_user_version, pragma_application_id",
      );
      return { tables, columns: columns.all(), pragmas: pragmas.all() };
    };
    expect(await schema(old)).toEqual(await schema(fresh));
  });

  it("is left as it is when the migration fails", async () => {
    const path = oldFile();
    const dump = (): unknown => {
      using db = new DatabaseSync(path);
      return [
        db.prepare("SELECT * FROM sqlite_schema ORDER BY name").all(),
        db.prepare("SELECT * FROM events").all(),
        db.prepare("PRAGMA user_version").all(),
      ];
    };
    {
      using db = new DatabaseSync(path);
      // In the way of a table that a later version needs.
      db.exec("CREATE TABLE labels (mine)");
    }
    const before = dump();
    expect(() => sqlite({ path }).store).toThrow(expect.objectContaining({ code: "STORE_FAILED" }));
    expect(dump()).toEqual(before);
  });

  it("goes on being written by a process of that version that has it open", async () => {
    const path = oldFile();
    using db = new DatabaseSync(path);
    const insertRun = db.prepare("INSERT INTO runs (run_id) VALUES (?)");
    const insertEvent = db.prepare("INSERT INTO events (id, at_ms, body) VALUES (?, ?, ?)");
    await using store = sqlite({ path }).store;
    await store.append([started("new")]);
    const run = Number(insertRun.run("late").lastInsertRowid);
    const { runId: _, seq, atMs, ...body } = started("late");
    insertEvent.run(run * 16_777_216 + seq, atMs, JSON.stringify(body));
    expect(await store.read("late")).toEqual([started("late")]);
    expect((await store.runs({ limit: 1 }))[0]).toMatchObject({
      runId: "late",
      status: "interrupted",
    });
    expect((await store.runs({ team: "gate" }))[0]).toMatchObject({ runId: "late" });

    // Which takes a run over and ends it.
    await store.release("new", 1);
    const id = Number(db.prepare("SELECT run FROM runs WHERE run_id = 'new'").get()?.["run"]);
    if (version !== "1") db.exec("UPDATE runs SET fence = fence + 1 WHERE run_id = 'new'");
    const { runId: _new, seq: last, atMs: lastMs, ...end } = finished("new", 2);
    insertEvent.run(id * 16_777_216 + last, lastMs, JSON.stringify(end));
    expect(await store.run("new")).toMatchObject({ status: "complete", endedAtMs: lastMs });
    expect(await store.runs({ status: "complete", limit: 1 })).toMatchObject([{ runId: "new" }]);
  });
});
