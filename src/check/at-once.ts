import { hear, hearIfRefused, isThenable } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";

/**
 * What a function of the caller's answers, where nobody waits for it. Throws what it throws, and `BAD_OPTIONS` for a promise.
 * Promises in what is thrown are heard, and so is the one that is refused.
 */
export function atOnce<T>(call: () => T, what: string): T {
  const answer = hearIfRefused(undefined, call);
  if (!isThenable(answer)) return answer;
  hear(answer);
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} answered with a promise; it has to answer at once`,
  );
}
