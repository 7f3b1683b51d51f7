import type { Run } from "../engine/run.ts";
import { ballotOf, keepBallot } from "../experience/ballot.ts";
import { recall } from "../experience/recall.ts";
import type { LearnedBefore } from "../reliability/reliability.ts";
import type { Verdict } from "../resolve/verdict.ts";
import type { Team } from "./team.ts";

/**
 * What earlier runs taught of a team's agents, where its chain goes by that; for the run, and for its log. A run that goes on has
 * what it began with.
 */
export async function learnedBefore(
  { history, learned, values }: Run,
  { label, learning }: Team,
  scope: string,
): Promise<LearnedBefore | undefined> {
  if (learning === undefined) return undefined;
  const recorded = history?.plan(scope);
  const before =
    recorded === undefined ? await recall(values, label.name, learning) : (recorded.learned ?? {});
  learned.set(scope, before);
  return before;
}

/** Keeps what a team has decided about, so that later runs learn from it. */
export async function keepLesson(
  { history, journal, values }: Run,
  { label, learning }: Team,
  scope: string,
  verdicts: readonly Verdict[],
): Promise<void> {
  if (learning === undefined) return;
  const atMs = history?.events[0]?.atMs ?? journal.begunAtMs;
  if (atMs === undefined) return;
  const { runId } = journal;
  const ballot = ballotOf({ runId, atMs, ...(scope !== "" && { callId: scope }) }, verdicts);
  if (ballot !== undefined) await keepBallot(values, label.name, ballot);
}
