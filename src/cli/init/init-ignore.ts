import { existsSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";

const PATTERN = "quorate.db*";

/** Adds the database of runs to a .gitignore that is there, and says what it did. Makes none. */
export async function ignoreDatabase(place: string): Promise<string> {
  const file = join(place, ".gitignore");
  if (!existsSync(file)) {
    return `no .gitignore here: keep ${PATTERN}, the log of your runs, out of commits`;
  }
  const text = await readFile(file, "utf8");
  const isThere = text.split(/\r?\n/).some((line) => line.trim().replace(/^\//, "") === PATTERN);
  if (isThere) return "kept   .gitignore";
  await appendFile(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${PATTERN}\n`);
  return `added  ${PATTERN} to .gitignore`;
}
