import { sha256 } from "../../hash.ts";
import { canonicalJson } from "../../json.ts";

/** What of a task is compared with others. */
export interface Likeness {
  /** All of it but its texts, and the numbers in these: that has to be equal. */
  readonly frame: string;
  /** The pairs of neighbouring words in its texts, as numbers, sorted, each once. */
  readonly pairs: Uint32Array;
}

/** Longer texts are not compared: what they differ in may be a small part of them. */
export const MAX_LIKE_CHARS = 20_000;

/**
 * What of a task is compared with others; `undefined` for one whose texts have more than 20,000 characters together. The task is
 * one that `takeJson` gave.
 */
export function likenessOf(task: unknown): Likeness | undefined {
  const texts: string[] = [];
  let chars = 0;
  const frame = frameOf(task, (text) => {
    texts.push(text);
    chars += text.length;
  });
  if (chars > MAX_LIKE_CHARS) return undefined;
  const pairs = new Set<number>();
  for (const [place, text] of texts.entries()) addPairs(text, place, pairs);
  return { frame: sha256(frame), pairs: Uint32Array.from(pairs).sort() };
}

/**
 * How alike the texts of two tasks of one frame are, from 0 to 1: of the pairs of neighbouring words that either has, the part
 * that both have. The resemblance of A. Z. Broder, "On the resemblance and containment of documents", 1997, with shingles of two words.
 */
export function resemblance({ pairs: a }: Likeness, { pairs: b }: Likeness): number {
  let both = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [x = 0, y = 0] = [a[i], b[j]];
    if (x === y) both++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  const either = a.length + b.length - both;
  return either === 0 ? 0 : both / either;
}

/** The JSON of a value, with nothing but their numbers in place of its texts, which `see` is given in their order. */
function frameOf(value: unknown, see: (text: string) => void): string {
  if (typeof value === "string") {
    see(value);
    return `"${value.match(NUMBERS)?.join(" ") ?? ""}"`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => frameOf(item, see)).join(",")}]`;
  if (typeof value !== "object" || value === null) return canonicalJson(value);
  const object = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(object)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${frameOf(object[key], see)}`);
  return `{${members.join(",")}}`;
}

const NUMBERS = /[-+]?\p{N}+/gu;

// A letter of a script that is written without spaces, a word, or any other sign: "<" and ">" are not the same.
const WORD =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu;

/** The place among the texts is part of a pair: two texts that are exchanged are not the same. */
function addPairs(text: string, place: number, into: Set<number>): void {
  let before = "";
  for (const [word] of text.normalize("NFC").toLowerCase().matchAll(WORD)) {
    into.add(numberOf(place, before, word));
    before = word;
  }
  into.add(numberOf(place, before, ""));
}

/** FNV-1a with 32 bits, over UTF-16 units: of so few pairs, next to none meet by chance. */
function numberOf(place: number, first: string, second: string): number {
  let hash = 0x811c9dc5;
  const mix = (unit: number): void => {
    hash = Math.imul(hash ^ unit, 0x01000193);
  };
  mix(place);
  for (let i = 0; i < first.length; i++) mix(first.charCodeAt(i));
  // In no word.
  mix(0x20);
  for (let i = 0; i < second.length; i++) mix(second.charCodeAt(i));
  return hash >>> 0;
}
