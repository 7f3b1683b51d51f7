import { existsSync } from "node:fs";
import { relative } from "node:path";
import { describeThrown, QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { RunSummary, Store } from "../store/store.ts";

/** Where the commands look when they are not told. */
export const DEFAULT_DATABASE = "quorate.db";

// More than anybody lists; finding a run by the beginning of its id looks at the latest so many.
const MAX_RUNS = 10_000;

/**
 * Opens a database of runs, made when it is not there. Rejects with `BAD_OPTIONS` when `file` is none and cannot
 * become one.
 */
export async function openDatabase(file: string): Promise<Store> {
  // Loaded by the commands that need it.
  const { sqliteStore } = await import("../sqlite/index.ts");
  try {
    return sqliteStore({ path: file });
  } catch (error) {
    // Nothing has been asked of a store yet: the file was named wrongly.
    throw new QuorateError("BAD_OPTIONS", describeThrown(error), { cause: error });
  }
}

/**
 * Does something with the runs of an existing database and closes it. Rejects with `BAD_OPTIONS` when there is
 * no such file: reading must not leave an empty one behind.
 */
export async function withDatabase<T>(file: string, use: (store: Store) => Promise<T>): Promise<T> {
  if (!existsSync(file)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `There is no database ${file}; say where the runs are with --db FILE.`,
    );
  }
  const store = await openDatabase(file);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/**
 * The run whose id is `wanted`, or starts with it, or the latest one for `latest`. Rejects with `RUN_NOT_FOUND`
 * when there is none, or more than one.
 */
export async function findRun(
  store: Store,
  wanted: string,
  file: string,
): Promise<{ readonly runId: string; readonly events: readonly RunEvent[] }> {
  const exact = await store.read(wanted);
  if (exact.length > 0) return { runId: wanted, events: exact };
  const runs: readonly RunSummary[] = await store.runs(wanted === "latest" ? 1 : MAX_RUNS);
  const found = runs.filter(
    ({ runId }) => wanted === "latest" || (wanted !== "" && runId.startsWith(wanted)),
  );
  const [first, second] = found;
  if (first === undefined) {
    throw notFound(`${file} has no run ${wanted}; "quorate runs --db ${file}" lists what it has.`);
  }
  if (second !== undefined) {
    throw notFound(
      `${file} has ${found.length} runs that start with ${wanted}; give more of the id.`,
    );
  }
  return { runId: first.runId, events: await store.read(first.runId) };
}

function notFound(message: string): QuorateError {
  return new QuorateError("RUN_NOT_FOUND", message);
}

/** `file` as a person in this folder writes it, quoted where a shell needs it. */
export function shellPath(file: string): string {
  const near = relative(process.cwd(), file);
  const path = near !== "" && !near.startsWith("..") ? near : file;
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
