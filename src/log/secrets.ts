import { comparedPath } from "../conflict/place.ts";
import { REDACTED, type Json } from "../model/json.ts";
import { unescaped, type Unescaped } from "./unescaped.ts";

/** What was taken out of values, to find it where it occurs again. */
export interface Secrets {
  /** Remembers what is in `before` and not in `after`. */
  learn(before: Json, after: Json): void;
  /** A value, including keys of objects, with `"[redacted]"` instead of each secret. */
  without(value: Json): Json;
  /** A text without its long secrets, and without their beginnings, because a text may have been cut within one: also short ones before a `…`. */
  withoutLong(text: string): string;
  /** Whether a text contains a secret of at least this many characters. */
  isIn(text: string, leastChars: number): boolean;
}

/** This much of a secret gives it away if the rest was cut off. */
const LONG_CHARS = 16;

/** Secrets are looked up by their beginnings: there may be thousands, and every text is searched. */
const HEAD_CHARS = 4;

/** A longer secret stands nowhere as a path. */
const MAX_PATH_CHARS = 4_096;

/** What is searched for: the secret, as JSON, as a path, and each as it reads, because texts are read as well. */
function formsOf(secret: string): ReadonlySet<string> {
  const forms = [secret, JSON.stringify(secret).slice(1, -1)];
  if (secret.length <= MAX_PATH_CHARS) {
    forms.push(secret.normalize("NFC"), secret.normalize("NFD"));
    if (/[\\/]/.test(secret)) forms.push(comparedPath(secret));
  }
  return new Set([...forms, ...forms.map((form) => (unescaped(form)?.text ?? form).trim())]);
}

/** A text that is read as it stands. */
const asIs = (text: string): Unescaped => ({ text, place: (from, to) => [from, to] });

/**
 * Remembers secrets of at least `leastChars` characters; `true`, `false` and `null` only where that is 1. With `rewritten`, those that
 * stand in a text exactly as they were taken out stay there.
 */
export function secrets(leastChars: number, rewritten = false): Secrets {
  const known = new Set<string>();
  const byHead = new Map<string, string[]>();
  const short = new Set<string>();
  const staying = new Set<string>();

  function add(secret: string): void {
    if (rewritten) staying.add(secret);
    for (const form of formsOf(secret)) {
      if (form.length < leastChars || form === REDACTED || known.has(form)) continue;
      known.add(form);
      if (form.length < HEAD_CHARS) {
        short.add(form);
        continue;
      }
      const head = form.slice(0, HEAD_CHARS);
      const others = byHead.get(head);
      if (others === undefined) byHead.set(head, [form]);
      else others.push(form);
    }
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

  /** How many characters of a text, from an index on, are a secret, or the beginning of a long one. */
  function lengthAt(text: string, at: number, least: number): number {
    let longest = 0;
    for (const secret of byHead.get(text.slice(at, at + HEAD_CHARS)) ?? []) {
      const same = commonLength(secret, text, at);
      const isCut = text[at + same] === "…";
      if (secret.length < least && !isCut) continue;
      if (isCut || same === secret.length || same >= LONG_CHARS) longest = Math.max(longest, same);
    }
    return longest;
  }

  /** A text without secrets of at least this many characters. */
  function cleaned(text: string, least: number): string {
    if (byHead.size === 0) return text;
    const kept = cleanedAsRead(text, asIs(text), least);
    const reading = unescaped(kept);
    return reading === undefined ? kept : cleanedAsRead(kept, reading, least);
  }

  function cleanedAsRead(given: string, { text, place }: Unescaped, least: number): string {
    let kept = "";
    let from = 0;
    for (let at = 0; at + HEAD_CHARS <= text.length;) {
      const length = lengthAt(text, at, least);
      const [start, end] = length === 0 ? [0, 0] : place(at, at + length);
      if (length === 0 || staying.has(given.slice(start, end))) {
        at++;
        continue;
      }
      // Two secrets may share an escape.
      kept += given.slice(from, Math.max(from, start)) + REDACTED;
      at += length;
      from = end;
    }
    return from === 0 ? given : kept + given.slice(from);
  }

  function withoutText(text: string): string {
    let kept = cleaned(text, HEAD_CHARS);
    for (const secret of short) {
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
    withoutLong: (text) => cleaned(text, LONG_CHARS),
    isIn(text, least) {
      const ways = [text, unescaped(text)?.text ?? text];
      for (const secret of known) {
        if (secret.length >= least && ways.some((way) => way.includes(secret))) return true;
      }
      return false;
    },
  };
}

/** How long the common beginning is of a secret and a text, from an index on. */
function commonLength(secret: string, text: string, at: number): number {
  if (text.startsWith(secret, at)) return secret.length;
  const most = Math.min(secret.length, text.length - at);
  let same = 0;
  while (same < most && text[at + same] === secret[same]) same++;
  return same;
}

/** The part of a text between the beginning and the end that it shares with another. */
function changedPart(before: string, after: string): string {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return before.slice(start, before.length - end);
}
