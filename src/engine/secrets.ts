import { REDACTED, type Json } from "../json.ts";

/** What was taken out of values, so that it is found where it comes up again. */
export interface Secrets {
  /** Remembers what stands in `before` and not in `after`. */
  learn(before: Json, after: Json): void;
  /** A value, keys of objects too, with `"[redacted]"` in the place of each secret. */
  without(value: Json): Json;
  /** Whether a text has a secret of at least so many characters in it. */
  isIn(text: string, leastChars: number): boolean;
}

/** Remembers secrets of at least `leastChars` characters; `true`, `false` and `null` only where that is 1. */
export function secrets(leastChars: number): Secrets {
  const known = new Set<string>();
  // Longer ones first: one may be a part of another.
  let ordered: readonly string[] | undefined = [];

  function add(secret: string): void {
    if (secret.length < leastChars || secret === REDACTED || known.has(secret)) return;
    known.add(secret);
    ordered = undefined;
  }

  function learn(before: Json, after: Json | undefined): void {
    if (Object.is(before, after)) return;
    if (typeof before === "string") {
      add(before);
      if (typeof after === "string") add(changedPart(before, after));
    } else if (typeof before === "number") {
      add(String(before));
    } else if (typeof before === "object" && before !== null) {
      const rest = Object(after) as Readonly<Record<string, Json>>;
      for (const [key, member] of Object.entries(before)) {
        learn(member, Object.hasOwn(rest, key) ? rest[key] : undefined);
      }
    } else if (leastChars === 1) {
      add(String(before));
    }
  }

  function withoutText(text: string): string {
    ordered ??= [...known].toSorted((a, b) => b.length - a.length);
    let kept = text;
    for (const secret of ordered) {
      if (kept.includes(secret)) kept = kept.replaceAll(secret, () => REDACTED);
    }
    return kept;
  }

  function without(value: Json): Json {
    if (typeof value === "string") return withoutText(value);
    if (typeof value !== "object" || value === null) {
      return known.has(String(value)) ? REDACTED : value;
    }
    if (Array.isArray(value)) return value.map(without);
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [withoutText(key), without(member)]),
    );
  }

  return {
    learn,
    without: (value) => (known.size === 0 ? value : without(value)),
    isIn(text, least) {
      for (const secret of known) if (secret.length >= least && text.includes(secret)) return true;
      return false;
    },
  };
}

/** What a text has between the beginning and the end that it shares with another. */
function changedPart(before: string, after: string): string {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return before.slice(start, before.length - end);
}
