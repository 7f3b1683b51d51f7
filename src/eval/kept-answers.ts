import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from "node:fs";
import type { Usage } from "../model/call.ts";
import { QuorateError } from "../model/errors.ts";
import { takeJson } from "../model/json.ts";
import { fields } from "../model/record.ts";
import { lockForWriting } from "./writing-lock.ts";

// A file of answers has a JSON object on each line, one for each answer of an agent, a judge or a router:
//
//   { "format": 1, "key", "agent", "used": [usage …], "output" }
//
// `key` is the content key of the call, with the hash of the issues to fix if there were any. A line is on disk before the answer is
// used, so no answer is asked for twice, whenever the process dies; an incomplete last line is one during which it died.

const FORMAT = 1;
const MAX_FILE_BYTES = 256 * 2 ** 20;

/** An answer, and the usage that was reported for it. */
export interface KeptAnswer {
  readonly used: readonly Usage[];
  /** Absent if the agent answered nothing. */
  readonly output?: unknown;
}

/** The answers in a file, and those that are added to it. */
export interface KeptAnswers {
  get(key: string): KeptAnswer | undefined;
  /** Adds an answer, and returns when it is written. Throws `STORE_FAILED` if it cannot be written. */
  add(key: string, agent: string, answer: KeptAnswer): void;
  close(): void;
}

/** Answers that are kept only in this process. */
export function answersInMemory(): KeptAnswers {
  const known = new Map<string, KeptAnswer>();
  return {
    get: (key) => known.get(key),
    add: (key, _agent, answer) => void known.set(key, answer),
    close: () => undefined,
  };
}

/**
 * The answers of a file; `writes`: more will be added, and the file is created if it does not exist. Throws `BAD_OPTIONS` with
 * the line for a file that is not one of answers, and if another evaluation writes to it.
 */
export function answersInFile(file: string, writes: boolean): KeptAnswers {
  const unlock = writes ? lockForWriting(file) : () => undefined;
  try {
    const { close, ...answers } = openAnswers(file, writes);
    return {
      ...answers,
      close() {
        close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function openAnswers(file: string, writes: boolean): KeptAnswers {
  let handle: number;
  try {
    handle = openSync(file, writes ? "a+" : "r");
  } catch (error) {
    if (!writes && (error as NodeJS.ErrnoException).code === "ENOENT") return answersInMemory();
    throw unusable(`the file of answers ${file} cannot be opened`, error);
  }
  try {
    const { size } = fstatSync(handle);
    if (size > MAX_FILE_BYTES) {
      const why = `has ${size} bytes, and may have ${MAX_FILE_BYTES}; use another one`;
      throw unusable(`the file of answers ${file} ${why}`);
    }
    const text = readWhole(handle, file, writes);
    const known = answersIn(text, file);
    const last = text.slice(text.lastIndexOf("\n") + 1);
    let open = last !== "";
    if (open && writes && typeof entryIn(last) === "string") {
      ftruncateSync(handle, Buffer.byteLength(text) - Buffer.byteLength(last));
      open = false;
    }
    return {
      get: (key) => known.get(key),
      add(key, agent, answer) {
        known.set(key, answer);
        if (!writes) return;
        const line = JSON.stringify({ format: FORMAT, key, agent, ...answer });
        try {
          writeSync(handle, `${open ? "\n" : ""}${line}\n`);
          open = false;
        } catch (error) {
          const why = `the answer of ${agent} could not be written to ${file}`;
          throw new QuorateError("STORE_FAILED", `${why}; make room, and evaluate again`, {
            cause: error,
          });
        }
      },
      close: () => closeSync(handle),
    };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** A file that is appended to is read from its beginning, whatever the handle's position. */
function readWhole(handle: number, file: string, writes: boolean): string {
  if (!writes) return readFileSync(handle, "utf8");
  const whole = Buffer.alloc(fstatSync(handle).size);
  let at = 0;
  while (at < whole.length) {
    const read = readSync(handle, whole, at, whole.length - at, at);
    if (read === 0) throw unusable(`the file of answers ${file} changes while it is read`);
    at += read;
  }
  return whole.toString("utf8");
}

function answersIn(text: string, file: string): Map<string, KeptAnswer> {
  const known = new Map<string, KeptAnswer>();
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const entry = entryIn(line);
    if (typeof entry !== "string") {
      known.set(entry.key, entry.answer);
    } else if (index < lines.length - 1 || entry !== NO_JSON) {
      const mend = "restore it, or use another file";
      throw unusable(`line ${index + 1} of the file of answers ${file} ${entry}; ${mend}`);
    }
  }
  return known;
}

const NO_JSON = "is not JSON";

function entryIn(line: string): { readonly key: string; readonly answer: KeptAnswer } | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return NO_JSON;
  }
  const { value } = { value: undefined, ...takeJson(parsed, MAX_FILE_BYTES) };
  const { format, key, used, output } = fields(value);
  if (format !== FORMAT)
    return `is of the format ${JSON.stringify(format)}, and this is for ${FORMAT}`;
  if (typeof key !== "string" || !Array.isArray(used)) return "is not an answer";
  return {
    key,
    answer: { used: used as readonly Usage[], ...(output !== undefined && { output }) },
  };
}

function unusable(message: string, cause?: unknown): QuorateError {
  return new QuorateError("BAD_OPTIONS", message, cause === undefined ? {} : { cause });
}
