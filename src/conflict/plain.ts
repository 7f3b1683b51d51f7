import type { Json } from "../model/json.ts";
import { clip, clipWords, cut, plain } from "../model/text.ts";

/** A value on one line of a sentence: its JSON, at most `maxChars` long. */
export function shown(value: Json, maxChars: number = 80): string {
  // Do not write out what is cut off anyway; quoting may lengthen a text, never shorten it.
  const text = JSON.stringify(typeof value === "string" ? cut(value, maxChars) : value) ?? "";
  return clip(plain(text), maxChars);
}

/** A foreign name as part of one line, at most `maxChars` of it. */
export function oneLine(text: string, maxChars: number): string {
  return onOneLine(text, maxChars, clip);
}

/** Foreign sentences as part of one line, at most `maxChars` of them; they are not redacted yet, so no word is cut. */
export function oneLineOfWords(text: string, maxChars: number): string {
  return onOneLine(text, maxChars, clipWords);
}

function onOneLine(text: string, maxChars: number, clipped: typeof clip): string {
  if (text.length <= maxChars && IS_ONE_LINE.test(text)) return text;
  return clipped(
    plain(clipped(text, maxChars * 4))
      .replace(/\s+/g, " ")
      .trim(),
    maxChars,
  );
}

// Of letters, digits and signs, with one blank between words.
const IS_ONE_LINE = /^[\x21-\x7E]+(?: [\x21-\x7E]+)*$/;
