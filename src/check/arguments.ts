import { fitting, func, hasMethods, text, thing } from "./kinds.ts";
import { option, type Option } from "./options.ts";

// The types of these values are declared above this room, so they are only passed on here.

const BACKENDS = "use memory(), sqlite({ path }), or { store } with a store of your own";

function isStore(given: unknown): boolean {
  const methods = ["append", "read", "follow", "run", "runs", "take", "release"] as const;
  const ofValues = ["now", "get", "change", "changeAll", "list", "watch"] as const;
  return hasMethods(given, ...methods) && hasMethods(Object(given).values, ...ofValues);
}

const STORED = thing<never>("a backend", (given) => isStore(Object(given).store), BACKENDS);
const MAKER = func("give the function that makes it, or leave it out");

export const BACKEND: Option<undefined> = option<never>((given, what) => {
  const taken = STORED.take(given, what);
  for (const part of ["limiter", "executor", "takeAttempts"] as const) {
    MAKER.take(Object(given)[part], `${what}.${part}`);
  }
  return taken;
}, BACKENDS);

export const SIGNAL: Option<undefined> = thing<never>(
  "an AbortSignal",
  (given) => hasMethods(given, "addEventListener", "removeEventListener"),
  "give that of an AbortController",
);

/** A source of time. */
export const CLOCK: Option<undefined> = thing<never>(
  "a clock",
  (given) => hasMethods(given, "now", "monotonic", "timer"),
  "use systemClock, or virtualClock() in tests",
);

/** A source of the date; no other part of a clock is needed. */
export const NOW: Option<{ now(): number } | undefined> = thing(
  "a clock",
  (given) => hasMethods(given, "now"),
  "give one with now()",
);

/** A required text, such as the id of a run. */
export const TEXT: Option<string> = text("give a text").needed();

/** A required time. `NaN` would compare as neither before nor after anything. */
export const TIME_MS: Option<number> = fitting<number>(
  (given) => typeof given === "number",
  "give milliseconds since 1970",
).needed();
