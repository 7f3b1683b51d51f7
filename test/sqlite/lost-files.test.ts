// What other programs do to the files of a store that is open. On Windows they cannot.

import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { agent, supervisor } from "../../src/index.ts";
import { sqlite, type SqliteStore } from "../../src/sqlite/index.ts";
import { answered, started, wholeRun } from "../../src/testing/store-contract/run-events.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

function failure(message: RegExp): unknown {
  return expect.objectContaining({ code: "STORE_FAILED", message: expect.stringMatching(message) });
}

/** A path in a folder of its own. */
function ownFolder(): string {
  const folder = tempPath();
  mkdirSync(folder);
  return `${folder}/runs.db`;
}

/** Every way to write to a store. */
const WRITES: Readonly<Record<string, (store: SqliteStore) => Promise<unknown>>> = {
  append: (store) => store.append([answered("run", 2)]),
  "the change of a value": (store) => store.values.change("key", () => 1),
  take: (store) => store.take("old"),
  release: (store) => store.release("run", 1),
};

/** Every way to read from it. */
const READS: Readonly<Record<string, (store: SqliteStore) => Promise<unknown>>> = {
  read: (store) => store.read("run"),
  runs: (store) => store.runs(),
  "reading a value": (store) => store.values.get("key"),
  "listing values": (store) => store.values.list(""),
  prune: (store) => store.prune(Infinity),
};

async function opened(path: string): Promise<SqliteStore> {
  const before = sqlite({ path }).store;
  await before.append(wholeRun("old", 200));
  await before.close();
  const store = sqlite({ path }).store;
  await store.append([started("run")]);
  return store;
}

interface Loss {
  readonly what: string;
  readonly lose: (path: string) => void;
  readonly said: RegExp;
}

const DELETED =
  /^The store ".*" was deleted or moved away while it was open: nothing is kept any more; put it back, or close the store and open it again\.$/;
const REPLACED =
  /^The store ".*" was replaced by another file while it was open: nothing is kept any more; put it back, or/;

const LOSSES: readonly Loss[] = [
  { what: "is deleted", lose: unlinkSync, said: DELETED },
  { what: "is moved", lose: (path) => renameSync(path, `${path}.old`), said: DELETED },
  {
    what: "is deleted with its folder",
    lose: (path) => rmSync(dirname(path), { recursive: true }),
    said: DELETED,
  },
  {
    what: "is moved with its folder",
    lose: (path) => renameSync(dirname(path), `${dirname(path)}-old`),
    said: DELETED,
  },
  {
    what: "is replaced by a copy of it",
    lose(path) {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
    said: REPLACED,
  },
  {
    what: "is replaced by an empty file",
    lose(path) {
      writeFileSync(`${path}.new`, "");
      renameSync(`${path}.new`, path);
    },
    said: REPLACED,
  },
  {
    what: "is cut short by some pages",
    lose: (path) => truncateSync(path, readFileSync(path).length - 8_192),
    said: /^The store ".*" was cut short from \d+ to \d+ bytes while it was open: nothing is kept any more; close the store, and restore it from a copy\.$/,
  },
  {
    what: "is cut short by a byte",
    lose: (path) => truncateSync(path, readFileSync(path).length - 1),
    said: /^The store ".*" was cut short from \d+ to \d+ bytes while it was open/,
  },
  {
    what: "is emptied",
    lose: (path) => truncateSync(path),
    said: /^The store ".*" was cut short from \d+ to 0 bytes while it was open/,
  },
];

describe.skipIf(process.platform === "win32")("a store whose file", () => {
  it.each(LOSSES)("$what says so when it is written to or read next", async ({ lose, said }) => {
    const path = ownFolder();
    await using store = await opened(path);
    lose(path);
    // Again and again, and not only once.
    for (let times = 0; times < 2; times += 1) {
      for (const use of Object.values({ ...WRITES, ...READS }))
        await expect(use(store)).rejects.toEqual(failure(said));
    }
  });

  it.each(LOSSES)("$what can still be closed", async ({ lose }) => {
    const path = ownFolder();
    const store = await opened(path);
    lose(path);
    await store.close();
  });

  it("was moved goes on when it is back", async () => {
    const path = ownFolder();
    await using store = await opened(path);
    renameSync(path, `${path}.old`);
    await expect(store.append([answered("run", 2)])).rejects.toEqual(failure(DELETED));
    renameSync(`${path}.old`, path);
    await store.append([answered("run", 2)]);
    expect(await store.read("run")).toHaveLength(2);
  });

  it("is replaced leaves the new file as it is, also when the store is closed", async () => {
    const path = ownFolder();
    const other = tempPath();
    await using another = sqlite({ path: other }).store;
    await another.append([started("another")]);
    await another.close();
    const content = readFileSync(other);
    const store = await opened(path);
    renameSync(other, path);
    await expect(store.append([answered("run", 2)])).rejects.toEqual(failure(REPLACED));
    await store.close();
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it("is a link that leads elsewhere from now on says so", async () => {
    const [path, link] = [ownFolder(), ownFolder()];
    await sqlite({ path }).store.close();
    symlinkSync(path, link);
    await using store = sqlite({ path: link }).store;
    await store.append([started("run")]);
    const other = tempPath();
    await sqlite({ path: other }).store.close();
    unlinkSync(link);
    symlinkSync(other, link);
    await expect(store.append([answered("run", 2)])).rejects.toEqual(failure(REPLACED));
  });

  it("became smaller when another program tidied it up is used as before", async () => {
    const path = ownFolder();
    await using store = await opened(path);
    const bytes = readFileSync(path).length;
    await store.prune(Infinity);
    using db = new DatabaseSync(path);
    db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    expect(readFileSync(path).length).toBeLessThan(bytes);
    await store.append([answered("run", 2)]);
    expect(await store.read("run")).toHaveLength(2);
  });

  it("became smaller, and is written back in part only because of a reader, is used as before", async () => {
    const path = ownFolder();
    await using store = await opened(path);
    await store.prune(Infinity);
    const bytes = readFileSync(path).length;
    using db = new DatabaseSync(path);
    db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    db.exec("CREATE TABLE other (id INTEGER PRIMARY KEY, content BLOB)");
    db.exec(
      "INSERT INTO other VALUES (1, zeroblob(3000)), (2, zeroblob(3000)), (3, zeroblob(3000))",
    );
    using reader = new DatabaseSync(path);
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM other").get();
    db.exec("UPDATE other SET content = randomblob(3000)");
    db.exec("PRAGMA wal_checkpoint(PASSIVE)");
    // The first page is written back, and says that there are more than the file has.
    const file = readFileSync(path);
    expect(file.length).toBeLessThan(bytes);
    expect(file.readUInt32BE(28) * 4_096).toBeGreaterThan(file.length);
    await store.append([answered("run", 2)]);
    expect(await store.read("run")).toHaveLength(2);
    expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  });

  it("is deleted fails the run that is under way, with that sentence, and no later one begins", async () => {
    const path = ownFolder();
    const store = sqlite({ path }).store;
    let asked = 0;
    const deleting = agent({
      name: "deleting",
      run() {
        asked += 1;
        unlinkSync(path);
        return "done";
      },
    });
    const team = supervisor({ name: "team", agents: { deleting }, backend: { store } });
    for (let times = 0; times < 2; times += 1)
      await expect(team.run("task")).rejects.toEqual(failure(DELETED));
    expect(asked).toBe(1);
    await store.close();
  });
});

describe.skipIf(process.platform === "win32")("a store whose log", () => {
  it.each(["-wal", "-shm"])(
    "is deleted (%s) refuses to write, as another process would make a new one, and can be read",
    async (end) => {
      const path = ownFolder();
      await using store = await opened(path);
      unlinkSync(path + end);
      for (const use of Object.values(WRITES)) {
        await expect(use(store)).rejects.toEqual(
          failure(new RegExp(`${end}" of .* was deleted or moved away while it was open`)),
        );
      }
      expect(await store.read("run")).toHaveLength(1);
    },
  );

  it.each([0, 10_000])("is cut short to %i bytes refuses to write", async (bytes) => {
    const path = ownFolder();
    await using store = await opened(path);
    await store.append([answered("run", 2)]);
    await store.append([answered("run", 3)]);
    truncateSync(`${path}-wal`, bytes);
    for (let times = 0; times < 2; times += 1) {
      await expect(store.append([answered("run", 4)])).rejects.toEqual(
        failure(/-wal" of the store was cut short from \d+ to \d+ bytes while it was open/),
      );
    }
  });

  it.each(["TRUNCATE", "RESTART"])(
    "is written back by another program (%s) is used as before",
    async (how) => {
      const path = ownFolder();
      await using store = await opened(path);
      using db = new DatabaseSync(path);
      for (let seq = 2; seq < 6; seq += 1) {
        db.exec(`PRAGMA wal_checkpoint(${how})`);
        await store.append([answered("run", seq)]);
      }
      expect(await store.read("run")).toHaveLength(5);
    },
  );
});
