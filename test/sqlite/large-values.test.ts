import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import {
  answered,
  finished,
  started,
  wholeRun,
} from "../../src/testing/store-contract/run-events.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

const MIB = 1024 * 1024;

function counts(path: string): unknown {
  using db = new DatabaseSync(path, { readOnly: true });
  return db
    .prepare("SELECT (SELECT count(*) FROM blobs) AS blobs, (SELECT count(*) FROM parts) AS parts")
    .get();
}

function bytes(path: string): number {
  using db = new DatabaseSync(path, { readOnly: true });
  const pages = db.prepare(
    "SELECT page_count - freelist_count AS used, page_size AS size FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
  );
  const row = pages.get();
  return Number(row?.["used"]) * Number(row?.["size"]);
}

describe("large values", () => {
  it("are stored once, whatever run they are of", async () => {
    const path = tempPath();
    const text = "é".repeat(MIB);
    await using store = sqlite({ path }).store;
    for (let index = 0; index < 20; index += 1) {
      const runId = `run-${index}`;
      await store.append([
        started(runId, text),
        answered(runId, 2, text),
        answered(runId, 3, [text]),
      ]);
    }
    expect(counts(path)).toEqual({ blobs: 2, parts: 60 });
    expect(bytes(path)).toBeLessThan(6 * MIB);
  });

  it("go with the last run that has them", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    const common = "x".repeat(MIB);
    for (const runId of ["a", "b"]) {
      await store.append([
        started(runId, common),
        answered(runId, 2, `${common}${runId}`),
        answered(runId, 3, common),
      ]);
    }
    await store.append([finished("a", 4)]);
    expect(await store.prune(Infinity)).toBe(1);
    expect(counts(path)).toEqual({ blobs: 2, parts: 3 });
    await store.append([finished("b", 4)]);
    expect(await store.prune(Infinity)).toBe(1);
    expect(counts(path)).toEqual({ blobs: 0, parts: 0 });
    expect(bytes(path)).toBeLessThan(MIB / 4);
  });

  it("do not stand apart when they are small", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    await store.append([...wholeRun("run", 50)]);
    expect(counts(path)).toEqual({ blobs: 0, parts: 0 });
  });

  it("are shown to other tools beside their events", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    const text = "x".repeat(10_000);
    await store.append([started("run", { text }), answered("run", 2)]);
    using db = new DatabaseSync(path, { readOnly: true });
    const rows = db.prepare("SELECT seq, type, large FROM log ORDER BY seq").all();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { seq: 1, type: "run.started", large: JSON.stringify({ input: { text } }) },
      { seq: 2, type: "call.succeeded", large: null },
    ]);
  });

  it("that were removed from outside are told, not left out", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    await store.append([started("run"), answered("run", 2, "x".repeat(10_000))]);
    using db = new DatabaseSync(path);
    db.exec("DELETE FROM blobs");
    await expect(store.read("run")).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringMatching(/changed from outside: the output of event 2 is missing/),
    });
  });

  it("are refused above 64 MiB of JSON, with the event's type and size, and the turn goes on", async () => {
    await using store = sqlite({ path: ":memory:" }).store;
    const text = "é".repeat(32 * MIB);
    const [large, besides] = await Promise.allSettled([
      store.append([started("run", text)]),
      store.append([started("besides")]),
    ]);
    expect(large).toMatchObject({
      reason: {
        code: "STORE_FAILED",
        message: expect.stringMatching(
          /Event 1 \(run\.started\) of run "run" has 671089\d\d bytes of JSON; at most 67108864/,
        ),
      },
    });
    expect(besides.status).toBe("fulfilled");
    await store.append([started("run", text.slice(1_000))]);
    const [event] = await store.read("run");
    expect(event?.type === "run.started" && event.input === text.slice(1_000)).toBe(true);
  });
});

describe("retainMs", () => {
  it("forgets old runs when the store is opened", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    // Long ago, by the events' own times.
    await store.append(wholeRun("old", 3));
    await store.append([started("open")]);
    const recent = { ...finished("recent", 2), atMs: Date.now() - 60_000 };
    await store.append([started("recent"), recent]);
    await using again = sqlite({ path, retainMs: 3_600_000 }).store;
    await expect
      .poll(async () => (await again.runs()).map(({ runId }) => runId))
      .toEqual(["recent", "open"]);
  });

  it("keeps everything by default", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    await store.append(wholeRun("old", 3));
    await using again = sqlite({ path }).store;
    await again.append([started("new")]);
    expect(await again.runs()).toHaveLength(2);
  });

  it("forgets again at most once an hour of appends", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      await using store = sqlite({ path: tempPath(), retainMs: 1_000 }).store;
      const runIds = async (): Promise<readonly string[]> =>
        (await store.runs()).map(({ runId }) => runId);
      await store.append(wholeRun("old", 2));
      for (let minute = 1; minute < 60; minute += 1) {
        vi.advanceTimersByTime(60_000);
        await store.append([minute === 1 ? started("open") : answered("open", minute)]);
      }
      expect(await runIds()).toEqual(["open", "old"]);
      vi.advanceTimersByTime(60_000);
      await store.append([answered("open", 60)]);
      await expect.poll(runIds).toEqual(["open"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("does not keep a store from closing", async () => {
    const path = tempPath();
    const store = sqlite({ path, retainMs: 0 }).store;
    await store.append(wholeRun("old", 2));
    await store.close();
    await sqlite({ path, retainMs: 0 }).store.close();
    await expect(store.runs({ limit: 1 })).rejects.toMatchObject({ code: "STORE_FAILED" });
  });
});
