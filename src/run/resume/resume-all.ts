import { BACKEND } from "../../check/arguments.ts";
import { func, integer, milliseconds } from "../../check/kinds.ts";
import { options, type Checked, type Options, type Table } from "../../check/options.ts";
import { isSoundError, QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import type { Outcome } from "../../model/outcome.ts";
import type { Backend } from "../../team/backend.ts";
import { TENANT } from "../../team/whose-run.ts";
import { resumeRun } from "../begin.ts";
import { openRuns, type Sought } from "./can-go-on.ts";
import type { Root } from "../root.ts";
import { patienceOf } from "../../team/waiting-run.ts";

/** Which runs are resumed, and how many at once. */
export interface ResumeAllOptions {
  /** Where they live. Default: the supervisor's backend. */
  readonly backend?: Backend;
  /** Only runs of that tenant. */
  readonly tenant?: string;
  /** How many runs are resumed at once (4). The supervisor's own limits also hold. */
  readonly atOnce?: number;
}

/** How a supervisor keeps resuming its runs. */
export interface KeepResumingOptions extends ResumeAllOptions {
  /** How often it looks for runs that can continue, in ms (5,000). Runs whose waiting time is over are looked at exactly then. */
  readonly everyMs?: number;
  /** Called with the result of each run that was resumed. Its own result is ignored and not awaited. */
  readonly onResumed?: (run: ResumedRun) => unknown;
}

/** The result of a run that was resumed: its outcome, which may be that it waits for a person again, or its rejection. */
export type ResumedRun<Results = unknown, Winner extends Json = Json> = {
  readonly runId: string;
} & (
  | { readonly outcome: Outcome<Results, Winner>; readonly error?: undefined }
  | { readonly error: unknown; readonly outcome?: undefined }
);

const ALL: Table<ResumeAllOptions, "atOnce", unknown> = {
  backend: BACKEND,
  tenant: TENANT,
  atOnce: integer(1, 1_000).or(4),
};

export const RESUME_ALL: Options<ResumeAllOptions, "atOnce"> = options(ALL);

export const KEEP_RESUMING: Options<KeepResumingOptions, "atOnce" | "everyMs"> = options({
  ...ALL,
  everyMs: milliseconds(1).or(5_000),
  onResumed: func("use (run) => …"),
});

/** The runs to look for. Throws `NOT_RESUMABLE` if the store does not keep what a resume needs. */
export function soughtBy(
  { team, backend: own, configuredIn }: Root,
  { backend = own, tenant }: Checked<typeof RESUME_ALL>,
): Sought {
  const { store } = backend;
  if (!store.resumable) {
    throw new QuorateError(
      "NOT_RESUMABLE",
      `the runs of ${team.where} cannot be resumed from this backend; use sqlite({ path }), or memory({ resumable: true })`,
    );
  }
  return {
    store,
    team: team.label.name,
    tenant,
    patience: patienceOf(configuredIn(store.values).configuredTeam),
  };
}

/** Resumes every run of a supervisor that can continue now. */
export async function resumeAll<Results, Winner extends Json>(
  root: Root,
  given: ResumeAllOptions,
): Promise<readonly ResumedRun<Results, Winner>[]> {
  const checked = RESUME_ALL.of(given, `resumeAll of ${root.team.where}`);
  const sought = soughtBy(root, checked);
  const nowMs = root.clock.now();
  const ready = (await openRuns(sought)).filter(
    ({ ready, dueMs: [firstMs = Infinity] }) => ready || firstMs <= nowMs,
  );
  const resumed: (ResumedRun | undefined)[] = ready.map(() => undefined);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < ready.length; at = next++) {
      resumed[at] = await resumeOne(root, ready[at]?.runId ?? "", checked.backend);
    }
  };
  await Promise.all(Array.from({ length: Math.min(checked.atOnce, ready.length) }, work));
  return resumed.filter((one) => one !== undefined) as ResumedRun<Results, Winner>[];
}

/** The result of one run; `undefined` if another process has it by now, or if it no longer exists. Never rejects. */
export async function resumeOne(
  root: Root,
  runId: string,
  backend: Backend | undefined,
): Promise<ResumedRun | undefined> {
  try {
    const options = backend === undefined ? {} : { backend };
    return { runId, outcome: await resumeRun(root, runId, options).outcome };
  } catch (error) {
    const isElsewhere =
      isSoundError(error) && (error.code === "RUN_OWNED" || error.code === "RUN_NOT_FOUND");
    return isElsewhere ? undefined : { runId, error };
  }
}
