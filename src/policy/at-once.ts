import { QuorateError } from "../errors.ts";

/**
 * What a function of the caller's has answered, where nobody waits for it. Refuses a promise with `BAD_OPTIONS`, and hears it all the
 * same: one that fails with nobody listening would end the process.
 */
export function atOnce<T>(answer: T, what: string): T {
  if (typeof answer !== "object" || answer === null || !("then" in answer)) return answer;
  if (typeof answer.then !== "function") return answer;
  Promise.resolve(answer).catch(() => {});
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} answered with a promise; it has to answer at once`,
  );
}
