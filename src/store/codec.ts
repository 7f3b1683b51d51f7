import { hear, isThenable } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";

/**
 * Writes texts in another form, and reads them again: `decode(encode(text))` is `text`, for every text. Both are
 * synchronous.
 */
export interface Codec {
  readonly encode: (text: string) => string;
  readonly decode: (text: string) => string;
}

/** Why a value is not a codec, as the end of a sentence, or `undefined` when it is one. */
export function codecFault(codec: unknown): string | undefined {
  if (typeof codec !== "object" || codec === null)
    return "give an object with encode and decode, or leave it out";
  const { encode, decode } = codec as Readonly<Record<keyof Codec, unknown>>;
  if (typeof encode !== "function") return "its encode is not a function";
  if (typeof decode !== "function") return "its decode is not a function";
  return undefined;
}

// Four times the largest event. SQLite holds a little less than 10^9 bytes in one value, and a refused value would
// fail the appends of other runs, too.
const MAX_ENCODED_BYTES = 256 * 1024 * 1024;

/**
 * A text in its codec's form, as JSON, which can hold any string. Throws `STORE_FAILED`. An error of the codec is not passed
 * on, because it may quote what the codec was given.
 */
export function encodeWith(codec: Codec, text: string): string {
  let encoded: unknown;
  try {
    encoded = codec.encode(text);
  } catch (thrown) {
    hear(thrown);
    throw notEncoded("threw an error");
  }
  if (typeof encoded !== "string") {
    hear(encoded);
    throw notEncoded(
      `returned ${isThenable(encoded) ? "a promise" : `a value of type ${typeof encoded}`} instead of a string`,
    );
  }
  const json = encoded.length > MAX_ENCODED_BYTES ? undefined : JSON.stringify(encoded);
  if (json === undefined || Buffer.byteLength(json) > MAX_ENCODED_BYTES)
    throw notEncoded(`returned more than ${MAX_ENCODED_BYTES} bytes`);
  return json;
}

function notEncoded(why: string): QuorateError {
  return new QuorateError("STORE_FAILED", `The codec's encode ${why}: nothing was written.`);
}
