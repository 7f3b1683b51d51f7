import { QuorateError } from "../model/errors.ts";
import { quoteRun } from "./quote-run.ts";

/** What `take` says of a run that is not there. */
export function noSuchRun(runId: string): QuorateError {
  return new QuorateError("RUN_NOT_FOUND", `The store has no run ${quoteRun(runId)}.`);
}

/** What `take` says of a run that `owner`, some words for a person, still drives. */
export function ownedRun(runId: string, owner: string): QuorateError {
  return new QuorateError(
    "RUN_OWNED",
    `Run ${quoteRun(runId)} is driven by ${owner}: wait until it is done with the run, or stop it.`,
  );
}
