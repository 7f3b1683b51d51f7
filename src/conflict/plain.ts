import type { Json } from "../json.ts";
import { clip, cut } from "../text.ts";

// Control characters but tab and line break; format characters, among them those that turn the direction of writing
// and those that nobody sees; surrogates without their other half; noncharacters.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]/gu;
const LINE_BREAK = /\r\n?|[\v\f\u0085\u2028\u2029]/g;

/** `text` without what could hide or rearrange it for a reader; every line break is `\n`. */
export function plain(text: string): string {
  return text
    .replace(LINE_BREAK, "\n")
    .replace(UNSEEN, (character) => (character === "\n" || character === "\t" ? character : ""));
}

/** A value on one line of a sentence: its JSON, at most `maxChars` long. */
export function shown(value: Json, maxChars: number = 80): string {
  // What is cut off anyway is not worth writing out; quoting may lengthen a text, never shorten it.
  const text = JSON.stringify(typeof value === "string" ? cut(value, maxChars) : value) ?? "";
  return clip(plain(text), maxChars);
}

/** Words from anywhere as part of one line, at most `maxChars` of them. */
export function oneLine(text: string, maxChars: number): string {
  return clip(
    plain(cut(text, maxChars * 4))
      .replace(/\s+/g, " ")
      .trim(),
    maxChars,
  );
}
