import { QuorateError } from "../model/errors.ts";
import { quoteRun } from "./quote-run.ts";

/** The error of `take` for an unknown run. */
export function noSuchRun(runId: string): QuorateError {
  return new QuorateError("RUN_NOT_FOUND", `The store has no run ${quoteRun(runId)}.`);
}

/** The error of `take` for a run that `owner`, some words for a person, still drives. */
export function ownedRun(runId: string, owner: string): QuorateError {
  return new QuorateError(
    "RUN_OWNED",
    `Run ${quoteRun(runId)} is driven by ${owner}: wait until it is done with the run, or stop it.`,
  );
}
