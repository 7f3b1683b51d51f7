import { hearIfRefused, hearLeftOut, isThenable } from "../model/hear.ts";
import type { Json } from "../model/json.ts";

/** How large a list or record may be as a position: characters of its JSON, about. */
const MAX_POSITION_CHARS = 1_048_576;
const MAX_DEPTH = 64;

/**
 * The text that two values share exactly when they are equal: JSON with sorted keys, and every string trimmed and
 * lower-cased. Keys of objects stay as they are, and members that are `undefined` do not count, as in JSON.
 *
 * Throws a `TypeError` that completes the sentence "the position …" for a value that is not JSON, is nested deeper than
 * 64 levels (a cycle is), or is a list or record of more than {@link MAX_POSITION_CHARS}.
 */
export function foldedKey(value: unknown): string {
  // The usual positions are texts: nothing follows, so no quoting is needed.
  if (typeof value === "string") return `"${fold(value)}`;
  return write(value, fold);
}

/** Like {@link foldedKey}, with every string as it is: the order of spellings of the same position. */
export function exactText(value: Json): string {
  return typeof value === "string" ? `"${value}` : write(value, (text) => text);
}

function fold(text: string): string {
  return text.trim().normalize("NFC").toLowerCase();
}

function write(value: unknown, string: (text: string) => string): string {
  let room = MAX_POSITION_CHARS;
  /** The lists and records on the way to the current value: a getter may have made them only now. */
  const outer: object[] = [];
  const spend = (text: string): string => {
    room -= text.length;
    if (room < 0) throw new TypeError(`is larger than ${MAX_POSITION_CHARS} characters`);
    return text;
  };

  function walk(part: unknown, depth: number): string {
    if (depth > MAX_DEPTH)
      throw new TypeError(`is nested deeper than ${MAX_DEPTH} levels, or contains itself`);
    switch (typeof part) {
      case "string":
        // Measured before it is folded and quoted, because those cost time, too.
        if (part.length > room) spend(part);
        return spend(JSON.stringify(string(part)));
      case "number":
        if (!Number.isFinite(part))
          throw new TypeError(`contains ${part}, which JSON does not have`);
        return spend(part === 0 ? "0" : String(part));
      case "boolean":
        return spend(String(part));
      case "object":
        if (part === null) return spend("null");
        return nested(part, depth);
      default:
        throw new TypeError(`contains a value of type ${typeof part}, which JSON does not have`);
    }
  }

  function nested(part: object, depth: number): string {
    outer.push(part);
    const text = Array.isArray(part) ? list(part, depth) : record(part, depth);
    outer.pop();
    return text;
  }

  function list(part: readonly unknown[], depth: number): string {
    if (part.length > room) throw new TypeError(`is larger than ${MAX_POSITION_CHARS} characters`);
    spend("[]");
    // Array.from: a hole is visited, and refused as undefined.
    return `[${Array.from(part, (item) => spend(",") && walk(item, depth + 1)).join(",")}]`;
  }

  function record(part: object, depth: number): string {
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      const what = isThenable(part) ? "a Promise that was not awaited" : "an instance of a class";
      throw new TypeError(`contains ${what}; give its data as a plain object`);
    }
    spend("{}");
    const members: string[] = [];
    const keys = Object.keys(part).sort();
    hearLeftOut(part, keys.length);
    for (const key of keys) {
      const member: unknown = (part as Record<string, unknown>)[key];
      if (member !== undefined)
        members.push(`${spend(`${JSON.stringify(key)}:,`).slice(0, -1)}${walk(member, depth + 1)}`);
    }
    return `{${members.join(",")}}`;
  }

  return hearIfRefused(outer, () => walk(value, 0));
}
