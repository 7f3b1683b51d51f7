import { systemClock } from "../async/clock.ts";
import { BACKEND, TEXT } from "../check/arguments.ts";
import { text } from "../check/kinds.ts";
import type { RunEvent } from "../model/events.ts";
import { cut } from "../model/text.ts";
import type { Store, RunSummary } from "../store/store.ts";
import { endOf } from "../store/summary.ts";
import { noSuchRun } from "../store/refuse-take.ts";
import { writtenBy } from "./chosen-position.ts";
import { takenUnlessOwned, type Recording } from "./decision.ts";
import { fromStore } from "./from-store.ts";
import { letGo } from "./owning.ts";
import { requestDesk } from "./request-desk.ts";
import { leaveCancel, removeCancel } from "./requests.ts";

/**
 * The result of a request to cancel a run:
 *
 * - `"asked"`: a process drives the run, and is asked to cancel it. This process is told at once, another one within a
 *   second; then the run stops like one that its caller cancels. If its process has died, the next process that resumes the run ends it as cancelled.
 * - `"cancelled"`: no process drove the run. It has now ended as cancelled, or had before.
 * - `"ended"`: the run had ended before, with an outcome.
 */
export type CancelAnswer = "asked" | "cancelled" | "ended";

const REASON = text("say why in a sentence");
const MAX_REASON = 10_000;
const NO_REASON = "a caller asked for it";

/**
 * Requests that a run is cancelled, whichever process drives it. Resolves once the request is kept; the run has ended when its log says so.
 * Rejects with `RUN_NOT_FOUND` if there is no such run.
 *
 * If the run's supervisor has `redact`, the reason is kept only by a process that knows the run's secrets: the one that drives the
 * run, and, with `cancel` of its supervisor, every process if `redact` has no paths.
 */
export async function cancel(
  backend: { readonly store: Store },
  runId: string,
  reason?: string,
): Promise<CancelAnswer> {
  BACKEND.needed().take(backend, "cancel: backend");
  TEXT.take(runId, "cancel: runId");
  const { store } = backend;
  const nowMs = (): number | Promise<number> => store.values.now();
  return cancelRun(store, runId, reason, { redact: undefined, knowsSecrets: false, nowMs });
}

/** The sender of a request, in addition to what a decision needs. */
export interface Cancelling extends Recording {
  /** If set, only runs of this team may be cancelled. */
  readonly team?: string;
  /** Refuses a run of another team, by its first event. */
  readonly check?: (first: RunEvent) => void;
}

/** Like `cancel`. */
export async function cancelRun(
  store: Store,
  runId: string,
  given: string | undefined,
  { nowMs, team, check, ...known }: Cancelling,
): Promise<CancelAnswer> {
  const reason = cut(REASON.take(given, "cancel: reason") ?? NO_REASON, MAX_REASON);
  const desk = requestDesk(store.values);
  // The run that is told takes the secrets out of the reason itself.
  const here = desk.tell(runId, reason, team);
  if (here === "drives") return "asked";
  const [first] = await fromStore(() => store.read(runId, 0, 1));
  if (first === undefined) {
    if (here !== undefined) return "asked";
    throw noSuchRun(runId);
  }
  check?.(first);
  const run = await fromStore(() => store.run(runId));
  const before = answerFor(run);
  if (before !== undefined) return before;
  const written = writtenBy(reason, MAX_REASON, first, known);
  await leaveCancel(store, runId, { reason: written, afterSeq: run?.events ?? 1 });
  const fence = await takenUnlessOwned(store, runId);
  if (fence === undefined) {
    // Its owner may have come to its end just now.
    const ended = answerFor(await fromStore(() => store.run(runId)));
    if (ended !== undefined) await removeCancel(store.values, runId);
    return ended ?? "asked";
  }
  try {
    const now = await fromStore(() => store.run(runId));
    const ended = answerFor(now);
    if (ended !== undefined) return ended;
    // The store goes by the last event, which an earlier version may have kept after the run's end.
    const log = await fromStore(() => store.read(runId));
    if (endOf(log)?.type === "run.finished") return "ended";
    const seq = (now?.events ?? 0) + 1;
    const atMs = Math.round(await fromStore(nowMs));
    const end = { type: "run.cancelled", reason: written, requested: true } as const;
    await fromStore(() => store.append([{ ...end, runId, seq, atMs }], fence));
    return "cancelled";
  } finally {
    void removeCancel(store.values, runId);
    await letGo(store, systemClock, runId, fence);
  }
}

/** The answer for a run that does not exist any more, or has ended. */
function answerFor(run: RunSummary | undefined): CancelAnswer | undefined {
  if (run === undefined || run.endedAtMs === null) return undefined;
  return run.status === "cancelled" ? "cancelled" : "ended";
}
