import type * as Crypto from "node:crypto";
import { hear, hearIfRefused } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { sha256 } from "../model/hash.ts";
import { quoteKey } from "./check-value.ts";
import { encodeWith, type Codec } from "./codec.ts";
import { quoteRun } from "./quote-run.ts";
import { isEndType } from "./summary.ts";

/** The form of event contents and values in a store. */
export interface Seal {
  /**
   * The row's form of a JSON text, which is JSON, too. `type` is the event's, if the text is its body. Throws
   * `STORE_FAILED` if it cannot be made.
   */
  seal(json: string, type?: string): string;
  /** The value whose JSON a row holds. May throw anything: `unreadable` says it in our words. */
  open(row: string): unknown;
  unreadable(runId: string, seq: number, cause: unknown): QuorateError;
  unreadableValue(key: string, cause: unknown): QuorateError;
  /** The same for the same text within a store, so that a large value is stored once. */
  hash(json: string): string;
  /** The row's form of a label by which runs are found: the same for the same label. */
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

/** Rows hold `{"code": "…"}`; the row of an event that ends its run also has the event's type, because `prune` asks for it in SQL. */
export function coded(codec: Codec, hashKey: string): Seal {
  // Keyed, so that a reader of the store alone cannot guess texts.
  const hash = (text: string): string =>
    crypto().createHmac("sha256", hashKey).update(text).digest("base64url");
  return {
    seal(json, type) {
      const clear = isEndType(type) ? `"type":"${type}",` : "";
      return `{${clear}"code":${encodeWith(codec, json)}}`;
    },
    open: (row) => JSON.parse(decoded(codec, JSON.parse(row).code)),
    // Without a cause: a decode's error, or that of parsing its result, may quote what was kept.
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

/** The text that a codec decodes. Throws if it cannot. */
export function decoded(codec: Codec, code: unknown): string {
  if (typeof code !== "string") throw new TypeError("The row holds no encoded text.");
  const text: unknown = hearIfRefused(undefined, () => codec.decode(code));
  if (typeof text === "string") return text;
  hear(text);
  throw new TypeError("The codec's decode returned no string.");
}

/** The error about a log that no version of this package can have written. */
export function changedOutside(runId: string, why: string, cause?: unknown): QuorateError {
  return new QuorateError(
    "STORE_FAILED",
    `The log of run ${quoteRun(runId)} was changed from outside: ${why}.`,
    { cause },
  );
}

/** Loaded when it is needed: importing it takes longer than the rest of a small program. */
function crypto(): typeof Crypto {
  return process.getBuiltinModule("node:crypto");
}
