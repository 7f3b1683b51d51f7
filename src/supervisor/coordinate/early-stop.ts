import { Cancellation, cancelWith } from "../../async/cancellation.ts";
import { orCancelled } from "../../async/or-cancelled.ts";
import type { AgentResult } from "../../call.ts";
import type { Claim } from "../../conflict/claim.ts";
import type { Said } from "../../conflict/said.ts";
import type { Run } from "../../engine/run.ts";
import { STOPPED_EARLY } from "../../engine/stopped-early.ts";
import { canBeCertain, isCertain } from "./certain.ts";
import type { Plan } from "../team/plan.ts";
import type { Seating } from "../team/seating.ts";

/**
 * Watches what the members of a team say, and stops those that are still to answer once no answer of theirs could change a verdict
 * that matters:
 *
 *     asking ── the verdicts about all declared subjects are certain ──▶ stopped
 *
 * Not while fewer than `minAnswers` have answered or a required member is still to. All are stopped at once, so that nobody who goes on
 * needs one of them.
 */
export interface EarlyStopping extends Disposable {
  /** The run in which members are asked: cancelled with {@link STOPPED_EARLY} alone where they are stopped. */
  readonly run: Run;
  readonly stopped: boolean;
  /** Whether a member was stopped before the run was interrupted, and nothing has changed since: that stays so. */
  wasStopped(callId: string): boolean;
  /**
   * A member's turn has come. Who has answered before the run was interrupted goes first: the others may not be needed. Rejects with
   * the reason when `run` is cancelled.
   */
  turn(callId: string): Promise<void>;
  ended(index: number, callId: string, result: AgentResult, said: Said | undefined): void;
}

/** Early stopping for a team; `undefined` where it is off, and where it could never be certain of a verdict. */
export function earlyStopping(
  run: Run,
  { team, doubts }: Seating,
  { planned }: Plan,
): EarlyStopping | undefined {
  const { earlyStop, members, minAnswers } = team;
  if (earlyStop === undefined || doubts || !canBeCertain(team, earlyStop.subjects))
    return undefined;
  const { history } = run;
  const stopper = new Cancellation(() => void run.cancellation.cancelled);
  const following = cancelWith(run.cancellation, stopper);
  const claims = new Map(earlyStop.subjects.map((subject): [string, Claim[]] => [subject, []]));
  const toCome = new Set(planned);
  const wanted = Math.min(minAnswers, planned.length);
  let required = planned.filter((index) => members[index]?.required === true).length;
  let answered = 0;
  let ends = 0;
  let nextLook = 0;
  let stopped = false;
  let replaying = 0;
  let replayed = Promise.withResolvers<void>();

  const look = (): void => {
    if (stopped || toCome.size === 0 || required > 0 || answered < wanted) return;
    if (ends < nextLook) return;
    const names = [...toCome].map((index) => members[index]?.name ?? "");
    for (const about of claims.values()) {
      if (isCertain(team, about, names)) continue;
      // In a large team not after every end: each look goes through all that was said.
      nextLook = ends + Math.ceil(ends / ENDS_PER_LOOK);
      return;
    }
    stopped = true;
    stopper.cancel(STOPPED_EARLY);
  };

  return {
    run: { ...run, cancellation: stopper },
    get stopped() {
      return stopped;
    },
    wasStopped: (callId) => history?.changed === false && history.stopped(callId),
    async turn(callId) {
      if (history === undefined) return;
      if (history.ended(callId)) {
        replaying++;
        return;
      }
      // All whose turn has come with this one have had it by then.
      await undefined;
      while (replaying > 0) await orCancelled(replayed.promise, stopper);
    },
    ended(index, callId, { status }, said) {
      ends++;
      // Who waits for a person is still to answer.
      if (status !== "waiting") {
        toCome.delete(index);
        if (members[index]?.required === true) required--;
      }
      if (status === "ok") answered++;
      for (const claim of said?.claims ?? []) claims.get(claim.subject)?.push(claim);
      look();
      if (history?.ended(callId) !== true || --replaying > 0) return;
      // Whose turn comes with this end has it before the others go on.
      queueMicrotask(() => {
        if (replaying > 0) return;
        replayed.resolve();
        replayed = Promise.withResolvers();
      });
    },
    [Symbol.dispose]: () => following[Symbol.dispose](),
  };
}

const ENDS_PER_LOOK = 64;
