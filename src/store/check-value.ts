import { hearIfRefused } from "../async/hear.ts";
import { clip } from "../text.ts";
import { QuorateError } from "../errors.ts";
import { takeJson, type Json } from "../json.ts";
import { checkKeys } from "../policy/check-kind.ts";
import type { ChangeOptions, ListOptions } from "./values.ts";

const MAX_KEY_CHARS = 1_000;
const MAX_VALUE_BYTES = 64 * 1024 * 1024;

/** Refuses with `BAD_OPTIONS` what is no key of a value. */
export function checkKey(key: string): void {
  checkText(key, "The key", 1);
}

/** Refuses with `BAD_OPTIONS` what no key can begin with or come after. */
export function checkKeyPart(text: string, what: string): void {
  checkText(text, what, 0);
}

function checkText(text: unknown, what: string, least: number): void {
  if (typeof text !== "string") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${what} of a value is of type ${typeof text}: give text.`,
    );
  }
  if (text.length >= least && text.length <= MAX_KEY_CHARS && text.isWellFormed()) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} ${quoteKey(text)} of a value is not to be used: give ${least} to ${MAX_KEY_CHARS} characters of valid Unicode.`,
  );
}

/** A key as a message shows it: quoted, and not endless. */
export function quoteKey(key: string): string {
  return JSON.stringify(clip(key, 100));
}

const CHANGE_KEYS: ReadonlySet<keyof ChangeOptions> = new Set(["expiresAtMs"]);
const LIST_KEYS: ReadonlySet<keyof ListOptions> = new Set(["after", "limit"]);

/** Refuses with `BAD_OPTIONS` an option that listing values does not have. */
export function checkListing(options: ListOptions): void {
  checkKeys(options, LIST_KEYS, "list");
}

/** When a value expires, `Infinity` for never. Refuses with `BAD_OPTIONS` what is no time, and what changing a value has no option for. */
export function checkExpiry(key: string, options: ChangeOptions): number {
  checkKeys(options, CHANGE_KEYS, "change");
  const { expiresAtMs = Infinity } = options;
  if (typeof expiresAtMs === "number" && !Number.isNaN(expiresAtMs)) return expiresAtMs;
  throw new QuorateError(
    "BAD_OPTIONS",
    `The expiresAtMs of the value ${quoteKey(key)} is ${String(expiresAtMs)}: give ms since 1970, or leave it out.`,
  );
}

/** What `make` makes of a value, taken over; a `made` that is the value itself leaves it as it is. Throws as `change` does. */
export function makeValue(
  key: string,
  value: Json | undefined,
  make: (value: Json | undefined) => Json | undefined,
): Json | undefined {
  const made: unknown = hearIfRefused(value, () => make(value));
  if (Object.is(made, value)) return value;
  const taken = takeJson(made, MAX_VALUE_BYTES);
  // What takeJson gives has passed through JSON, or is undefined.
  if (taken.fault === undefined) return taken.value as Json | undefined;
  throw new QuorateError(
    "BAD_OPTIONS",
    `The value ${quoteKey(key)} cannot be kept: what was made ${taken.fault.why}; return plain JSON at once.`,
  );
}
