import { Session } from "node:inspector/promises";

if (process.env["SHARED_WORKER"] !== undefined) {
  throw new Error(
    "This counts what runs in the whole process, which the file shares with others: name it in ALONE of vitest.config.ts.",
  );
}

const session = new Session();
session.connect();
await session.post("Profiler.enable");
// From here on: V8 counts the blocks of those functions only that it compiles later.
await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

/**
 * How many blocks of code of `src` (functions, branches, rounds of a loop) run while `work` does: a measure of the work that no
 * load of the machine changes. Loops inside of V8, such as that of `indexOf`, count as nothing. Import this module before the
 * code that is to be counted.
 */
export async function operations(work: () => unknown): Promise<number> {
  await taken();
  await work();
  return taken();
}

/**
 * By how much the work grows when its size doubles: about 2 where it is linear, about 4 where it is quadratic. `work` gets the
 * size.
 */
export async function growth(size: number, work: (size: number) => unknown): Promise<number> {
  // What is done once in a process, such as to fill a table, is no part of either.
  await work(2);
  const once = await operations(() => work(size));
  const twice = await operations(() => work(2 * size));
  return twice / once;
}

/** The counts since this was last asked. */
async function taken(): Promise<number> {
  const { result } = await session.post("Profiler.takePreciseCoverage");
  let sum = 0;
  for (const { url, functions } of result) {
    if (!url.includes("/src/")) continue;
    for (const { ranges } of functions) for (const { count } of ranges) sum += count;
  }
  return sum;
}
