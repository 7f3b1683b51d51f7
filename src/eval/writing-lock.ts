import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { QuorateError } from "../model/errors.ts";
import { fields } from "../model/record.ts";

// If two evaluations wrote to one file, neither would see the other's answers, so both would pay for them. The first one makes a lock file beside it, with
// its process; an evaluation that finds the lock of a dead process removes it.

interface Writer {
  readonly pid: number;
  readonly host: string;
}

/** Makes this process the only one that writes to `file`, until the returned function is called. Throws `BAD_OPTIONS` if another one does. */
export function lockForWriting(file: string): () => void {
  const lock = `${file}.lock`;
  // Each round removes one lock of a dead process; a live one refuses.
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (made(lock)) return () => rmSync(lock, { force: true });
    const text = contentOf(lock);
    if (text === undefined) continue;
    const writer = writerIn(text);
    if (writer === undefined || isAlive(writer)) throw taken(file, lock, writer);
    takeAway(lock, text);
  }
  throw taken(file, lock, undefined);
}

const MOST_ROUNDS = 10;

function made(lock: string): boolean {
  let handle: number;
  try {
    handle = openSync(lock, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    const why = `the file ${lock}, which keeps other evaluations from writing, cannot be made`;
    throw new QuorateError("BAD_OPTIONS", why, { cause: error });
  }
  try {
    writeSync(handle, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Writer));
  } finally {
    closeSync(handle);
  }
  return true;
}

/** `undefined` if it has disappeared in the meantime. */
function contentOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return undefined;
  }
}

/** `undefined` if it is not completely written yet, or was written by something else. */
function writerIn(text: string): Writer | undefined {
  try {
    const { pid, host } = fields(JSON.parse(text));
    const isWriter = Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === "string";
    return isWriter ? { pid: Number(pid), host } : undefined;
  } catch {
    return undefined;
  }
}

/** For a process on another machine, this is unknown. */
function isAlive({ pid, host }: Writer): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is alive.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Removes the lock of a dead process, and restores what another process may have made in its place. */
function takeAway(lock: string, text: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (contentOf(aside) === text) rmSync(aside, { force: true });
  else renameSync(aside, lock);
}

function taken(file: string, lock: string, writer: Writer | undefined): QuorateError {
  const who = writer === undefined ? "" : `, process ${writer.pid} on ${writer.host},`;
  return new QuorateError(
    "BAD_OPTIONS",
    `another evaluation${who} writes to the file of answers ${file}; wait until it has ended, or use another file; if no evaluation runs, delete ${lock}`,
  );
}
