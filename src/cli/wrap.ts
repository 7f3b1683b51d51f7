import { charactersOf } from "../model/text.ts";

// East Asian wide and full-width blocks, and what is drawn as a picture.
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;
const NO_COLUMN = /\p{Mn}|\p{Me}/u;
// Drawn as one, whatever they are made of: a flag of two letters, and a syllable of Hangul that is written in its parts.
const DRAWN_AS_ONE =
  /^(?:\p{Regional_Indicator}{2}|[\u1100-\u115F\uA960-\uA97C][\u1160-\u11FF\uD7B0-\uD7FB])/u;
// The usual case, decided at once.
const PLAIN = /^[\u0020-\u007E]*$/;

/** How many columns of a terminal `text` takes. For text that `safeText` returned. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const character of charactersOf(text)) columns += columnsOfCharacter(character);
  return columns;
}

function columnsOfCharacter(character: string): number {
  if (DRAWN_AS_ONE.test(character)) return 2;
  let columns = 0;
  for (const codePoint of character) {
    if (!NO_COLUMN.test(codePoint)) columns += WIDE.test(codePoint) ? 2 : 1;
  }
  return columns;
}

export interface WrapOptions {
  /** Put before the first line. Default: nothing. */
  readonly first?: string;
  /** Put before every other line. Default: as many spaces as `first` has columns. */
  readonly rest?: string;
}

/**
 * `text` in lines of at most `columns`, broken between words; a word that is longer than a line is cut. Line
 * breaks of the text stay. Always at least one line. For text that `safeText` or `safeBlock` returned.
 */
export function wrap(text: string, columns: number, options: WrapOptions = {}): string[] {
  const first = options.first ?? "";
  const rest = options.rest ?? " ".repeat(columnsOf(first));
  const room = Math.max(8, columns - Math.max(columnsOf(first), columnsOf(rest)));
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) lines.push(...wrapParagraph(paragraph, room));
  return lines.map((line, index) => `${index === 0 ? first : rest}${line}`.trimEnd());
}

function wrapParagraph(paragraph: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of paragraph.split(" ")) {
    for (const piece of cut(word, room)) {
      const width = columnsOf(piece);
      if (line !== "" && used + 1 + width > room) {
        lines.push(line);
        line = "";
        used = 0;
      }
      used += line === "" ? width : width + 1;
      line = line === "" ? piece : `${line} ${piece}`;
    }
  }
  return [...lines, line];
}

function cut(word: string, room: number): string[] {
  if (columnsOf(word) <= room) return [word];
  const pieces: string[] = [];
  let piece = "";
  let used = 0;
  for (const character of charactersOf(word)) {
    const width = columnsOf(character);
    if (used + width > room) {
      pieces.push(piece);
      piece = "";
      used = 0;
    }
    piece += character;
    used += width;
  }
  return [...pieces, piece];
}

/** `text` in at most `columns`, its end replaced by `…` where it is longer. */
export function clip(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  let used = 1;
  for (const character of charactersOf(text)) {
    used += columnsOf(character);
    if (used > columns) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** `text` clipped to `columns` and filled up with spaces to exactly that width. */
export function pad(text: string, columns: number): string {
  const clipped = clip(text, columns);
  return clipped + " ".repeat(Math.max(0, columns - columnsOf(clipped)));
}

/** `text` filled up with spaces on its left. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - columnsOf(text))) + text;
}
