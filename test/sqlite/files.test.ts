import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { sqlite, type SqliteOptions } from "../../src/sqlite/index.ts";
import {
  answered,
  finished,
  started,
  wholeRun,
} from "../../src/testing/store-contract/run-events.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

function failure(message: RegExp): unknown {
  return expect.objectContaining({ code: "STORE_FAILED", message: expect.stringMatching(message) });
}

/** Everything that stands beside a path, and what is in it. */
function everything(path: string): readonly (readonly [string, string])[] {
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(basename(path)))
    .map((name) => [name, readFileSync(`${dirname(path)}/${name}`, "hex")] as const);
}

function change(path: string, sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

describe("the file of a SQLite store", () => {
  it.skipIf(process.platform === "win32")(
    "is its owner's alone, with the files beside it",
    async () => {
      const path = tempPath();
      await using store = sqlite({ path }).store;
      await store.append([started("run")]);
      for (const file of [path, `${path}-wal`, `${path}-shm`])
        expect(statSync(file).mode & 0o777).toBe(0o600);
    },
  );

  it("is one file again once the store is closed", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    await store.append([started("run")]);
    await store.close();
    expect(everything(path).map(([name]) => name)).toEqual([basename(path)]);
  });

  it.each([1, 100, 4_096, 5_000])(
    "is used as before when %i bytes were appended to it, which SQLite does not read",
    async (bytes) => {
      const path = tempPath();
      const before = sqlite({ path }).store;
      await before.append(wholeRun("run", 40));
      await before.close();
      appendFileSync(path, Buffer.alloc(bytes, 10));
      await using store = sqlite({ path }).store;
      await store.append([started("next")]);
      expect(await store.read("run")).toEqual(wholeRun("run", 40));
    },
  );

  it("may be an empty file at first", async () => {
    const path = tempPath();
    writeFileSync(path, "");
    await using store = sqlite({ path }).store;
    await store.append([started("run")]);
    expect(await store.read("run")).toHaveLength(1);
  });

  it("shows its events to other tools in the view `log`", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    await store.append(wholeRun("first", 2));
    await store.append([started("second"), answered("second", 2)]);
    using db = new DatabaseSync(path, { readOnly: true });
    const rows = db.prepare("SELECT run_id, seq, type FROM log ORDER BY run_id, seq").all();
    expect(rows.map((row) => Object.values(row).join(" "))).toEqual([
      "first 1 run.started",
      "first 2 run.finished",
      "second 1 run.started",
      "second 2 call.succeeded",
    ]);
  });

  it("is refused, untouched, when it is no database", () => {
    const path = tempPath();
    writeFileSync(path, "Dear diary, ".repeat(1_000));
    const before = everything(path);
    expect(() => sqlite({ path }).store).toThrow(
      failure(/is not a SQLite database: choose another path/),
    );
    expect(everything(path)).toEqual(before);
  });

  it.each([
    ["has tables", "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')"],
    ["has tables, in WAL mode", "PRAGMA journal_mode = WAL; CREATE TABLE notes (text)"],
    ["has another application's id", "PRAGMA application_id = 7"],
    ["has a version and no application's id", "PRAGMA user_version = 1"],
  ])("is refused, untouched, when it is another program's: %s", (_, sql) => {
    const path = tempPath();
    change(path, sql);
    const before = everything(path);
    expect(() => sqlite({ path }).store).toThrow(
      failure(/is a database of another program: choose another path/),
    );
    expect(everything(path)).toEqual(before);
  });

  it("is refused, untouched, when a newer version wrote it", async () => {
    const path = tempPath();
    await sqlite({ path }).store.close();
    change(path, "PRAGMA user_version = 99");
    const before = everything(path);
    expect(() => sqlite({ path }).store).toThrow(
      failure(/has schema version 99, and this Quorate knows versions up to 6: update/),
    );
    expect(everything(path)).toEqual(before);
  });

  it("is refused when a newer version is writing it at this moment", async () => {
    const path = tempPath();
    await sqlite({ path }).store.close();
    using newer = new DatabaseSync(path);
    // Stands in the write-ahead log only, as long as this connection is open.
    newer.exec("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 99");
    expect(() => sqlite({ path }).store).toThrow(failure(/schema version 99/));
  });

  it("is refused when half a character is in its name, which no file can have", () => {
    expect(() => sqlite({ path: `${tempPath()}\ud800.db` })).toThrow(
      expect.objectContaining({
        code: "BAD_OPTIONS",
        message: expect.stringContaining("name a file"),
      }),
    );
  });

  it("is refused when its folder does not exist", () => {
    expect(() => sqlite({ path: `${tempPath()}/no/where.db` }).store).toThrow(
      failure(/check that its folder exists/),
    );
  });

  it("is named in the refusal of a log that was changed from outside", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    await store.append([started("run"), answered("run", 2)]);
    change(path, "UPDATE events SET body = '{oops' WHERE id % 16777216 = 2");
    await expect(store.read("run")).rejects.toEqual(
      failure(/run "run" was changed from outside: event 2 is not JSON/),
    );
    await expect(store.runs()).rejects.toEqual(failure(/was changed from outside/));
  });

  it("may not grow beyond maxBytes: what does not fit is refused whole, and the store goes on", async () => {
    await using store = sqlite({ path: tempPath(), maxBytes: 1024 * 1024 }).store;
    await store.append([started("run")]);
    const besides = store.append([started("besides")]);
    const large = store.append([answered("run", 2, "x".repeat(2_000_000))]);
    for (const kept of [large, besides])
      await expect(kept).rejects.toEqual(failure(/has no room left: free some disk space/));
    expect(await store.read("besides")).toEqual([]);

    await expect(store.append([answered("run", 3)])).rejects.toMatchObject({ code: "SEQ_TAKEN" });
    await store.append([answered("run", 2, "small")]);
    expect(await store.read("run")).toHaveLength(2);
  });
});

describe("a full disk", () => {
  it("refuses whole appends with a large value, and takes what prune made room for", async () => {
    const path = tempPath();
    await using store = sqlite({ path, maxBytes: 2 * 1024 * 1024 }).store;
    const text = (index: number): string => `${index}${"x".repeat(300_000)}`;
    let kept = 0;
    for (let index = 0; ; index += 1) {
      const runId = `run-${index}`;
      const events = [started(runId), answered(runId, 2, text(index)), finished(runId, 3)];
      try {
        await store.append(events);
      } catch (error) {
        expect(error).toEqual(failure(/has no room left: free some disk space, or raise maxBytes/));
        expect(await store.read(runId)).toEqual([]);
        break;
      }
      kept += 1;
      expect(kept).toBeLessThan(10);
    }
    expect(await store.runs()).toHaveLength(kept);
    expect(await store.prune(Infinity)).toBe(kept);
    await store.append([started("new"), answered("new", 2, text(0))]);
    expect(await store.read("new")).toHaveLength(2);
    expect(statSync(path).size).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  it("does not keep a run from being taken and let go of", async () => {
    await using store = sqlite({ path: tempPath(), maxBytes: 1024 * 1024 }).store;
    await store.append([started("run")]);
    await expect(store.append([answered("run", 2, "x".repeat(2_000_000))])).rejects.toEqual(
      failure(/has no room left/),
    );
    await store.release("run", 1);
    expect(await store.take("run")).toBe(2);
    await store.append([answered("run", 2)], 2);
  });
});

describe("the options of a SQLite store", () => {
  it.each<Partial<Record<keyof SqliteOptions, unknown>>>([
    { path: "" },
    { path: "a\0b" },
    { path: 7 },
    { sync: "off" },
    { busyTimeoutMs: -1 },
    { busyTimeoutMs: 0.5 },
    { busyTimeoutMs: Infinity },
    { maxBytes: 4096 },
    { maxBytes: NaN },
    { leaseMs: 299 },
    { leaseMs: 300.5 },
    { leaseMs: 86_400_001 },
    { leaseMs: "1" },
    { clock: null },
    { clock: { now: 1 } },
    { retainMs: -1 },
    { retainMs: NaN },
    { retainMs: null },
    { codec: null },
    { codec: "aes" },
    { codec: {} },
    { codec: { encode: String } },
    { codec: { encode: "x", decode: String } },
  ])("refuse %o", (wrong) => {
    const options = { path: ":memory:", ...wrong } as SqliteOptions;
    expect(() => sqlite(options).store).toThrow(expect.objectContaining({ code: "BAD_OPTIONS" }));
  });
});
