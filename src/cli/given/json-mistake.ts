import { printParseErrorCode, visit, type ParseErrorCode } from "jsonc-parser";

/** Where a text stops being JSON. */
export interface JsonMistake {
  /** It ends too early, a string or an escape in it is none, or something stands where nothing like it may. */
  readonly what: "end" | "string" | "escape" | "control" | "character";
  /** The text's length where it ends too early; where a string is wrong, the string's beginning. */
  readonly offset: number;
  /** 1 for the first. */
  readonly line: number;
  readonly column: number;
}

const IN_STRINGS = new Map<string, JsonMistake["what"]>([
  ["UnexpectedEndOfString", "string"],
  ["InvalidEscapeCharacter", "escape"],
  ["InvalidUnicode", "escape"],
  ["InvalidCharacter", "control"],
]);

/**
 * Finds what `JSON.parse` refuses in `text`: its own message has no place for most mistakes. For a text that it accepts, the mistake is at the end;
 * `undefined` for one that is nested too deeply to be looked at.
 */
export function jsonMistake(text: string): JsonMistake | undefined {
  let first:
    | { readonly code: ParseErrorCode; readonly at: number; readonly end: number }
    | undefined;
  try {
    const onError = (code: ParseErrorCode, at: number, length: number): void => {
      first ??= { code, at, end: at + length };
    };
    visit(text, { onError }, { disallowComments: true });
  } catch (error) {
    // The parser calls itself for each level. What it had found by then stands.
    if (!(error instanceof RangeError)) throw error;
    if (first === undefined) return undefined;
  }
  const what =
    first === undefined ? "end" : (IN_STRINGS.get(printParseErrorCode(first.code)) ?? "character");
  // Half a string at the end of a text would be whole if more came.
  const isCutOff = first === undefined || (what === "string" && first.end === text.length);
  const offset = isCutOff ? text.length : (first?.at ?? text.length);
  const before = text.slice(0, offset).split("\n");
  return {
    what: offset === text.length ? "end" : what,
    offset,
    line: before.length,
    column: (before.at(-1) ?? "").length + 1,
  };
}
