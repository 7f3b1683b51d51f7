import { fitting, func, hasMethods, text, thing } from "./kinds.ts";
import { option, type Option } from "./options.ts";

// What these are is declared above this room, so nothing here says more of them than that they are taken.

const BACKENDS = "use memory(), sqlite({ path }), or { store } with a store of your own";

function isStore(given: unknown): boolean {
  const methods = ["append", "read", "follow", "run", "runs", "take", "release"] as const;
  const ofValues = ["now", "get", "change", "changeAll", "list", "watch"] as const;
  return hasMethods(given, ...methods) && hasMethods(Object(given).values, ...ofValues);
}

const STORED = thing<never>("backend", (given) => isStore(Object(given).store), BACKENDS);
const MAKER = func("give the function that makes it, or leave it out");

export const BACKEND: Option<undefined> = option<never>((given, what) => {
  const taken = STORED.take(given, what);
  for (const part of ["limiter", "executor", "takeAttempts"] as const) {
    MAKER.take(Object(given)[part], `${what}.${part}`);
  }
  return taken;
}, BACKENDS);

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
