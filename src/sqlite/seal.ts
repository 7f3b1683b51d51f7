import type * as Crypto from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { hear, hearIfRefused } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { sha256 } from "../model/hash.ts";
import { quoteKey } from "../store/check-value.ts";
import { quoteRun } from "../store/quote-run.ts";
import { isEndType } from "../store/summary.ts";
import { encodeWith, type Codec } from "./codec.ts";

/** How what events say, and values, stand in the file. */
export interface Seal {
  /**
   * What a row holds for a text of JSON: JSON as well. `type` is the event's, where the text is its body. Throws
   * `STORE_FAILED` when it cannot be had.
   */
  seal(json: string, type?: string): string;
  /** The value whose JSON a row holds. Throws whatever it likes: `unreadable` says it in our words. */
  open(row: string): unknown;
  unreadable(runId: string, seq: number, cause: unknown): QuorateError;
  unreadableValue(key: string, cause: unknown): QuorateError;
  /** The same for the same text within a file, so that a large value stands there once. */
  hash(json: string): string;
  /** What a row holds for a name that runs are found by: the same for the same one. */
  label(name: string): string;
}

/** Rows hold the JSON itself. */
const PLAIN: Seal = {
  seal: (json) => json,
  open: (row) => JSON.parse(row),
  unreadable: (runId, seq, cause) =>
    changedOutside(runId, `event ${seq} is not JSON of an event`, cause),
  unreadableValue: (key, cause) =>
    new QuorateError(
      "STORE_FAILED",
      `The value ${quoteKey(key)} was changed from outside: it is not JSON.`,
      { cause },
    ),
  hash: sha256,
  label: (name) => name,
};

/** Where a file's word stands: encoded when the file was made, so that another key is noticed before anything is read. */
const WORD = "quorate";

/**
 * How the texts of this file stand in it, once it has its tables; `fresh` when they were made just now, within a
 * transaction that is still open. It is decided then, and for good. Throws `STORE_FAILED` when the file and `codec` do
 * not belong together.
 */
export function sealOf(
  db: DatabaseSync,
  path: string,
  codec: Codec | undefined,
  fresh: boolean,
): Seal {
  if (fresh && codec !== undefined) {
    const word = JSON.stringify({ word: WORD, hashKey: crypto().randomBytes(32).toString("hex") });
    db.prepare("INSERT INTO codec (word) VALUES (?)").run(encodeWith(codec, word));
  }
  const row = db.prepare("SELECT word FROM codec").get();
  if (codec === undefined) {
    if (row === undefined) return PLAIN;
    throw refused(path, "was made with a codec: give the same codec, with the same key");
  }
  if (row === undefined)
    throw refused(path, "was made without a codec: leave it out, or choose another path");
  const hashKey = hashKeyOf(codec, String(row["word"]));
  if (hashKey !== undefined) return coded(codec, hashKey);
  throw refused(
    path,
    fresh
      ? "was not made: the codec's decode does not give back what its encode was given"
      : "cannot be read with this codec: give the codec, and the key, that it was made with",
  );
}

/** Rows hold `{"code": "…"}`; that of an event which ends its run holds its type too, since `prune` asks for it in SQL. */
function coded(codec: Codec, hashKey: string): Seal {
  // Keyed, so that nobody who has only the file can try out what a text may have been.
  const hash = (text: string): string =>
    crypto().createHmac("sha256", hashKey).update(text).digest("base64url");
  return {
    seal(json, type) {
      const clear = isEndType(type) ? `"type":"${type}",` : "";
      return `{${clear}"code":${encodeWith(codec, json)}}`;
    },
    open: (row) => JSON.parse(decoded(codec, JSON.parse(row).code)),
    // Without a cause: a decode's error, and that of parsing what it returned, may quote what was kept.
    unreadable: (runId, seq) =>
      new QuorateError(
        "STORE_FAILED",
        `Event ${seq} of run ${quoteRun(runId)} cannot be read with this codec: ` +
          `it was written with another key, or changed from outside.`,
      ),
    unreadableValue: (key) =>
      new QuorateError(
        "STORE_FAILED",
        `The value ${quoteKey(key)} cannot be read with this codec: it was written with another key, or changed from outside.`,
      ),
    hash,
    label: hash,
  };
}

function hashKeyOf(codec: Codec, row: string): string | undefined {
  try {
    const { word, hashKey } = JSON.parse(decoded(codec, JSON.parse(row)));
    return word === WORD && typeof hashKey === "string" ? hashKey : undefined;
  } catch {
    return undefined;
  }
}

/** A text that a codec gave back. Throws when it did not. */
function decoded(codec: Codec, code: unknown): string {
  if (typeof code !== "string") throw new TypeError("The row holds no encoded text.");
  const text: unknown = hearIfRefused(undefined, () => codec.decode(code));
  if (typeof text === "string") return text;
  hear(text);
  throw new TypeError("The codec's decode returned no string.");
}

/** What is said of a log that no version of this package has written. */
export function changedOutside(runId: string, why: string, cause?: unknown): QuorateError {
  return new QuorateError(
    "STORE_FAILED",
    `The log of run ${quoteRun(runId)} was changed from outside: ${why}.`,
    { cause },
  );
}

function refused(path: string, why: string): QuorateError {
  return new QuorateError("STORE_FAILED", `The store "${path}" ${why}.`);
}

/** Loaded when it is needed: importing it takes longer than all else of a small program. */
function crypto(): typeof Crypto {
  return process.getBuiltinModule("node:crypto");
}
