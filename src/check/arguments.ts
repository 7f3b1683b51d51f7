import { fitting, hasMethods, text, thing } from "./kinds.ts";
import type { Option } from "./options.ts";

// What these are is declared above this room, so nothing here says more of them than that they are taken.

const STORES = "use memoryStore() or sqliteStore()";
const hasValues = (given: unknown): boolean =>
  hasMethods(Object(given).values, "now", "get", "change", "changeAll", "list", "watch");

export const STORE: Option<undefined> = thing<never>(
  "store",
  (given) =>
    hasMethods(given, "append", "read", "follow", "run", "runs", "take", "release") &&
    hasValues(given),
  STORES,
);

/** What has values, as a store does. */
export const VALUES: Option<never> = thing<never>("store of values", hasValues, STORES).needed();

export const SIGNAL: Option<undefined> = thing<never>(
  "AbortSignal",
  (given) => hasMethods(given, "addEventListener", "removeEventListener"),
  "give that of an AbortController",
);

/** What says the time. */
export const CLOCK: Option<undefined> = thing<never>(
  "clock",
  (given) => hasMethods(given, "now", "monotonic", "timer"),
  "use systemClock, or virtualClock() in tests",
);

/** What says what day it is, and nothing else of a clock. */
export const NOW: Option<{ now(): number } | undefined> = thing(
  "clock",
  (given) => hasMethods(given, "now"),
  "give one with now()",
);

/** A text that has to be handed in, such as the id of a run. */
export const TEXT: Option<string> = text("give a text").needed();

/** A time that has to be handed in. Nothing is before one that is `NaN`. */
export const TIME_MS: Option<number> = fitting<number>(
  (given) => typeof given === "number",
  "give milliseconds since 1970",
).needed();
