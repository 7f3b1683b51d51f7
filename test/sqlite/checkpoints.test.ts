// A crash in the middle of a checkpoint leaves a file that is whole only together with its write-ahead log.

import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/model/events.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { answered, started, wholeRun } from "../../src/testing/store-contract/run-events.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

const PAGE_BYTES = 4096;
const LARGE = "x".repeat(6_000);

/** A file before a checkpoint and after it, and the log that is written back. */
interface Checkpoint {
  readonly before: Buffer;
  readonly wal: Buffer;
  readonly after: Buffer;
  readonly events: readonly RunEvent[];
}

function write({ before, wal }: Pick<Checkpoint, "before" | "wal">): string {
  const path = tempPath();
  writeFileSync(path, before);
  writeFileSync(`${path}-wal`, wal);
  return path;
}

/** What happens when a store with `old` events of a run is written to and then checkpointed. */
async function checkpointed(old: number): Promise<Checkpoint> {
  const path = tempPath();
  if (old > 0) {
    await using first = sqlite({ path }).store;
    await first.append(wholeRun("old", old));
  }
  await using store = sqlite({ path }).store;
  const events = [
    started("run", LARGE),
    ...Array.from({ length: 7 }, (_, n) => answered("run", n + 2, LARGE + n)),
  ];
  for (const event of events) await store.append([event]);
  const crashed = { before: readFileSync(path), wal: readFileSync(`${path}-wal`) };
  const copy = write(crashed);
  using db = new DatabaseSync(copy);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
  return { ...crashed, after: readFileSync(copy), events };
}

function page(file: Buffer, number: number): Buffer {
  return file.subarray(number * PAGE_BYTES, (number + 1) * PAGE_BYTES);
}

/** The pages that the checkpoint changes, in the order in which SQLite writes them. */
function changedPages({ before, after }: Checkpoint): readonly number[] {
  const pages = Array.from({ length: after.length / PAGE_BYTES }, (_, number) => number);
  return pages.filter((number) => !page(before, number).equals(page(after, number)));
}

/** The file when these pages have been written, and of `torn` only the first half. */
function partWritten(
  { before, after }: Checkpoint,
  written: readonly number[],
  torn: number | undefined,
): Buffer {
  const ends = [
    before.length,
    ...written.map((number) => (number + 1) * PAGE_BYTES),
    ...(torn === undefined ? [] : [torn * PAGE_BYTES + PAGE_BYTES / 2]),
  ];
  const file = Buffer.alloc(Math.max(...ends));
  before.copy(file);
  for (const number of written) page(after, number).copy(file, number * PAGE_BYTES);
  if (torn !== undefined) page(after, torn).copy(file, torn * PAGE_BYTES, 0, PAGE_BYTES / 2);
  return file;
}

/** Opening it, writing to it and checkpointing it, which closing does, finds everything. */
async function expectWhole(checkpoint: Checkpoint, before: Buffer): Promise<void> {
  const path = write({ ...checkpoint, before });
  const { events } = checkpoint;
  const next = answered("run", events.length + 1);
  {
    await using store = sqlite({ path }).store;
    expect(await store.read("run")).toEqual(events);
    using db = new DatabaseSync(path);
    // In a crash the owner would be gone. This process lives.
    db.exec("DELETE FROM owners");
    await store.append([next], await store.take("run"));
  }
  using db = new DatabaseSync(path, { readOnly: true });
  expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  expect(db.prepare("SELECT max(seq) AS seq FROM log WHERE run_id = 'run'").get()).toEqual({
    seq: next.seq,
  });
}

describe.each([
  ["the first checkpoint of a file", 0],
  ["a later checkpoint of a file", 20],
])("a crash within %s", (_, old) => {
  let checkpoint: Checkpoint;

  beforeAll(async () => {
    checkpoint = await checkpointed(old);
  });

  it("leaves a sound store, whichever page was written last, and if only half of it was", async () => {
    const pages = changedPages(checkpoint);
    expect(pages.length).toBeGreaterThan(10);
    for (const [index, number] of pages.entries()) {
      const written = pages.slice(0, index);
      await expectWhole(checkpoint, partWritten(checkpoint, written, undefined));
      await expectWhole(checkpoint, partWritten(checkpoint, written, number));
    }
  });

  it("leaves a sound store when the power went too, and the disk had written the pages in any order", async () => {
    const pages = changedPages(checkpoint);
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...pages]),
        fc.option(fc.constantFrom(...pages), { nil: undefined }),
        (written, torn) => expectWhole(checkpoint, partWritten(checkpoint, written, torn)),
      ),
      { numRuns: Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 5) },
    );
  });
});
