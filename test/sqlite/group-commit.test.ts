import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/model/events.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { answered, answers, started } from "../../src/testing/store-contract/run-events.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

/** The transactions in a write-ahead log, by the file's format: https://sqlite.org/fileformat2.html#the_write_ahead_log */
function commits(path: string): number {
  const wal = readFileSync(`${path}-wal`);
  const frameBytes = 24 + wal.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) {
    const current = wal.subarray(at + 8, at + 16).equals(wal.subarray(16, 24));
    const endsTransaction = wal.readUInt32BE(at + 4) > 0;
    if (current && endsTransaction) count += 1;
  }
  return count;
}

function locked(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec("BEGIN IMMEDIATE");
  return db;
}

describe("group commit", () => {
  it("writes what is appended in one turn in one transaction, over all runs", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    const before = commits(path);
    const runIds = Array.from({ length: 20 }, (_, index) => `run-${index}`);
    await Promise.all(runIds.map((runId) => store.append([started(runId)])));
    expect(commits(path) - before).toBe(1);
    await Promise.all(
      runIds.map(async (runId) => {
        // Later in the turn, and after a few promises.
        await Promise.resolve();
        await store.append(answers(runId, 2, 3));
      }),
    );
    expect(commits(path) - before).toBe(2);
    await store.append([answered("run-0", 4)]);
    await store.append([answered("run-0", 5)]);
    expect(commits(path) - before).toBe(4);
  });

  it("shows nothing to anybody before the transaction is committed", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    using other = new DatabaseSync(path, { readOnly: true });
    const count = (): unknown => other.prepare("SELECT count(*) AS n FROM events").get()?.["n"];
    const kept = store.append([started("run")]);
    expect(await store.read("run")).toEqual([]);
    expect(count()).toBe(0);
    await kept;
    expect(count()).toBe(1);
  });

  it("keeps what was appended, not what it was changed into", async () => {
    await using store = sqlite({ path: ":memory:" }).store;
    const output = { recommendation: "ship" };
    const kept = store.append([started("run"), answered("run", 2, output)]);
    output.recommendation = "hold";
    await kept;
    expect((await store.read("run", 1))[0]).toMatchObject({ output: { recommendation: "ship" } });
  });

  it("refuses an event without JSON by itself", async () => {
    await using store = sqlite({ path: ":memory:" }).store;
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    const noTime: RunEvent = { ...started("no-time"), atMs: NaN };
    const [good, ...bad] = await Promise.allSettled([
      store.append([started("run")]),
      store.append([started("circle", circle)]),
      store.append([started("big", 10n)]),
      store.append([noTime]),
    ]);
    expect(good.status).toBe("fulfilled");
    for (const one of bad)
      expect(one).toMatchObject({ status: "rejected", reason: { code: "STORE_FAILED" } });
    expect(await store.runs()).toHaveLength(1);
  });

  it("keeps nothing of a turn whose transaction failed half-way, and goes on", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    using other = new DatabaseSync(path);
    other.exec(`CREATE TRIGGER poison BEFORE INSERT ON events WHEN new.body LIKE '%poison%'
      BEGIN SELECT RAISE(ABORT, 'poisoned'); END`);
    const turn = ["fine", "poison", "fine too"].map((input, index) =>
      store.append([started(`run-${index}`, input)]),
    );
    for (const end of await Promise.allSettled(turn)) {
      expect(end).toMatchObject({ status: "rejected", reason: { code: "STORE_FAILED" } });
    }
    expect(await store.runs()).toEqual([]);
    await store.append([started("run-0", "fine")]);
    expect(await store.runs()).toHaveLength(1);
  });

  it("refuses what is for a run of another connection, and keeps the rest of the turn", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    await theirs.append([started("run")]);
    await theirs.append([answered("run", 2, "theirs")]);
    const [begun, gone, rest] = await Promise.allSettled([
      mine.append([started("run")]),
      mine.append([answered("run", 3, "mine"), answered("run", 4)]),
      mine.append([started("besides")]),
    ]);
    expect(begun).toMatchObject({ status: "rejected", reason: { code: "SEQ_TAKEN" } });
    expect(gone).toMatchObject({ status: "rejected", reason: { code: "LEASE_LOST" } });
    expect(rest.status).toBe("fulfilled");
    expect(await mine.read("run", 1)).toMatchObject([{ seq: 2, output: "theirs" }]);
  });

  it("lets one of two connections begin a run", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    const both = await Promise.allSettled([
      mine.append([started("run")]),
      theirs.append([started("run")]),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await mine.runs()).toHaveLength(1);
  });
});

describe("while another process holds the lock", () => {
  it("appends wait without holding up the event loop, and are then kept in order", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    using other = locked(path);
    const kept = [store.append([started("run")])];
    for (let seq = 2; seq <= 20; seq += 1) {
      await setImmediate();
      kept.push(store.append([answered("run", seq)]));
    }
    expect(await store.read("run")).toEqual([]);
    other.exec("ROLLBACK");
    await Promise.all(kept);
    expect(await store.read("run")).toHaveLength(20);
  });

  it("appends are refused after busyTimeoutMs, and later ones are kept", async () => {
    const path = tempPath();
    await using store = sqlite({ path, busyTimeoutMs: 5 }).store;
    using other = locked(path);
    await expect(store.append([started("run")])).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringMatching(
        /is locked by another process: let that process finish, or raise busyTimeoutMs/,
      ),
      cause: expect.objectContaining({ errcode: 5 }),
    });
    other.exec("ROLLBACK");
    await store.append([started("run")]);
  });

  it("closing waits for what is due", async () => {
    const path = tempPath();
    const store = sqlite({ path }).store;
    using other = locked(path);
    const kept = store.append([started("run")]);
    await setImmediate();
    const closed = store.close();
    other.exec("ROLLBACK");
    await closed;
    await kept;
    await using again = sqlite({ path }).store;
    expect(await again.read("run")).toMatchObject([{ type: "run.started" }]);
  });
});
