import type * as Crypto from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { QuorateError } from "../model/errors.ts";
import { encodeWith, type Codec } from "../store/codec.ts";
import { coded, decoded, PLAIN, type Seal } from "../store/seal.ts";

/** A known text, encoded when the file is created, so that another key is noticed before anything is read. */
const WORD = "quorate";

/**
 * How this file's texts are encoded, once it has its tables; `fresh` if they were just created in the still open transaction, in which that is
 * decided for good. Throws `STORE_FAILED` if the file and `codec` do not match.
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

function hashKeyOf(codec: Codec, row: string): string | undefined {
  try {
    const { word, hashKey } = JSON.parse(decoded(codec, JSON.parse(row)));
    return word === WORD && typeof hashKey === "string" ? hashKey : undefined;
  } catch {
    return undefined;
  }
}

function refused(path: string, why: string): QuorateError {
  return new QuorateError("STORE_FAILED", `The store "${path}" ${why}.`);
}

/** Loaded when it is needed: importing it takes longer than everything else of a small program. */
function crypto(): typeof Crypto {
  return process.getBuiltinModule("node:crypto");
}
