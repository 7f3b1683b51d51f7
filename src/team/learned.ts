import { orCancelled } from "../async/or-cancelled.ts";
import { orStoreFailed } from "../call/cache/join-or-ask.ts";
import type { Run } from "../call/run.ts";
import type { LearnedBefore } from "../model/reliability.ts";
import type { Verdict } from "../model/verdict.ts";
import type { Team } from "./team.ts";

/**
 * What earlier runs taught about a team's agents, if its chain uses that; for the run and for its log. A resumed run has
 * what it began with. Rejects with `STORE_FAILED`, which ends the run.
 */
export async function learnedBefore(
  run: Run,
  { lessons }: Team,
  scope: string,
): Promise<LearnedBefore | undefined> {
  if (lessons === undefined) return undefined;
  const { history, learned, values, clock } = run;
  const recorded = history?.plan(scope);
  const before =
    recorded === undefined
      ? await ofStore(run, lessons.learned(values, clock.now()))
      : (recorded.learned ?? {});
  learned.set(scope, before);
  return before;
}

/**
 * Keeps what a team decided, so that later runs learn from it; but not from a fork that took answers over, because those
 * have taught already. Rejects with `STORE_FAILED`, which ends the run.
 */
export async function keepLesson(
  run: Run,
  { lessons }: Team,
  scope: string,
  verdicts: readonly Verdict[],
): Promise<void> {
  if (lessons === undefined || (run.origin !== undefined && run.bill.reuse().reused > 0)) return;
  const { history, journal, values } = run;
  const atMs = history?.events[0]?.atMs ?? journal.begunAtMs;
  if (atMs === undefined) return;
  const { runId } = journal;
  const kept = verdicts.flatMap((verdict) => journal.verdictAsKept(verdict) ?? []);
  const taught = { runId, atMs, ...(scope !== "" && { callId: scope }) };
  await ofStore(run, lessons.keep(values, taught, kept));
}

/** A store's answer. The store may never answer, and the run may have to end. */
function ofStore<T>(run: Run, asked: Promise<T>): Promise<T> {
  return orCancelled(orStoreFailed(run, asked), run.cancellation);
}
