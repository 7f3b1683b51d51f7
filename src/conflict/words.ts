import { cut } from "../model/text.ts";

/** How much of a text counts when it is compared with others. */
const MAX_COMPARED_CHARS = 4_000;

const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an and are as at be been but by can could did do does doesn don for from had has have if in into is isn it its " +
    "may might not of on or s should so such t than that the their them then there these they this to was were when " +
    "where which while will with would"
  ).split(" "),
);

// Capitals before a capitalised word (`HTTP` in `HTTPServer`), a word, capitals, digits, runs of the scripts that are
// written without spaces, any other letters. Every alternative is a plain run, so a match takes linear time.
const WORD =
  /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{Lu}+|\p{N}+|[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]+|[\p{Lo}\p{Lm}\p{M}]+/gu;
const UNSPACED = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u;

/**
 * The words of a text, lower-cased, without the most common English ones. Identifiers and paths are split into their
 * parts (`parseHTTPBody`, `user_id`, `src/main.ts`); scripts written without spaces yield pairs of characters. Only
 * the first {@link MAX_COMPARED_CHARS} characters count, or `mostChars` where those are fewer.
 */
export function words(text: string, mostChars: number = MAX_COMPARED_CHARS): readonly string[] {
  const found: string[] = [];
  for (const [run] of comparedPart(text, mostChars).normalize("NFC").matchAll(WORD)) {
    if (UNSPACED.test(run)) {
      pairs(run, found);
    } else {
      const word = run.toLowerCase();
      if (!STOP_WORDS.has(word)) found.push(word);
    }
  }
  return found;
}

/** The part of a text that counts when it is compared with others. */
export function comparedPart(text: string, mostChars: number): string {
  return cut(text, Math.min(mostChars, MAX_COMPARED_CHARS));
}

function pairs(run: string, into: string[]): void {
  const characters = Array.from(run);
  if (characters.length === 1) into.push(run);
  for (let i = 1; i < characters.length; i++) into.push(`${characters[i - 1]}${characters[i]}`);
}
