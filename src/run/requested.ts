import { cancelRun } from "../log/cancel-run.ts";
import { fromStore } from "../log/from-store.ts";
import { cancelledError, cancelLeft, removeCancel } from "../log/requests.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import { endOf } from "../store/summary.ts";
import type { StartedEvent } from "./resume/resume.ts";
import type { Session } from "./session.ts";

/** Ends as cancelled a run that was taken over, if a cancellation was requested and its owner did not do it. Then rejects with `CANCELLED`. */
export async function endIfCancelled(
  { store, runId, root, secrecy, watch, cancellation, deadline = cancellation }: Session,
  events: readonly RunEvent[],
  fence: number,
): Promise<void> {
  const request = await cancelLeft(store, runId, deadline);
  if (request === undefined) return;
  const ended = endOf(events);
  const isAnswered = ended !== undefined && ended.seq > request.afterSeq;
  if (!isAnswered) {
    const reason = secrecy.redact?.text(request.reason) ?? request.reason;
    const place = { runId, seq: events.length + 1, atMs: Math.round(root.clock.now()) };
    const end = { type: "run.cancelled", reason, requested: true, ...place } as const;
    await fromStore(() => store.append([end], fence));
    for (const event of [...events, end]) watch?.(event);
  }
  await removeCancel(store.values, runId);
  if (!isAnswered) throw cancelledError(runId, request.reason);
}

/**
 * Ends as cancelled a run that this process has just released, if a cancellation was requested while it came to wait. Returns the reason;
 * `undefined` if there was no request, or another process has the run by now.
 */
export async function cancelReleased({
  store,
  runId,
  root,
  secrecy: { redact },
  watch,
}: Session): Promise<string | undefined> {
  const request = await cancelLeft(store, runId);
  if (request === undefined) return undefined;
  const nowMs = (): number => root.clock.now();
  const known = { redact, knowsSecrets: true, nowMs };
  const answer = await cancelRun(store, runId, request.reason, known);
  if (answer !== "cancelled") return undefined;
  if (watch !== undefined)
    for (const event of await fromStore(() => store.read(runId))) watch(event);
  return request.reason;
}

/** How requests and decisions that others have left for the run are recorded: without the secrets of its task. */
export function keptBy(
  { secrecy: { redact } }: Session,
  first: StartedEvent,
  known: { readonly known: unknown } | undefined,
): ((body: EventBody) => EventBody) | undefined {
  const task = known === undefined ? first.input : known.known;
  if (redact === undefined) return undefined;
  return (body) => {
    if (task !== undefined) redact.value(task as Json, "input");
    return redact.event(body);
  };
}
