// What agents, models and callers wrote may hold anything: escape sequences that move the cursor or set the
// clipboard, characters that turn the reading order round, characters nobody sees. None of it reaches a terminal.

// What stands between a beginning and its end excludes every beginning and every end, so that matching is linear.
const ESCAPE_SEQUENCE =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u0090\u0098\u009C-\u009F]*(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]*[0-~]/g;

// Cc: control. Cf: bidirectional marks and other format characters. The last: what is never drawn.
const INVISIBLE_BUT_BREAKS = /[^\P{Cc}\n]|\p{Cf}|\p{Default_Ignorable_Code_Point}/gu;
const BREAKS = /\r\n?|[\u0085\u2028\u2029]/g;

/**
 * `text` as it may be printed: without escape sequences and without control, bidirectional and invisible
 * characters. Line breaks of every kind become `\n`, a tab becomes two spaces.
 */
export function safeBlock(text: string): string {
  return text
    .toWellFormed()
    .replace(ESCAPE_SEQUENCE, "")
    .replace(BREAKS, "\n")
    .replaceAll("\t", "  ")
    .replace(INVISIBLE_BUT_BREAKS, "");
}

/** `safeBlock` on one line: every run of white space becomes one space, and the ends are trimmed. */
export function safeText(text: string): string {
  return safeBlock(text).replace(/\s+/g, " ").trim();
}

// Inside JSON text these can only stand within strings, where an escape means the same.
const UNSAFE_IN_JSON = /[\u007F-\u009F\u2028\u2029]|\p{Cf}|\p{Default_Ignorable_Code_Point}/gu;

/**
 * A JSON document that is whole, and still safe on a terminal: what could harm stands as `\u` escapes. So does the bracket of `##[`, which runners of
 * GitHub Actions take for a command.
 */
export function safeJson(value: unknown, indent?: number): string {
  return String(JSON.stringify(value, undefined, indent))
    .replace(UNSAFE_IN_JSON, (character) =>
      Array.from({ length: character.length }, (_, index) => codeUnit(character, index)).join(""),
    )
    .replaceAll("##[", String.raw`##\u005b`);
}

function codeUnit(text: string, index: number): string {
  return `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`;
}
