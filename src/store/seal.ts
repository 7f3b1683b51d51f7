import type * as Crypto from "node:crypto";
import { hear, hearIfRefused } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { sha256 } from "../model/hash.ts";
import { quoteKey } from "./check-value.ts";
import { encodeWith, type Codec } from "./codec.ts";
import { quoteRun } from "./quote-run.ts";
import { isEndType } from "./summary.ts";

/** How what events say, and values, stand in a store. */
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
  /** The same for the same text within a store, so that a large value stands there once. */
  hash(json: string): string;
  /** What a row holds for a name that runs are found by: the same for the same one. */
  label(name: string): string;
}

/** Rows hold the JSON itself. */
export const PLAIN: Seal = {
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

/** Rows hold `{"code": "…"}`; that of an event which ends its run holds its type too, since `prune` asks for it in SQL. */
export function coded(codec: Codec, hashKey: string): Seal {
  // Keyed, so that nobody who has only the store can try out what a text may have been.
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

/** A text that a codec gave back. Throws when it did not. */
export function decoded(codec: Codec, code: unknown): string {
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

/** Loaded when it is needed: importing it takes longer than all else of a small program. */
function crypto(): typeof Crypto {
  return process.getBuiltinModule("node:crypto");
}
