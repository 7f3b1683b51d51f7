import { QuorateError } from "../model/errors.ts";

/** @deprecated Renamed to `limiters`, which have names. Throws `BAD_OPTIONS`, and says so. */
export function lane(..._given: readonly unknown[]): never {
  throw new QuorateError(
    "BAD_OPTIONS",
    'lane was renamed to limiters; give the team limiters: { openai: { concurrency: 4 } }, and agents limiters: ["openai"]',
  );
}

/** @deprecated Renamed to `memory`, and given as `backend`. Throws `BAD_OPTIONS`, and says so. */
export function memoryStore(..._given: readonly unknown[]): never {
  throw new QuorateError(
    "BAD_OPTIONS",
    "memoryStore was renamed to memory; use backend: memory(), whose store is memory().store",
  );
}
