import { setImmediate } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Json } from "../../src/model/json.ts";
import { sqlite, type SqliteOptions } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { answered, started } from "../../src/testing/store-contract/run-events.ts";
import { checkValueLaw } from "../store/value-law.ts";
import { aes } from "./aes.ts";
import { finish, startProcess } from "./processes/run-process.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

const HOUR_MS = 3_600_000;

const more = (value: Json | undefined): Json => (typeof value === "number" ? value + 1 : 1);

function rowCount(path: string): unknown {
  using db = new DatabaseSync(path, { readOnly: true });
  return db.prepare("SELECT count(*) AS n FROM kept_values").get()?.["n"];
}

function exec(path: string, sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

const failure = (message: RegExp): unknown =>
  expect.objectContaining({ code: "STORE_FAILED", message: expect.stringMatching(message) });

describe("the values of two SQLite stores of one file", () => {
  it("do as the port says, whatever is asked of which", async () => {
    await checkValueLaw(60, (clock) => {
      const path = tempPath();
      return [sqlite({ path, clock }).store, sqlite({ path, clock }).store];
    });
  });
});

describe("a change of a value", () => {
  it("is kept in one transaction with what else is asked for in the turn", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    using other = new DatabaseSync(path, { readOnly: true });
    const seen = (): unknown => [
      other.prepare("SELECT count(*) AS n FROM kept_values").get()?.["n"],
      other.prepare("SELECT count(*) AS n FROM events").get()?.["n"],
    ];
    // Another connection sees a number that goes up by one for each transaction.
    const version = (): number =>
      Number(other.prepare("PRAGMA data_version").get()?.["data_version"]);
    const before = version();
    const all = [
      store.append([started("run")]),
      ...Array.from({ length: 50 }, (_, index) => store.values.change(`key-${index % 20}`, more)),
      store.append([answered("run", 2)]),
    ];
    expect(seen()).toEqual([0, 0]);
    await all[0];
    expect(seen()).toEqual([20, 2]);
    await Promise.all(all);
    expect(version() - before).toBe(1);
  });

  it("waits for another process without holding up the event loop, and sees what that wrote", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    await store.values.change("key", more);
    using other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE; UPDATE kept_values SET body = '41'");
    const changed = store.values.change("key", more);
    await setImmediate();
    expect(await store.values.get("key")).toBe(1);
    other.exec("COMMIT");
    expect(await changed).toBe(42);
  });

  it("fails with all of its transaction when that fails, and is not kept", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    using other = new DatabaseSync(path);
    other.exec(`CREATE TRIGGER poison BEFORE INSERT ON kept_values WHEN new.body LIKE '%poison%'
      BEGIN SELECT RAISE(ABORT, 'poisoned'); END`);
    const ends = await Promise.allSettled([
      store.values.change("fine", () => "fine"),
      store.values.change("key", () => "poison"),
    ]);
    for (const end of ends)
      expect(end).toMatchObject({ status: "rejected", reason: { code: "STORE_FAILED" } });
    expect(await store.values.list("")).toEqual([]);
    expect(await store.values.change("fine", () => "fine")).toBe("fine");
  });

  it("may not ask the store within make, and does no harm when it does", async () => {
    await using store = sqlite({ path: ":memory:" }).store;
    const asked: Promise<unknown>[] = [];
    const changed = store.values.change("key", () => {
      asked.push(store.values.get("key"), store.read("run"), store.values.change("other", more));
      return 1;
    });
    expect(await changed).toBe(1);
    const ends = await Promise.allSettled(asked);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(await store.values.list("")).toHaveLength(2);
  });

  it("may not grow the file beyond maxBytes, and the store goes on", async () => {
    await using store = sqlite({ path: tempPath(), maxBytes: 1024 * 1024 }).store;
    await store.values.change("key", () => "before");
    await expect(store.values.change("key", () => "x".repeat(2_000_000))).rejects.toEqual(
      failure(/has no room left: free some disk space, or raise maxBytes/),
    );
    expect(await store.values.get("key")).toBe("before");
    await store.values.change("key", () => "after");
    expect(await store.values.get("key")).toBe("after");
  });

  it("is refused alone, and readably, when the value was changed from outside", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    await store.values.change("bad", more);
    exec(path, "UPDATE kept_values SET body = '{oops'");
    const [bad, read, fine] = await Promise.allSettled([
      store.values.change("bad", more),
      store.values.get("bad"),
      store.values.change("fine", more),
    ]);
    for (const end of [bad, read]) {
      const reason = failure(/The value "bad" was changed from outside: it is not JSON\.$/);
      expect(end).toMatchObject({ status: "rejected", reason });
    }
    expect(fine.status).toBe("fulfilled");
  });
});

describe("values that have expired", () => {
  const open = (options: Partial<SqliteOptions> = {}) => {
    const [clock, path] = [virtualClock(), tempPath()];
    const store = sqlite({ path, clock, ...options }).store;
    const write = async (name: string, count: number, expiresAtMs?: number): Promise<void> => {
      const given = expiresAtMs === undefined ? {} : { expiresAtMs };
      await Promise.all(
        Array.from({ length: count }, (_, index) =>
          store.values.change(`${name}-${index}`, more, given),
        ),
      );
    };
    return { clock, path, store, write };
  };

  it("leave the file by and by, while others are written with an expiry", async () => {
    const { clock, path, store, write } = open();
    await using _ = store;
    await write("stays", 10);
    for (let round = 0; round < 20; round += 1) {
      await write(`round-${round}`, 50, clock.now() + 10);
      await clock.advance(10);
    }
    expect(rowCount(path)).toBeLessThanOrEqual(10 + 2 * 50);
    expect(await store.values.list("")).toHaveLength(10);
  });

  it("are pruned when they had expired before that time, in portions, and no others", async () => {
    const { clock, path, store, write } = open();
    await using _ = store;
    await write("stays", 10);
    const atMs = clock.now();
    await write("late", 10, atMs + 20);
    await write("early", 2_500, atMs + 10);
    await clock.advance(30);
    expect(await store.prune(atMs + 9)).toBe(0);
    expect(rowCount(path)).toBe(2_520);
    await store.prune(atMs + 10);
    expect(rowCount(path)).toBe(20);
    await store.prune(Infinity);
    expect(rowCount(path)).toBe(10);
  });

  it("are pruned with old runs under retainMs, also when only values are changed", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const path = tempPath();
    await using store = sqlite({ path, retainMs: 1_000 }).store;
    await store.values.change("key", more, { expiresAtMs: Date.now() + 1_000 });
    vi.advanceTimersByTime(HOUR_MS);
    await store.values.change("other", more);
    await expect.poll(() => rowCount(path)).toBe(1);
  });
});

describe("values in a store with a codec", () => {
  it("stand encoded in the file, under readable keys, and are of their key alone", async () => {
    const path = tempPath();
    const codec = aes();
    await using store = sqlite({ path, codec }).store;
    await store.values.change("cache/1", () => ({ secret: "sk-4711" }), { expiresAtMs: Infinity });
    expect(await store.values.get("cache/1")).toEqual({ secret: "sk-4711" });
    using db = new DatabaseSync(path, { readOnly: true });
    const row = db.prepare("SELECT key, body FROM kept_values").get();
    expect(
      Buffer.from(row?.["key"] as Uint8Array)
        .swap16()
        .toString("utf16le"),
    ).toBe("cache/1");
    expect(String(row?.["body"])).toMatch(/^\{"code":".*"\}$/);
    expect(String(row?.["body"])).not.toContain("4711");
    await using again = sqlite({ path, codec }).store;
    expect(await again.values.get("cache/1")).toEqual({ secret: "sk-4711" });
  });

  it("are refused in one sentence, and alone, when the codec fails", async () => {
    const codec = aes();
    const broken = { on: false };
    const failing = {
      encode: (text: string) => (broken.on ? (undefined as never) : codec.encode(text)),
      decode: (code: string) => codec.decode(broken.on ? `x${code}` : code),
    };
    const path = tempPath();
    await using store = sqlite({ path, codec: failing }).store;
    await store.values.change("key", () => "sk-4711");
    broken.on = true;
    await expect(store.values.change("new", more)).rejects.toEqual(failure(/encode returned/));
    const refused = await store.values.get("key").catch((error: unknown) => error);
    expect(refused).toEqual(failure(/The value "key" cannot be read with this codec: .*\.$/));
    expect(String((refused as Error).cause)).not.toContain("4711");
    broken.on = false;
    expect(await store.values.list("")).toEqual([{ key: "key", value: "sk-4711" }]);
  });
});

describe("a value that several processes change", () => {
  it("loses no change of two that change it 1,000 times each", async () => {
    const path = tempPath();
    const both = [1, 2].map(() => finish(startProcess("change-value.ts", [path, "1000"])));
    const numbers = new Set<string>();
    for (const end of await Promise.all(both)) {
      expect(end).toMatchObject({ code: 0, stderr: "" });
      for (const line of end.stdout.trim().split("\n")) numbers.add(line);
    }
    // No two were told the same number.
    expect(numbers.size).toBe(2_000);
    await using store = sqlite({ path }).store;
    expect(await store.values.get("count")).toBe(2_000);
  });

  it.each([3, 60, 200])(
    "has all that was told to be kept after a kill at %i printed lines",
    async (lines) => {
      const path = tempPath();
      const child = startProcess("change-value.ts", [path]);
      const { signal, stdout } = await finish(child, (printed) => {
        if (printed.split("\n").length > lines) child.kill("SIGKILL");
      });
      expect(signal).toBe("SIGKILL");
      const told = stdout.split("\n").slice(0, -1).length;
      await using store = sqlite({ path }).store;
      const kept = Number(await store.values.get("count"));
      expect(kept).toBeGreaterThanOrEqual(told);
      // Changes of one turn are kept together, and at most two turns were not told of.
      expect(kept % 5).toBe(0);
      expect(kept).toBeLessThanOrEqual(told + 10);
    },
  );
});
