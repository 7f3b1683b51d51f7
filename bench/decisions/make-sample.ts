// Makes the sample that the tests use from a folder of sets: some items, drawn with a seed, with all their votes.
//
//   node bench/decisions/make-sample.ts DIR

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openFolder } from "./data.ts";
import { draw, seeded } from "./random.ts";

/** By set, how many of its items. */
const ITEMS = { llmbar: 100, mmlu_pro: 400 } as const;
const SEED = 2026;
const TARGET = join(import.meta.dirname, "sample");

const [dir = ""] = process.argv.slice(2);
const folder = openFolder(dir);
if (folder === undefined) {
  console.error(
    `There is no folder "${dir}"; give one that holds ${Object.keys(ITEMS).join(", ")}.`,
  );
  process.exit(2);
}
mkdirSync(TARGET, { recursive: true });
for (const [name, count] of Object.entries(ITEMS)) {
  const { meta, items, votes } = folder.read(name);
  const drawn = new Set(draw(items, count, seeded(SEED)).map(({ item }) => item));
  const kept = votes.filter(({ item }) => drawn.has(item));
  write(
    `${name}.items.jsonl.gz`,
    items.filter(({ item }) => drawn.has(item)),
  );
  write(`${name}.votes.jsonl.gz`, kept);
  const sample = {
    ...meta,
    // Counts of the whole set do not hold for a part of it.
    items_with_truth: undefined,
    items_with_votes: undefined,
    votes_per_item: undefined,
    null_votes: undefined,
    sample: `${count} of ${items.length} items, drawn with seed ${SEED}`,
    items: count,
    votes: kept.length,
  };
  writeFileSync(join(TARGET, `${name}.meta.json`), `${JSON.stringify(sample, undefined, 2)}\n`);
}

function write(file: string, rows: readonly unknown[]): void {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  writeFileSync(join(TARGET, file), gzipSync(text, { level: 9 }));
}
