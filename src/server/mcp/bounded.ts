import { clip, plain } from "../../model/text.ts";

const MAX_ITEMS = 100;
const MAX_DEPTH = 12;
const MAX_KEY_CHARS = 200;

/** Copies JSON for a model; all copies share one allowance of characters. */
export interface Bounded {
  /** Copies a value, with at most `maxChars` of each text. */
  readonly copy: (value: unknown, maxChars?: number) => unknown;
  /** Whether anything was left out or cut. */
  readonly isCut: () => boolean;
}

/** Makes copies of others' texts without invisible characters, limited to this many characters in all. Earlier parts have precedence. */
export function bounded(maxChars: number): Bounded {
  let left = maxChars;
  let isCut = false;

  function text(given: string, most: number): string {
    const seen = plain(given);
    const shown = clip(seen, Math.max(1, Math.min(most, left)));
    if (shown.length < seen.length) isCut = true;
    left -= shown.length;
    return shown;
  }

  function copy(value: unknown, most: number, depth: number): unknown {
    if (typeof value === "string") return text(value, most);
    if (typeof value !== "object" || value === null) {
      left -= 8;
      return value ?? null;
    }
    if (depth === MAX_DEPTH) {
      isCut = true;
      return "…";
    }
    if (left <= 0) {
      isCut = true;
      return Array.isArray(value) ? [] : {};
    }
    left -= 4;
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const item of value as readonly unknown[]) {
        if (items.length === MAX_ITEMS || left <= 0) {
          isCut = true;
          break;
        }
        items.push(copy(item, most, depth + 1));
      }
      return items;
    }
    const made: [string, unknown][] = [];
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      if (made.length === MAX_ITEMS || left <= 0) {
        isCut = true;
        break;
      }
      made.push([text(key, MAX_KEY_CHARS), copy(member, most, depth + 1)]);
    }
    // fromEntries defines properties: a key `__proto__` stays a key.
    return Object.fromEntries(made);
  }

  return {
    copy: (value, most = Number.POSITIVE_INFINITY) => copy(value, most, 0),
    isCut: () => isCut,
  };
}
