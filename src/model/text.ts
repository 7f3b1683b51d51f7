/** At most `maxChars` UTF-16 units of `text`, never half a character; `…` stands for what was cut. */
export function clip(text: string, maxChars: number): string {
  return text.length > maxChars ? `${cut(text, maxChars - 1)}…` : text;
}

/**
 * The first `maxChars` UTF-16 units of `text`, or fewer if that would split what a reader takes for one character: a surrogate pair, a
 * letter and its accents, a flag, a family of emoji. All code that cuts text uses this function; foreign text that is not redacted yet is
 * cut by `clipWords`.
 */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  if (maxChars <= 0) return "";
  if (isPlainCut(text, maxChars)) return text.slice(0, maxChars);
  // Start where a character surely begins: flags are pairs, counted from there.
  let from = maxChars - 1;
  while (from > 0 && maxChars - from < MAX_LOOK_BACK && !isPlainCut(text, from)) from--;
  const around = text.slice(from, maxChars + MAX_CLUSTER);
  const at = from + (characterAt(around, maxChars - from) ?? 0);
  if (maxChars - at <= MAX_CLUSTER) return text.slice(0, at);
  // Nobody reads more marks than that on one letter.
  const last = text.charCodeAt(maxChars - 1);
  return text.slice(0, isHighSurrogate(last) ? maxChars - 1 : maxChars);
}

/**
 * Like `clip`, for foreign text from which nobody has taken the secrets out yet: half a secret is not recognised, so a word that does
 * not fit goes whole.
 */
export function clipWords(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  let end = maxChars - 1;
  while (end > 0 && !WORD_END.test(text.slice(Math.max(0, end - 2), end + 1))) end--;
  return `${cut(text, end)}…`;
}

/** The last words of a foreign text, at most `maxChars` UTF-16 units of it after a `…`; a word that does not fit goes whole. */
export function lastWords(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  let from = text.length - maxChars;
  while (from < text.length && !/\s/.test(text.charAt(from - 1))) from++;
  return `…${text.slice(from)}`;
}

// Of two characters before a place and one after it: a word ends there with a blank, with a mark of a script that has no blanks, or
// with the quotes of a text in JSON.
const WORD_END = /[\s\u3001\u3002\uFF01\uFF0C\uFF1A\uFF1B\uFF1F][^]$|[^\\]"[,:}\]]$/;

/**
 * Characters that no reader sees: control characters; format characters, including those that change the direction of writing; others that are
 * drawn as nothing; surrogates without their other half; noncharacters. Of the variation selectors of emoji, only those
 * beyond the first: a row of them can hide a text.
 */
export const UNSEEN: RegExp =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]|(?![\uFE00-\uFE0F])\p{Default_Ignorable_Code_Point}|(?<=[\uFE00-\uFE0F])[\uFE00-\uFE0F]/gu;
const IS_PLAIN = /^[\n\t\x20-\x7E]*$/;
const LINE_BREAK = /\r\n?|[\v\f\u0085\u2028\u2029]/g;

/** `text` without characters that could hide or rearrange it for a reader; every line break is `\n`. */
export function plain(text: string): string {
  if (IS_PLAIN.test(text)) return text;
  return text
    .replace(LINE_BREAK, "\n")
    .replace(UNSEEN, (character) => (character === "\n" || character === "\t" ? character : ""));
}

/** The characters of a text, as a reader sees them. */
export function charactersOf(text: string): Iterable<string> {
  return MAY_JOIN.test(text)
    ? Array.from(segmenter().segment(text), ({ segment }) => segment)
    : text;
}

const MAX_LOOK_BACK = 1_000;
const MAX_CLUSTER = 64;
// Below that, everything is a character by itself, except a line break of two.
const FIRST_MARK = 0x300;
const MAY_JOIN = /[\u0300-\uFFFF]|\r\n/;

/** Whether a character surely begins at `index`. */
function isPlainCut(text: string, index: number): boolean {
  const next = text.charCodeAt(index);
  return next < FIRST_MARK && !(next === 10 && text.charCodeAt(index - 1) === 13);
}

/** Where the character begins that contains the unit at `index`. */
function characterAt(text: string, index: number): number | undefined {
  return segmenter().segment(text).containing(index)?.index;
}

// Made when it is needed: the first segmenter takes a while, and most texts are cut before a plain letter.
function segmenter(): Intl.Segmenter {
  return new Intl.Segmenter("en", { granularity: "grapheme" });
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
