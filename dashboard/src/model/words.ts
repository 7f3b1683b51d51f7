import { money } from "../../../src/report/money.ts";
import { count, duration, share, whole } from "../../../src/report/quantities.ts";
import { safeText } from "../../../src/cli/shown/safe-text.ts";
import { shortId } from "../../../src/cli/shown/short-id.ts";
import type { Json } from "../../../src/model/json.ts";

export { count, duration, money, share, whole };

/** `$0.0750`: four decimals, so that amounts align; more if it would otherwise read as zero. */
export function dollars(usdMicros: number): string {
  if (usdMicros === 0) return "$0";
  return usdMicros < 100 || usdMicros >= 100_000_000
    ? money(usdMicros)
    : `$${(usdMicros / 1e6).toFixed(4)}`;
}

/** `a, b and 3 more`. */
export function fewNames(names: readonly string[], most: number = 3): string {
  const shown = names.slice(0, most).join(", ");
  return names.length <= most ? shown : `${shown} and ${names.length - most} more`;
}

/** A position for people: a string without its quotes, anything else as JSON. */
export function positionText(position: Json): string {
  if (typeof position !== "string") return JSON.stringify(position);
  return position === "" ? '""' : position;
}

export { shortId };

/** One word of a command, quoted if a shell needs it, without invisible characters. */
export function shellWord(word: string): string {
  const safe = safeText(word);
  return /^[\w./@:+-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", String.raw`'\''`)}'`;
}

/** `18:15:32`, in UTC, so that a page reads the same everywhere. */
export function timeOfDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** `2026-11-29 18:15 UTC`. */
export function dateTime(atMs: number): string {
  const iso = new Date(atMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Indented JSON of any value. */
export function jsonText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, undefined, 2) ?? "");
}
