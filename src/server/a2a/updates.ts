import type { StreamResponse } from "@a2a-js/sdk";
import { lastQuestions, openQuestions } from "../../log/questions.ts";
import type { RunEvent } from "../../model/events.ts";
import { clip } from "../../model/text.ts";
import { runFold, viewRun } from "../../report/run-view.ts";
import type { RunSummary, Store } from "../../store/store.ts";
import type { A2aSdk } from "./load.ts";
import { messageOf, textPart } from "./parts.ts";
import { artifactsOf, contextOf, statusOf, taskOf, type ReadRun } from "./tasks.ts";

const MAX_TOLD_CHARS = 500;

/** A run, read from its log. Its status is needed, since events do not say that a run is `interrupted`. */
export async function readRun(store: Store, { runId, status }: RunSummary): Promise<ReadRun> {
  const events = await store.read(runId);
  const view = viewRun(runId, events);
  const questions = openQuestions(events);
  // Everything that it waited for is decided, and it is about to continue.
  const goesOn = view.status === "waiting" && questions.length === 0;
  const standing = goesOn ? "running" : status === "interrupted" ? status : view.status;
  return { view: { ...view, status: standing }, questions, events };
}

/** Whether an event ends a turn of the conversation: the run asks, or is over. */
function endsTurn({ type }: RunEvent): boolean {
  return type === "run.waiting" || type === "run.finished" || type === "run.cancelled";
}

/**
 * A run from now until it asks or is over: first the task, then its updates. If the turn has already ended after `afterSeq`, only the task.
 */
export async function* updates(
  sdk: A2aSdk,
  store: Store,
  run: RunSummary,
  { afterSeq, historyLength, signal }: TurnOptions,
): AsyncGenerator<StreamResponse, void, undefined> {
  const { runId } = run;
  const first = await readRun(store, run);
  yield { payload: { $case: "task", value: taskOf(sdk, first, historyLength) } };
  if (first.events.some((event) => event.seq > afterSeq && endsTurn(event))) return;
  const fold = runFold(runId);
  const events: RunEvent[] = [];
  const take = (event: RunEvent): void => {
    events.push(event);
    fold.add(event);
  };
  first.events.forEach(take);
  for await (const event of store.follow(runId, events.length, signal)) {
    take(event);
    const told = toldBy(event);
    if (told !== undefined) yield statusUpdate(sdk, run, event, told);
    if (!endsTurn(event)) continue;
    const now: ReadRun = { view: fold.view(), questions: lastQuestions(events).open, events };
    for (const artifact of artifactsOf(now)) yield artifactUpdate(run, artifact);
    const { metadata } = taskOf(sdk, now, 0);
    const ids = { taskId: runId, contextId: contextOf(run) };
    const value = { ...ids, status: statusOf(sdk, now), metadata };
    yield { payload: { $case: "statusUpdate", value } };
    return;
  }
}

export interface TurnOptions {
  readonly afterSeq: number;
  readonly historyLength?: number | undefined;
  readonly signal: AbortSignal;
}

/** The progress text for an event, if it has one. */
function toldBy(event: RunEvent): string | undefined {
  switch (event.type) {
    case "call.succeeded":
    case "call.reused":
      return `${event.callId} answered`;
    case "call.failed":
      return `${event.callId} failed: ${event.error.message}`;
    case "call.retried":
      return `${event.callId} is asked again: ${event.error.message}`;
    case "conflict.found":
      return `there is a disagreement about ${event.conflict.subject}`;
    case "verdict.reached":
      return `${event.verdict.subject}: ${event.verdict.status}`;
    default:
      return undefined;
  }
}

function statusUpdate(
  sdk: A2aSdk,
  run: RunSummary,
  { atMs, seq, type }: RunEvent,
  told: string,
): StreamResponse {
  const ids = { taskId: run.runId, contextId: contextOf(run) };
  const place = { ...ids, messageId: `${run.runId}/${seq}` };
  const message = messageOf(sdk, "agent", place, [textPart(clip(told, MAX_TOLD_CHARS))]);
  const state = sdk.codecs.TaskState.TASK_STATE_WORKING;
  const timestamp = new Date(atMs).toISOString();
  const value = { ...ids, status: { state, message, timestamp }, metadata: { event: type, seq } };
  return { payload: { $case: "statusUpdate", value } };
}

function artifactUpdate(
  run: RunSummary,
  artifact: ReturnType<typeof artifactsOf>[number],
): StreamResponse {
  const value = {
    taskId: run.runId,
    contextId: contextOf(run),
    artifact,
    append: false,
    lastChunk: true,
    metadata: undefined,
  };
  return { payload: { $case: "artifactUpdate", value } };
}
