import { QuorateError } from "../errors.ts";

/**
 * What a call is cancelled with whose answer could not change a verdict any more. Unlike any other cancellation this one does not
 * end the run, so that the call's end is recorded. Known by identity, and so the same for all; frozen, as agents see it.
 */
export const STOPPED_EARLY: QuorateError = Object.freeze(
  new QuorateError("CANCELLED", "its answer could not change a verdict any more"),
);
