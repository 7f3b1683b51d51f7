import { UNSEEN } from "../model/text.ts";

/** A text as it reads once nothing in it is escaped, and where each part of that stands in the text. */
export interface Unescaped {
  readonly text: string;
  /** Where the characters from `from` to before `to` of the reading begin and end in the text. */
  place(from: number, to: number): readonly [start: number, end: number];
}

/**
 * What may be written in several ways, and reads the same: a character that JSON escapes, however often it was quoted; bytes of an
 * address, also those that were encoded again; blanks, line breaks and the `+` of a form; characters that nobody sees.
 */
const WAYS = new RegExp(
  String.raw`((?:\\+u[0-9a-f]{4})+)|(\\+)(?:([bfnrt])|["/])?|((?:%(?:25)*[0-9a-f]{2})+)|[\s+]+|${UNSEEN.source}`,
  "giu",
);

const MAY_DIFFER = /[\\%+\p{Cc}\P{ASCII}]| {2}/u;

/** How a text reads; `undefined` if it stands there as it reads. */
export function unescaped(given: string): Unescaped | undefined {
  if (!MAY_DIFFER.test(given)) return undefined;
  const marks: Escaped[] = [];
  const parts: string[] = [];
  let length = 0;
  let at = 0;
  const add = (part: string): void => {
    if (part === "") return;
    parts.push(part);
    length += part.length;
  };
  for (const match of given.matchAll(WAYS)) {
    const start = match.index;
    add(given.slice(at, start));
    at = start + match[0].length;
    const from = length;
    const character = asOneBlank(characterOf(match), parts.at(-1)?.endsWith(" ") === true);
    add(character);
    if (character !== match[0]) marks.push({ from, to: length, start, end: at });
  }
  if (marks.length === 0) return undefined;
  add(given.slice(at));
  return { text: parts.join(""), place: placing(marks) };
}

/** A part of a reading that is written in another way. */
interface Escaped {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

function characterOf([whole, codes, slashes, blank, bytes]: RegExpMatchArray): string {
  if (codes !== undefined) {
    return codes.replace(/\\+u(.{4})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
  if (blank !== undefined) return " ";
  if (bytes !== undefined) return decoded(bytes);
  if (slashes !== undefined) return whole.slice(slashes.length);
  return /[\s+]/.test(whole) ? " " : "";
}

function decoded(bytes: string): string {
  return Buffer.from(bytes.replace(/%(?:25)*(?=[0-9a-f]{2})/gi, ""), "hex").toString();
}

function asOneBlank(text: string, isAfterBlank: boolean): string {
  const one = text.replace(/[\s+]+/g, " ").replace(UNSEEN, "");
  return isAfterBlank && one.startsWith(" ") ? one.slice(1) : one;
}

function placing(marks: readonly Escaped[]): Unescaped["place"] {
  /** The last mark that begins at an index or before it. */
  const markBefore = (index: number): Escaped => {
    let [low, high] = [0, marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((marks[middle]?.from ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return marks[low - 1] ?? { from: 0, to: 0, start: 0, end: 0 };
  };
  return (from, to) => {
    const [first, last] = [markBefore(from), markBefore(to - 1)];
    return [
      first.to > from ? first.start : first.end + from - first.to,
      last.to > to - 1 ? last.end : last.end + to - last.to,
    ];
  };
}
