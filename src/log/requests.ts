import type { Cancellation } from "../async/cancellation.ts";
import { QuorateError } from "../model/errors.ts";
import type { EventBody } from "../model/events.ts";
import { canonicalJson, type Json } from "../model/json.ts";
import type { Store } from "../store/store.ts";
import type { Values } from "../store/values.ts";
import { fromStore } from "./from-store.ts";

// Requests to a run's owner are left in the store, wherever the owner is: requests to cancel under one key, people's decisions
// under another. The process that drives the run, now or next, takes them from there and records them in the log.

/** The prefix of the keys of requests to cancel. */
export const CANCEL_PREFIX = "request/cancel/";
/** The prefix of the keys of decisions that are left for a run's owner. */
export const DECIDE_PREFIX = "request/decide/";

// A request that no process has taken for this long is dropped: another process has written the end of its run.
const CANCEL_KEPT_MS = 30 * 86_400_000;

/** A request to cancel a run. */
export interface CancelRequest {
  readonly reason: string;
  /** How many events the run had when the request was made: an end after that answers it. */
  readonly afterSeq: number;
}

/** The request in a value; `undefined` if there is none. */
export function cancelIn(value: Json | undefined): CancelRequest | undefined {
  const { reason, afterSeq } = Object(value) as Partial<CancelRequest>;
  return typeof reason === "string" && typeof afterSeq === "number"
    ? { reason, afterSeq }
    : undefined;
}

/** Leaves a request, replacing an earlier one. */
export async function leaveCancel(
  { values }: Store,
  runId: string,
  { reason, afterSeq }: CancelRequest,
): Promise<void> {
  const leave = (): unknown =>
    values.change(CANCEL_PREFIX + runId, () => ({ reason, afterSeq }), {
      runId,
      expiresAtMs: (_made, nowMs) => nowMs + CANCEL_KEPT_MS,
    });
  await fromStore(leave);
}

export async function cancelLeft(
  { values }: Store,
  runId: string,
  cancellation?: Cancellation,
): Promise<CancelRequest | undefined> {
  return cancelIn(await fromStore(() => values.get(CANCEL_PREFIX + runId), cancellation));
}

/** Removes an answered request. If the store fails, it stays, and the run's end says that it is answered. */
export async function removeCancel(values: Values, runId: string): Promise<void> {
  try {
    await values.change(CANCEL_PREFIX + runId, () => undefined);
  } catch {
    // See above.
  }
}

/** The error of a run whose cancellation was requested. */
export function cancelledError(runId: string, reason: string): QuorateError {
  return new QuorateError("CANCELLED", `run "${runId}" was cancelled: ${reason}`);
}

type DecisionRequest = Extract<EventBody, { type: "person.decided" }>;

/** A person's decision about a run that another process drives. */
export interface LeftDecision {
  /** The `seq` of the event that asked. */
  readonly askedAt: number;
  readonly decided: DecisionRequest;
}

/** The decisions in a value; none if it is something else. */
function decisionsIn(value: Json | undefined): readonly LeftDecision[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown as readonly Partial<LeftDecision>[]).filter(
    (one): one is LeftDecision =>
      typeof Object(one).askedAt === "number" && Object(one.decided).type === "person.decided",
  );
}

/** Leaves a decision. Rejects with `ALREADY_DECIDED` if one about that question is there already. */
export async function leaveDecision(
  { values }: Store,
  runId: string,
  left: LeftDecision,
): Promise<void> {
  const leave = (): unknown =>
    values.change(
      DECIDE_PREFIX + runId,
      (value) => {
        const before = decisionsIn(value);
        if (before.some((one) => isSameQuestion(one, left))) {
          throw new QuorateError(
            "ALREADY_DECIDED",
            `a person has decided about that in run "${runId}" already; the process that drives the run takes that decision over`,
          );
        }
        return [...before, left] as unknown as Json;
      },
      { runId },
    );
  await fromStore(leave);
}

function isSameQuestion(one: LeftDecision, other: LeftDecision): boolean {
  return one.askedAt === other.askedAt && one.decided.question === other.decided.question;
}

export async function decisionsLeft(
  { values }: Store,
  runId: string,
  cancellation?: Cancellation,
): Promise<readonly LeftDecision[]> {
  return decisionsIn(await fromStore(() => values.get(DECIDE_PREFIX + runId), cancellation));
}

/** Removes decisions that were taken, or whose question is gone. Those that have come since stay. */
export async function removeDecisions(
  { values }: Store,
  runId: string,
  taken: readonly LeftDecision[],
): Promise<void> {
  const known = new Set(taken.map((one) => canonicalJson(one)));
  const remove = (): unknown =>
    values.change(
      DECIDE_PREFIX + runId,
      (value) => {
        const rest = decisionsIn(value).filter((one) => !known.has(canonicalJson(one)));
        return rest.length === 0 ? undefined : (rest as unknown as Json);
      },
      { runId },
    );
  await fromStore(remove);
}
