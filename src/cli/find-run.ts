import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { RunSummary, Store } from "../store/store.ts";
import { ownName } from "./own-name.ts";
import { viewRun, type RunView } from "./run-view.ts";
import { shellPath } from "./shell-word.ts";

// All there are: what is left out would be missing from a bill, and from what is resumed.
const MAX_RUNS = Number.MAX_SAFE_INTEGER;

/** Every run that a command may mean, the latest first. */
export async function allRuns(store: Store): Promise<readonly RunSummary[]> {
  return store.runs(MAX_RUNS);
}

/**
 * The id of the run whose id is `wanted`, or starts with it, or of the latest one for `latest`. Rejects with
 * `RUN_NOT_FOUND` when there is none, or more than one. `file` is where the store keeps them, if it is known.
 */
export async function findRun(
  store: Store,
  wanted: string,
  file: string | undefined,
): Promise<string> {
  const exact = await store.read(wanted);
  if (exact.length > 0) return wanted;
  const runs = wanted === "latest" ? await store.runs(1) : await allRuns(store);
  const found = runs.filter(
    ({ runId }) => wanted === "latest" || (wanted !== "" && runId.startsWith(wanted)),
  );
  const [first, second] = found;
  const place = file ?? "the team's store";
  if (first === undefined) {
    throw new QuorateError(
      "RUN_NOT_FOUND",
      wanted === "latest" || runs.length === 0
        ? `${place} has no runs yet; "${ownName()} run" makes one.`
        : `${place} has no run "${wanted}"; ${whatThereIs(runs, file)}.`,
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

function whatThereIs(runs: readonly RunSummary[], file: string | undefined): string {
  return file === undefined
    ? `its latest is ${runs[0]?.runId ?? "none"}`
    : `"${ownName()} runs --db ${shellPath(file)}" lists what it has`;
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
  const summary = (await allRuns(store)).find((listed) => listed.runId === runId);
  return { run: summary?.status === "gone" ? { ...run, status: "gone" } : run, events };
}
