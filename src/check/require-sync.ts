import { hear, hearIfRefused, isThenable } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";

/**
 * The answer of a caller's function that must be synchronous. Throws what it throws, and `BAD_OPTIONS` for a promise.
 * Promises in what it throws are heard, and so is a refused promise.
 */
export function requireSync<T>(call: () => T, what: string): T {
  const answer = hearIfRefused(undefined, call);
  if (!isThenable(answer)) return answer;
  hear(answer);
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} returned a promise; it must return its value at once`,
  );
}
