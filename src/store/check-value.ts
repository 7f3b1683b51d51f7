import { hear, hearIfRefused } from "../model/hear.ts";
import { clip } from "../model/text.ts";
import { QuorateError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import { anything, func, text } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import {
  MAX_CHANGED_KEYS,
  type ChangeOptions,
  type ListOptions,
  type Make,
  type MakeAll,
} from "./values.ts";

const MAX_KEY_CHARS = 1_000;
const MAX_VALUE_BYTES = 64 * 1024 * 1024;

/** Throws `BAD_OPTIONS` unless this can be the key of a value: 1 to 1,000 characters of valid Unicode. */
export function checkKey(key: string): void {
  checkText(key, "The key", 1);
}

/** Refuses with `BAD_OPTIONS` a text with which no key can begin or after which none can come. */
export function checkKeyPart(text: string, what: string): void {
  checkText(text, what, 0);
}

/** Refuses with `BAD_OPTIONS` a watch without a prefix or a callback. */
export function checkWatch(prefix: string, told: () => void): void {
  checkKeyPart(prefix, "The prefix");
  TOLD.take(told, "watch: told");
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
    `${what} ${quoteKey(text)} of a value cannot be used: give ${least} to ${MAX_KEY_CHARS} characters of valid Unicode.`,
  );
}

/** A key as a message shows it: quoted, and not endless. */
export function quoteKey(key: string): string {
  return JSON.stringify(clip(key, 100));
}

// These values are checked by the code that uses them.
export const CHANGE: Options<ChangeOptions> = options({
  expiresAtMs: anything(),
  runId: text("give the id of a run"),
});
export const LIST: Options<ListOptions> = options({ after: anything(), limit: anything() });

const MAKE = func("use (value) => the new one").needed();
const TOLD = func("use () => { … }").needed();

/** A requested change of one or several values. */
export interface ValueChange {
  readonly keys: readonly string[];
  readonly make: MakeAll;
  readonly expiresAtMs: Exclude<ChangeOptions["expiresAtMs"], undefined>;
  readonly runId: string | undefined;
}

/**
 * A change with its defaults, for `changeAll` of a store's values. Throws `BAD_OPTIONS` unless there are 1 to 1,000 different and valid keys, for an
 * unknown option, and for an expiry that is not a number or a function.
 */
export function checkChange(
  keys: readonly string[],
  make: MakeAll,
  given: ChangeOptions = {},
): ValueChange {
  const list: unknown = keys;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_CHANGED_KEYS) {
    hear(list);
    const what = Array.isArray(list) ? `a list of ${list.length} keys` : shown(list);
    throw new QuorateError(
      "BAD_OPTIONS",
      `changeAll is given ${what}; give a list of 1 to ${MAX_CHANGED_KEYS} keys.`,
    );
  }
  for (const key of keys) checkKey(key);
  if (new Set(keys).size < keys.length) {
    throw new QuorateError("BAD_OPTIONS", "changeAll is given a key twice; give each once.");
  }
  MAKE.take(make, "change: make");
  const { expiresAtMs = Infinity, runId } = CHANGE.of(given, "change");
  if (typeof expiresAtMs !== "function") checkExpiry(keys[0] ?? "", expiresAtMs);
  return { keys: [...keys], make, expiresAtMs, runId };
}

/** `make` for one value as `make` for a list of one. */
export function ofOne(make: Make): MakeAll {
  MAKE.take(make, "change: make");
  return ([value], nowMs) => [make(value, nowMs)];
}

function checkExpiry(key: string, expiresAtMs: unknown): number {
  if (typeof expiresAtMs === "number" && !Number.isNaN(expiresAtMs)) return expiresAtMs;
  hear(expiresAtMs);
  throw new QuorateError(
    "BAD_OPTIONS",
    `The expiresAtMs of the value ${quoteKey(key)} is ${shown(expiresAtMs)}: give ms since 1970, or leave it out.`,
  );
}

/** A value that replaces another; `undefined` removes it. */
export interface Written {
  readonly key: string;
  readonly value: Json | undefined;
  /** `Infinity`: never. */
  readonly expiresAtMs: number;
}

/**
 * What a change makes of the present values of its keys: copies that went through JSON, and which of them the store has to write. A
 * value that `make` returned as it was is not written. Throws what `make` throws, and `BAD_OPTIONS` if that is not JSON.
 */
export function makeValues(
  { keys, make, expiresAtMs }: ValueChange,
  values: readonly (Json | undefined)[],
  nowMs: number,
): { readonly made: readonly (Json | undefined)[]; readonly written: readonly Written[] } {
  const all: unknown = hearIfRefused(values, () => make(values, nowMs));
  if (!Array.isArray(all) || all.length !== keys.length) {
    hear(all);
    throw new QuorateError(
      "BAD_OPTIONS",
      `changeAll: make did not return a list of ${keys.length} values.`,
    );
  }
  const written: Written[] = [];
  const made = keys.map((key, index) => {
    const value = values[index];
    if (Object.is(all[index], value)) return value;
    const taken = takeMade(key, all[index]);
    const expires =
      taken === undefined || typeof expiresAtMs === "number"
        ? Number(expiresAtMs)
        : checkExpiry(key, expiresAtMs(taken, nowMs));
    written.push({ key, value: taken, expiresAtMs: expires });
    return taken;
  });
  return { made, written };
}

function takeMade(key: string, made: unknown): Json | undefined {
  const taken = takeJson(made, MAX_VALUE_BYTES);
  // A result of takeJson has passed through JSON, or is undefined.
  if (taken.fault === undefined) return taken.value as Json | undefined;
  throw new QuorateError(
    "BAD_OPTIONS",
    `The value ${quoteKey(key)} cannot be kept: what was made ${taken.fault.why}; return plain JSON at once.`,
  );
}
