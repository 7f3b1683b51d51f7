/** Where a text stops being JSON: an offset, which is the text's length when it ends too early. */
export interface JsonMistake {
  readonly offset: number;
  /** 1 for the first. */
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const HEX = /^[0-9a-fA-F]{4}$/;

/**
 * Finds what `JSON.parse` refuses in `text`: its own message has no place for most mistakes. For a text that it
 * accepts, the mistake is at the end.
 */
export function jsonMistake(text: string): JsonMistake {
  const offset = scan(text);
  const before = text.slice(0, offset).split("\n");
  return { offset, line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

// What may follow: a value; a value or the end of an empty array; a key, or the end of an empty object; a colon;
// or a comma and whatever closes what is open.
type Next = "value" | "first-value" | "key" | "first-key" | "colon" | "comma";

function scan(text: string): number {
  const open: ("]" | "}")[] = [];
  let next: Next = "value";
  let at = end(SPACE, text, 0);
  for (; at < text.length; at = end(SPACE, text, at)) {
    const sign = text[at];
    if (next === "comma" && open.length === 0) return at;
    if (sign === open.at(-1) && (next === "comma" || next.startsWith("first-"))) {
      open.pop();
      next = "comma";
      at += 1;
    } else if (next === "comma" || next === "colon") {
      if (sign !== (next === "comma" ? "," : ":")) return at;
      next = next === "comma" && open.at(-1) === "}" ? "key" : "value";
      at += 1;
    } else if (sign === "[" && !next.endsWith("key")) {
      open.push("]");
      next = "first-value";
      at += 1;
    } else if (sign === "{" && !next.endsWith("key")) {
      open.push("}");
      next = "first-key";
      at += 1;
    } else {
      const isKey = next.endsWith("key");
      const after = sign === '"' ? endOfString(text, at) : isKey ? -1 : endOfScalar(text, at);
      if (after < 0) return at;
      if (after > text.length) return text.length;
      next = isKey ? "colon" : "comma";
      at = after;
    }
  }
  return at;
}

function end(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function endOfScalar(text: string, at: number): number {
  return Math.max(end(LITERAL, text, at), end(NUMBER, text, at));
}

// Beyond the text's end when the string never ends; -1 when something in it may not stand there.
function endOfString(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index++) {
    const sign = text.charAt(index);
    if (sign === '"') return index + 1;
    if (sign < " ") return -1;
    if (sign !== "\\") continue;
    index += 1;
    const escaped = text.charAt(index);
    if (escaped === "u" && !HEX.test(text.slice(index + 1, index + 5))) return -1;
    if (!'"\\/bfnrtu'.includes(escaped)) return -1;
  }
  return text.length + 1;
}
