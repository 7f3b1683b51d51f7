import { QuorateError } from "../model/errors.ts";

/** @deprecated Renamed to `sqlite`, and passed as `backend`. Throws `BAD_OPTIONS`, which says so. */
export function sqliteStore(..._given: readonly unknown[]): never {
  throw new QuorateError(
    "BAD_OPTIONS",
    "sqliteStore was renamed to sqlite; use backend: sqlite({ path }), whose store is sqlite({ path }).store",
  );
}
