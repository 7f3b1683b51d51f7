import { createRequire } from "node:module";
import type * as CliTruncate from "cli-truncate";
import type * as StringWidth from "string-width";
import { charactersOf } from "../../model/text.ts";

// Loaded when a text first needs them: their tables of characters take longer to load than all of what a help takes.
const require = createRequire(import.meta.url);
const stringWidth = once(() => require("string-width") as typeof StringWidth);
const cliTruncate = once(() => require("cli-truncate") as typeof CliTruncate);

function once<Module>(load: () => Module): () => Module {
  let loaded: Module | undefined;
  return () => (loaded ??= load());
}

// The usual case, decided at once.
const PLAIN = /^[\u0020-\u007E]*$/;

/** How many columns of a terminal `text` takes. For text that `safeText` returned. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return stringWidth().default(text, { countAnsiEscapeCodes: true });
}

// Lines are broken here and not by wrap-ansi, which composes characters: what is shown has to be what `quorate decide` is given back, to the letter.

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

// A paragraph keeps its indentation, which may carry meaning, as in JSON and code: up to half of a line, on each line that it becomes.
function wrapParagraph(paragraph: string, room: number): string[] {
  const [leading = ""] = /^ */.exec(paragraph) ?? [];
  const indent = leading.slice(0, Math.floor(room / 2));
  return wrapWords(paragraph.slice(leading.length), room - indent.length).map(
    (line) => indent + line,
  );
}

function wrapWords(paragraph: string, room: number): string[] {
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
  return cliTruncate().default(text, columns).replace(/\s*…$/, "…");
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
