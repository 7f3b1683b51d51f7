import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { started } from "../../src/testing/store-contract/run-events.ts";
import { finish, startProcess } from "./processes/run-process.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

function failure(message: RegExp): unknown {
  return expect.objectContaining({ code: "STORE_FAILED", message: expect.stringMatching(message) });
}

/** The database and its logs; not the index of a log, which SQLite makes anew whenever it likes. */
function contents(path: string): readonly (string | undefined)[] {
  return ["", "-wal", "-journal"].map((end) =>
    existsSync(path + end) ? readFileSync(path + end, "hex") : undefined,
  );
}

/** What a crash leaves of a database that this SQL has been done in, its connection still open. */
function crashed(sql: string): string {
  const [living, left] = [tempPath(), tempPath()];
  using db = new DatabaseSync(living);
  db.exec(sql);
  for (const end of ["", "-wal", "-journal"])
    if (existsSync(living + end)) copyFileSync(living + end, left + end);
  return left;
}

const WAL = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;";
const NOTES = "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine');";
// Too much to be kept in memory until the end of the transaction.
const INTERRUPTED = `PRAGMA cache_size = 2; BEGIN;
  INSERT INTO notes
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 200) SELECT hex(zeroblob(500)) FROM n;`;

describe("a database of another program", () => {
  it.each([
    ["has all its tables in the write-ahead log", WAL + NOTES],
    ["has a write-ahead log beside it", `${NOTES} ${WAL} INSERT INTO notes VALUES ('new');`],
    ["has an id, and a write-ahead log", `PRAGMA application_id = 7; ${WAL} ${NOTES}`],
    ["was left in the middle of a transaction", NOTES + INTERRUPTED],
    ["has an id, and was left in the middle", `PRAGMA application_id = 7; ${NOTES} ${INTERRUPTED}`],
  ])("that crashed is refused, and neither it nor its log changes: it %s", (_, sql) => {
    const path = crashed(sql);
    const before = contents(path);
    expect(before.filter((file) => file !== undefined && file !== "")).toHaveLength(2);
    for (let times = 0; times < 2; times += 1) {
      expect(() => sqlite({ path }).store).toThrow(
        failure(/is a database of another program: choose another path/),
      );
      expect(contents(path)).toEqual(before);
    }
    using db = new DatabaseSync(path);
    expect(db.prepare("SELECT text FROM notes").get()).toEqual({ text: "mine" });
  });

  it("that is open is refused, and its program goes on", () => {
    const path = tempPath();
    using db = new DatabaseSync(path);
    db.exec(WAL + NOTES);
    const before = contents(path);
    expect(() => sqlite({ path }).store).toThrow(failure(/is a database of another program/));
    expect(contents(path)).toEqual(before);
    db.exec("INSERT INTO notes VALUES ('more')");
    expect(db.prepare("SELECT count(*) AS count FROM notes").get()).toEqual({ count: 2 });
  });

  it("that is in the middle of a transaction is refused, and its program goes on", () => {
    const path = tempPath();
    using db = new DatabaseSync(path);
    db.exec(`${NOTES} BEGIN IMMEDIATE; INSERT INTO notes VALUES ('more');`);
    const before = contents(path);
    expect(() => sqlite({ path }).store).toThrow(failure(/is a database of another program/));
    expect(contents(path)).toEqual(before);
    db.exec("COMMIT");
  });

  it("with an empty log beside it is refused, and the log stays", () => {
    const path = crashed(`${NOTES} ${WAL}`);
    writeFileSync(`${path}-wal`, "");
    const before = contents(path);
    expect(() => sqlite({ path }).store).toThrow(failure(/is a database of another program/));
    expect(contents(path)).toEqual(before);
  });
});

describe("a database of a newer version", () => {
  it("that crashed is refused, and neither it nor its log changes", async () => {
    const [living, path] = [tempPath(), tempPath()];
    await sqlite({ path: living }).store.close();
    {
      using newer = new DatabaseSync(living);
      newer.exec("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 99");
      for (const end of ["", "-wal"]) copyFileSync(living + end, path + end);
    }
    const before = contents(path);
    expect(() => sqlite({ path }).store).toThrow(failure(/has schema version 99/));
    expect(contents(path)).toEqual(before);
  });
});

describe("a file of this package", () => {
  it("with an empty log beside it is opened", async () => {
    const path = tempPath();
    await using first = sqlite({ path }).store;
    await first.append([started("run")]);
    await first.close();
    writeFileSync(`${path}-wal`, "");
    await using store = sqlite({ path }).store;
    expect(await store.read("run")).toHaveLength(1);
  });

  it("that nobody else may read at this moment is said to be locked, with SQLite's error as the cause", async () => {
    const path = tempPath();
    await sqlite({ path }).store.close();
    using db = new DatabaseSync(path);
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE more (x)");
    expect(() => sqlite({ path, busyTimeoutMs: 0 }).store).toThrow(
      expect.objectContaining({
        code: "STORE_FAILED",
        message: expect.stringMatching(/is locked by another process: let that process finish/),
        cause: expect.objectContaining({
          errcode: expect.toSatisfy((code) => (code & 0xff) === 5),
        }),
      }),
    );
  });

  it("that another process migrates at this moment is said to be locked, and opened after", async () => {
    const path = tempPath();
    copyFileSync(new URL("../recorded/databases/schema-3.db", import.meta.url), path);
    using db = new DatabaseSync(path);
    db.exec("BEGIN IMMEDIATE");
    expect(() => sqlite({ path, busyTimeoutMs: 0 }).store).toThrow(failure(/is locked by another/));
    db.exec("ROLLBACK");
    await using store = sqlite({ path }).store;
    await store.values.change("key", () => 1);
  });

  it("without one of its tables is refused, and it is said which", async () => {
    const path = tempPath();
    await sqlite({ path }).store.close();
    {
      using db = new DatabaseSync(path);
      db.exec("DROP TABLE owners");
    }
    expect(() => sqlite({ path }).store).toThrow(
      failure(/was changed by another program \(no such table: .*owners\): restore it from a copy/),
    );
  });

  it("that was emptied, with its log left beside it, is refused as damaged, and the log stays", async () => {
    const path = tempPath();
    const left = tempPath();
    await using store = sqlite({ path }).store;
    await store.append([started("run")]);
    for (const end of ["", "-wal"]) copyFileSync(path + end, left + end);
    truncateSync(left);
    const before = contents(left);
    expect(() => sqlite({ path: left, busyTimeoutMs: 0 }).store).toThrow(
      failure(/is damaged: it is empty, and its log ".*-wal" is not; restore both from a copy/),
    );
    expect(contents(left)).toEqual(before);
  });

  it("that was deleted, with its log left beside it, begins anew", async () => {
    const path = tempPath();
    const left = tempPath();
    await using store = sqlite({ path }).store;
    await store.append([started("run")]);
    copyFileSync(`${path}-wal`, `${left}-wal`);
    await using anew = sqlite({ path: left }).store;
    expect(await anew.runs()).toEqual([]);
    await anew.append([started("run")]);
  });

  it("is found through a link to it, and one that is still to be made is made where the link leads", async () => {
    const [path, link, second] = [tempPath(), tempPath(), tempPath()];
    for (const name of [link, second]) symlinkSync(path, name);
    for (const name of [link, second]) {
      await using store = sqlite({ path: name }).store;
      await store.append([started(name)]);
    }
    await using store = sqlite({ path }).store;
    expect(await store.runs()).toHaveLength(2);
  });
});

describe.skipIf(process.platform === "win32")("a path that is no file", () => {
  it.each([
    [
      "a folder",
      (path: string) => {
        mkdirSync(path);
      },
    ],
    [
      "a device",
      (path: string) => {
        symlinkSync("/dev/null", path);
      },
    ],
  ])("is refused at once, with what it is: %s", (what, make) => {
    const path = tempPath();
    make(path);
    expect(() => sqlite({ path }).store).toThrow(
      failure(new RegExp(`^The store ".*" is ${what}, not a file: choose another path\\.$`)),
    );
  });

  it("is refused at once, with what it is: a socket", async () => {
    const path = tempPath();
    const server = createServer().listen(path);
    await once(server, "listening");
    expect(() => sqlite({ path }).store).toThrow(failure(/is a socket, not a file/));
    server.close();
  });

  // In a process of its own: whoever opens a pipe waits in the system until somebody else does.
  it("is refused at once, with what it is: a named pipe", async () => {
    const path = tempPath();
    execFileSync("mkfifo", [path]);
    const child = startProcess("append-and-leave.ts", [path]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const { code, stderr } = await finish(child);
    expect(code).toBe(1);
    expect(stderr).toMatch(/The store ".*" is a named pipe, not a file: choose another path\./);
  });
});
