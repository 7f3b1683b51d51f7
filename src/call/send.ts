import { isSoundError } from "../model/errors.ts";
import { hear, promiseOf } from "../model/hear.ts";
import { holding } from "../limits/deadlock.ts";
import type { Permit } from "../limits/permit.ts";
import type { CallAttempt } from "./attempt.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import type { Holding } from "./charge.ts";
import type { Run } from "./run.ts";

/** What an attempt that is not part of a batch holds. */
export interface Permitted extends Holding {
  readonly permit: Permit;
}

/** Hands an attempt to its executor now, which is `nowMs` of the clock's monotonic time. The promise never rejects. */
export function send(
  { executor, tracing, journal }: Pick<Run, "executor" | "tracing" | "journal">,
  attempt: CallAttempt,
  nowMs: number,
  holds: Permitted,
): Promise<AttemptEnd> {
  const ended = attempt.open(nowMs, holds);
  holds.permit.runIds = [journal.runId];
  try {
    // Whatever the executor does: throw, return a value, a promise, a hostile thenable.
    const sent: unknown =
      tracing === undefined
        ? holding.run(holds.permit, executor.start, attempt)
        : tracing.within(attempt.call, (): unknown =>
            holding.run(holds.permit, executor.start, attempt),
          );
    attempt.waits();
    if (sent !== undefined) {
      promiseOf(sent).then(hear, (thrown: unknown) =>
        attempt.hear({ type: "failure", thrown, stopped: true }),
      );
    }
  } catch (thrown) {
    attempt.hear({ type: "failure", thrown, stopped: true });
  }
  return ended;
}

/**
 * Continues an attempt that a dead process has sent. Resolves to its end, or to `undefined` if the executor does not know it:
 * then it holds nothing any more.
 */
export async function goOnWith(
  { executor, clock, journal }: Run,
  attempt: CallAttempt,
  holds: Permitted,
): Promise<AttemptEnd | undefined> {
  const { attach } = executor;
  const ended = attempt.open(clock.monotonic(), holds);
  holds.permit.runIds = [journal.runId];
  attempt.waits();
  const attached = async (): Promise<unknown> =>
    attach !== undefined && promiseOf(holding.run(holds.permit, attach, attempt));
  const isThere = await Promise.race([
    // An executor that cannot say what happened to it does not know it.
    attached().catch(hear),
    // It is cancelled, or has ended.
    ended.then(() => true),
  ]);
  if (isThere !== true) {
    await attempt.discard();
    return undefined;
  }
  return ended;
}

/**
 * Whether an attempt whose run is over here is left to the process that has taken the run over, or will when its store works again. Its scoped
 * slots and money are left to it, too, because its agent is still at work.
 */
export function isLeft(
  { executor }: Pick<Run, "executor">,
  { attemptId }: CallAttempt,
  permit: Permit | undefined,
  reason: unknown,
): boolean {
  if (executor.attach === undefined || !isSoundError(reason)) return false;
  if (reason.code !== "LEASE_LOST" && reason.code !== "STORE_FAILED") return false;
  if (executor.detach?.(attemptId) === false) return false;
  permit?.leaveBehind();
  return true;
}
