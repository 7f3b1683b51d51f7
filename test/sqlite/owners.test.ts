import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sqlite, type SqliteStore } from "../../src/sqlite/index.ts";
import { isNoProcess, thisPlace } from "../../src/sqlite/process-identity.ts";
import { answered, finished, started } from "../../src/testing/store-contract/run-events.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

const LEASE_MS = 30_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Lets time pass second by second, and what follows from it happen. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    vi.advanceTimersByTime(1_000);
    await setImmediate();
  }
}

/** Time passes while this process does nothing, as if it were stopped. */
function stopFor(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

async function status(store: SqliteStore): Promise<unknown> {
  return (await store.runs({ limit: 1 }))[0]?.status;
}

function change(path: string, sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

function ownerRows(path: string): readonly unknown[] {
  using db = new DatabaseSync(path, { readOnly: true });
  return db
    .prepare("SELECT pid, host, seen_ms FROM owners")
    .all()
    .map((row) => ({ ...row }));
}

describe("a store as the owner of runs", () => {
  it("is known from its first append until it closes", async () => {
    const path = tempPath();
    const store = sqlite({ path }).store;
    await store.runs();
    expect(ownerRows(path)).toEqual([]);
    await store.append([started("run")]);
    const row = { pid: process.pid, host: hostname(), seen_ms: Date.now() };
    expect(ownerRows(path)).toEqual([row]);
    await store.close();
    expect(ownerRows(path)).toEqual([]);
  });

  it("lives while it drives a run, however long that is silent", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    await mine.append([started("run")]);
    for (let minute = 0; minute < 3; minute += 1) {
      await pass(60);
      expect(await status(theirs)).toBe("running");
      await expect(theirs.take("run")).rejects.toMatchObject({ code: "RUN_OWNED" });
    }
    await mine.append([answered("run", 2)]);
  });

  it("is gone for others after leaseMs of silence, and loses what they take", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    await mine.append([started("taken"), answered("taken", 2)]);
    await mine.append([started("left")]);
    stopFor(LEASE_MS);
    await expect(theirs.take("taken")).rejects.toMatchObject({ code: "RUN_OWNED" });
    stopFor(1);
    const seen = (await theirs.runs()).map(({ status: is }) => is);
    expect(seen).toEqual(["interrupted", "interrupted"]);
    expect(await theirs.take("taken")).toBe(2);

    const [lost, kept] = await Promise.allSettled([
      mine.append([answered("taken", 3)]),
      mine.append([answered("left", 2)]),
    ]);
    expect(lost).toMatchObject({ status: "rejected", reason: { code: "LEASE_LOST" } });
    expect(kept.status).toBe("fulfilled");
    await expect(theirs.take("left")).rejects.toMatchObject({ code: "RUN_OWNED" });
  });

  it("is measured by its own leaseMs, not by that of who looks", async () => {
    const path = tempPath();
    await using patient = sqlite({ path, leaseMs: 600_000 }).store;
    await using hasty = sqlite({ path, leaseMs: 300 }).store;
    await patient.append([started("slow")]);
    await hasty.append([started("quick")]);
    stopFor(60_000);
    await expect(hasty.take("slow")).rejects.toMatchObject({ code: "RUN_OWNED" });
    expect(await patient.take("quick")).toBe(2);
  });

  it("writes nothing while it drives no run, and lives at once when it begins one", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    await mine.append([started("ended"), finished("ended", 2)]);
    const [before] = ownerRows(path);
    await pass(600);
    expect(ownerRows(path)).toEqual([before]);
    await mine.append([started("run")]);
    expect(await status(theirs)).toBe("running");
    await expect(theirs.take("run")).rejects.toMatchObject({ code: "RUN_OWNED" });
  });

  it("does not stay alive for runs that it has lost", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    await mine.append([started("run")]);
    stopFor(LEASE_MS + 1);
    await theirs.take("run");
    await expect(mine.append([answered("run", 2)])).rejects.toMatchObject({ code: "LEASE_LOST" });
    await theirs.append([finished("run", 2)], 2);
    const rows = ownerRows(path);
    await pass(120);
    expect(ownerRows(path)).toEqual(rows);
  });

  it("lives while it drives a run that it took, and until it lets go of it", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    await mine.append([started("run")]);
    await mine.release("run", 1);
    await theirs.take("run");
    await pass(120);
    expect(await status(mine)).toBe("running");
    await theirs.release("run", 2);
    const rows = ownerRows(path);
    await pass(120);
    expect(ownerRows(path)).toEqual(rows);
  });

  it("has no timer left once it is closed", async () => {
    const store = sqlite({ path: tempPath() }).store;
    await store.append([started("run")]);
    expect(vi.getTimerCount()).toBe(1);
    await store.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("shows itself after a transaction that failed with its first sign of life", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    change(
      path,
      `CREATE TRIGGER poison BEFORE INSERT ON events WHEN new.body LIKE '%poison%'
       BEGIN SELECT RAISE(ABORT, 'poisoned'); END`,
    );
    await expect(mine.append([started("run", "poison")])).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    expect(ownerRows(path)).toEqual([]);
    await mine.append([started("run")]);
    await expect(theirs.take("run")).rejects.toMatchObject({ code: "RUN_OWNED" });
  });

  it("goes on living when the clock is set back", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    await mine.append([started("run")]);
    stopFor(-3_600_000);
    await mine.append([answered("run", 2)]);
    stopFor(LEASE_MS + 1);
    expect(await status(theirs)).toBe("interrupted");
  });

  it("clears away those that have been silent for too long", async () => {
    const path = tempPath();
    await sqlite({ path }).store.close();
    change(path, `INSERT INTO owners VALUES (1, 1, 'elsewhere', '', 1000, 0)`);
    await using store = sqlite({ path }).store;
    await store.append([started("run")]);
    expect(ownerRows(path)).toHaveLength(1);
  });
});

describe("an owner of which only its row is known", () => {
  const { pid: deadPid } = spawnSync(process.execPath, ["--version"]);
  const { host, space } = thisPlace();

  async function ownedBy(owner: {
    readonly pid: number;
    readonly host: string;
    readonly space: string;
  }): Promise<SqliteStore> {
    const path = tempPath();
    const store = sqlite({ path }).store;
    await store.append([started("run")]);
    await store.close();
    using db = new DatabaseSync(path);
    db.prepare("INSERT INTO owners VALUES (?, ?, ?, ?, ?, ?)").run(
      7,
      owner.pid,
      owner.host,
      owner.space,
      LEASE_MS,
      Date.now(),
    );
    db.exec("UPDATE runs SET owner = 7");
    return sqlite({ path }).store;
  }

  it.each([
    ["is gone when its process is", { pid: deadPid, host, space }, "interrupted"],
    ["lives when its process does", { pid: process.ppid, host, space }, "running"],
    ["lives on another host", { pid: deadPid, host: "elsewhere", space }, "running"],
    [
      "lives in another container of this host's name",
      { pid: deadPid, host, space: "x" },
      "running",
    ],
  ])("%s", async (_, owner, expected) => {
    await using store = await ownedBy(owner);
    expect(await status(store)).toBe(expected);
    if (expected === "interrupted") expect(await store.take("run")).toBe(2);
    else await expect(store.take("run")).rejects.toMatchObject({ code: "RUN_OWNED" });
  });

  it("is looked for as a process of this system", () => {
    expect(isNoProcess(deadPid)).toBe(true);
    expect(isNoProcess(process.pid)).toBe(false);
  });

  it("may be a process that this user may not send signals to", () => {
    const kill = vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    });
    expect(isNoProcess(1)).toBe(false);
    kill.mockRestore();
  });
});
