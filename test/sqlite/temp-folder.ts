import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Gives paths in a folder of this test file's own, which is removed when its tests are done. */
export function tempPaths(): (name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "quorate-sqlite-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return (name) => join(folder, name ?? `store-${(count += 1)}.db`);
}
