import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, describe, expect, it } from "vitest";
import { QuorateError } from "../../src/model/errors.ts";
import type { RunEvent } from "../../src/model/events.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import {
  answered,
  answers,
  started,
  wholeRun,
} from "../../src/testing/store-contract/run-events.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

const WAL_HEADER_BYTES = 32;
const RUN_IDS = ["a", "b", "c"];
const LARGE = "x".repeat(9_000);

/** A store of which a part has been written back to the file, and the rest stands in the write-ahead log. */
interface Original {
  readonly file: Buffer;
  readonly wal: Buffer;
  readonly checkpointed: readonly RunEvent[];
  /** One transaction each. */
  readonly appends: readonly (readonly RunEvent[])[];
}

let original: Original;

beforeAll(async () => {
  const path = tempPath();
  const checkpointed = wholeRun("old", 20);
  const before = sqlite({ path }).store;
  await before.append(checkpointed);
  await before.close();

  await using store = sqlite({ path }).store;
  const appends = Array.from({ length: 24 }, (_, index) => {
    const runId = RUN_IDS[index % 3] ?? "";
    const first = 3 * Math.floor(index / 3) + 1;
    const begin = first === 1 ? started(runId) : answered(runId, first, `${LARGE}${index % 4}`);
    return [begin, ...answers(runId, first + 1, first + 2)];
  });
  for (const events of appends) await store.append(events);
  original = { file: readFileSync(path), wal: readFileSync(`${path}-wal`), checkpointed, appends };
});

/** The offsets at which frames of a write-ahead log begin, and those that end a transaction; see its file format. */
function frames(wal: Buffer): {
  readonly starts: readonly number[];
  readonly commits: readonly number[];
} {
  const frameBytes = 24 + wal.readUInt32BE(8);
  const starts: number[] = [];
  const commits: number[] = [];
  for (let at = WAL_HEADER_BYTES; at + frameBytes <= wal.length; at += frameBytes) {
    if (!wal.subarray(at + 8, at + 16).equals(wal.subarray(16, 24))) break;
    starts.push(at);
    if (wal.readUInt32BE(at + 4) > 0) commits.push(at + frameBytes);
  }
  return { starts, commits };
}

function copyWith({ file, wal }: { readonly file: Buffer; readonly wal: Buffer }): string {
  const path = tempPath();
  writeFileSync(path, file);
  if (wal.length > 0) writeFileSync(`${path}-wal`, wal);
  return path;
}

/** What all runs have after the first appends. */
function after(count: number): Readonly<Record<string, readonly RunEvent[]>> {
  const events = original.appends.slice(0, count).flat();
  return {
    ...Object.fromEntries(RUN_IDS.map((id) => [id, events.filter(({ runId }) => runId === id)])),
    old: original.checkpointed,
  };
}

async function everything(path: string): Promise<Readonly<Record<string, readonly RunEvent[]>>> {
  await using store = sqlite({ path }).store;
  const runIds = [...RUN_IDS, "old"];
  return Object.fromEntries(
    await Promise.all(runIds.map(async (runId) => [runId, await store.read(runId)] as const)),
  );
}

describe("a copy with a torn write-ahead log", () => {
  it("has every transaction up to the tear, whole, and nothing after it", async () => {
    const { starts, commits } = frames(original.wal);
    expect(commits).toHaveLength(original.appends.length);
    const edges = [...starts.filter((_, index) => index % 4 === 0), ...commits];
    const offsets = new Set([
      0,
      1,
      WAL_HEADER_BYTES - 1,
      original.wal.length,
      ...edges.flatMap((edge) => [edge - 1, edge, edge + 500]),
    ]);
    for (const offset of offsets) {
      const wal = original.wal.subarray(0, offset);
      const whole = commits.filter((commit) => commit <= offset).length;
      expect(await everything(copyWith({ ...original, wal })), `cut at ${offset}`).toEqual(
        after(whole),
      );
    }
  });

  it("has every transaction before a byte that was changed", async () => {
    const { commits } = frames(original.wal);
    const end = commits.at(-1) ?? 0;
    for (let offset = WAL_HEADER_BYTES + 9; offset < end; offset += Math.ceil(end / 60)) {
      const wal = Buffer.from(original.wal);
      wal[offset] = (wal[offset] ?? 0) ^ 0x10;
      const whole = commits.filter((commit) => commit <= offset).length;
      expect(await everything(copyWith({ ...original, wal })), `changed at ${offset}`).toEqual(
        after(whole),
      );
    }
  });

  it("can be written to, and goes on where it ends", async () => {
    const { commits } = frames(original.wal);
    const path = copyWith({ ...original, wal: original.wal.subarray(0, (commits[7] ?? 0) + 700) });
    await using store = sqlite({ path }).store;
    // Its owner is this process, and lives; in a crash it would not.
    using db = new DatabaseSync(path);
    db.exec("DELETE FROM owners");
    const seq = (after(8)["a"]?.length ?? 0) + 1;
    const fence = await store.take("a");
    await store.append([answered("a", seq, LARGE)], fence);
    expect(await store.read("a")).toEqual([...(after(8)["a"] ?? []), answered("a", seq, LARGE)]);
  });
});

describe("a copy with a damaged file", () => {
  /** Uses it in every way; anything else than `STORE_FAILED` in one sentence fails. */
  async function use(path: string): Promise<number> {
    let refusals = 0;
    const attempt = async (work: () => unknown): Promise<void> => {
      try {
        await work();
      } catch (error) {
        expect(error).toBeInstanceOf(QuorateError);
        expect(error).toMatchObject({ code: expect.stringMatching(/^(STORE_FAILED|SEQ_TAKEN)$/) });
        expect(String(error)).toMatch(/^QuorateError: [^\n]{20,400}\.$/);
        refusals += 1;
      }
    };
    await attempt(async () => {
      await using store = sqlite({ path }).store;
      await attempt(() => store.runs());
      for (const runId of [...RUN_IDS, "old"]) await attempt(() => store.read(runId));
      await attempt(() => store.append([started("new", LARGE)]));
      await attempt(() => store.prune(Infinity));
    });
    return refusals;
  }

  it("is used or refused, in one sentence", async () => {
    const path = tempPath();
    await using whole = sqlite({ path }).store;
    for (const events of original.appends) await whole.append(events);
    await whole.close();
    const file = readFileSync(path);
    let refused = 0;
    for (let offset = 0; offset < file.length; offset += Math.ceil(file.length / 40)) {
      const changed = Buffer.from(file);
      changed.fill(0xa5, offset, offset + 200);
      for (const damaged of [file.subarray(0, offset), changed])
        refused += await use(copyWith({ file: damaged, wal: Buffer.alloc(0) }));
    }
    expect(refused).toBeGreaterThan(20);
  });

  it("is refused at once when it was cut short, wherever", async () => {
    const path = tempPath();
    const before = sqlite({ path }).store;
    await before.append(wholeRun("run", 40));
    await before.close();
    const file = readFileSync(path);
    for (let bytes = 2; bytes < file.length; bytes += bytes < 200 ? 9 : 499) {
      const cut = copyWith({ file: file.subarray(0, bytes), wal: Buffer.alloc(0) });
      expect(() => sqlite({ path: cut }).store, `cut to ${bytes} bytes`).toThrow(
        expect.objectContaining({
          code: "STORE_FAILED",
          message: expect.stringMatching(
            /is damaged.*restore it from a copy|is not a SQLite database/,
          ),
        }),
      );
    }
  });

  it("tells nothing else than what was kept, wherever a page was lost or a row is missing", async () => {
    const path = tempPath();
    const events = [started("a", LARGE), ...answers("a", 2, 60)];
    const before = sqlite({ path }).store;
    await before.append(events);
    await before.close();
    const file = readFileSync(path);
    let said = 0;
    for (let page = 0; page < file.length; page += 4_096) {
      for (const byte of [0, 0x0d, 0xff]) {
        const changed = Buffer.from(file);
        changed.fill(byte, page, page + 4_096);
        try {
          await using store = sqlite({
            path: copyWith({ file: changed, wal: Buffer.alloc(0) }),
          }).store;
          expect(await store.read("a"), `page at ${page}`).toEqual(events);
        } catch (error) {
          expect(error).toMatchObject({ code: "STORE_FAILED" });
          said += 1;
        }
      }
    }
    expect(said).toBeGreaterThan(10);

    using db = new DatabaseSync(path);
    db.exec("DELETE FROM events WHERE id % 16777216 = 30");
    await using store = sqlite({ path }).store;
    await expect(store.read("a")).rejects.toMatchObject({
      message: 'The log of run "a" was changed from outside: event 30 is missing.',
    });
  });
});
