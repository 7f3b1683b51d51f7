import { QuorateError } from "../../model/errors.ts";
import type { RunEvent } from "../../model/events.ts";
import type { RunQuery, RunSummary, Store } from "../../store/store.ts";
import { commandName } from "../command-name.ts";
import { viewRun, type RunView } from "../../report/run-view.ts";
import { shownPlace } from "./database.ts";
import { databasePart } from "../shown/show-hint.ts";

/** As many runs as there are: what is left out would be missing from a bill, and from what is resumed. */
export const ALL: number = Number.MAX_SAFE_INTEGER;

/**
 * The id of the run whose id is `wanted`, or starts with it, or of the latest one for `latest`; `among` says which runs are meant, where not
 * all are. Rejects with `RUN_NOT_FOUND` when there is none, or more than one. `file` is where the store keeps them, if it is known.
 */
export async function findRun(
  store: Store,
  wanted: string,
  file: string | undefined,
  among?: Pick<RunQuery, "tenant" | "tag">,
): Promise<string> {
  const isExact = wanted !== "latest" && among === undefined;
  if (isExact && (await store.run(wanted)) !== undefined) return wanted;
  const query = wanted === "latest" ? { limit: 1 } : { prefix: wanted, limit: ALL };
  const found = wanted === "" ? [] : await store.runs({ ...among, ...query });
  if (found.some(({ runId }) => runId === wanted)) return wanted;
  const [first, second] = found;
  const place = file === undefined ? "the team's store" : shownPlace(file);
  if (first === undefined) {
    const [latest] = await store.runs({ limit: 1 });
    throw new QuorateError(
      "RUN_NOT_FOUND",
      latest === undefined
        ? `${place} has no runs yet; "${commandName()} run" makes one.`
        : `${place} has no ${among === undefined ? "" : "such "}run "${wanted}"; ${whatThereIs(latest, file)}.`,
    );
  }
  if (second !== undefined) {
    throw new QuorateError(
      "RUN_NOT_FOUND",
      `${place} has ${found.length} runs that start with "${wanted}"; give more of the id.`,
    );
  }
  return first.runId;
}

function whatThereIs({ runId }: RunSummary, file: string | undefined): string {
  return file === undefined
    ? `its latest is ${runId}`
    : `"${[commandName(), "runs", ...databasePart(file)].join(" ")}" lists what it has`;
}

/** Whether an error is that there is no such run. */
export function isMissing(error: unknown): boolean {
  return error instanceof QuorateError && error.code === "RUN_NOT_FOUND";
}

/** Whether a run has finished, so that going on with it asks nobody. */
export function hasOutcome(run: RunSummary | undefined): boolean {
  return run !== undefined && run.endedAtMs !== null && run.status !== "cancelled";
}

/** The run that `findRun` finds, as its log tells it, and whether somebody drives it. Rejects as that does. */
export async function readRun(
  store: Store,
  wanted: string,
  file: string,
): Promise<{ readonly run: RunView; readonly events: readonly RunEvent[] }> {
  const runId = await findRun(store, wanted, file);
  const events = await store.read(runId);
  const run = viewRun(runId, events);
  if (run.status !== "running") return { run, events };
  const summary = await store.run(runId);
  return {
    run: summary?.status === "interrupted" ? { ...run, status: "interrupted" } : run,
    events,
  };
}
