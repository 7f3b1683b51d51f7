import { hasMethods, thing } from "./kinds.ts";
import type { Option } from "./options.ts";

// What these are is declared above this room, so nothing here says more of them than that they are taken.

const STORES = "use memoryStore() or sqliteStore()";

/** A store, with values. */
export const STORE: Option<undefined> = thing<never>(
  "store",
  (given) =>
    hasMethods(given, "append", "read", "runs", "take", "release") &&
    hasMethods(Object(given).values, "get", "change", "list"),
  STORES,
);

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
