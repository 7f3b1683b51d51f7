import type { Artifact, Message, Task, TaskState, TaskStatus } from "@a2a-js/sdk";
import type { BillLine } from "../../model/outcome.ts";
import type { OpenQuestion } from "../../log/questions.ts";
import type { RunEvent } from "../../model/events.ts";
import { clip } from "../../model/text.ts";
import { billOf } from "../../money/bill.ts";
import { render } from "../../report/render.ts";
import { reportOfView } from "../../report/report.ts";
import { runJson } from "../../report/run-json.ts";
import type { RunView } from "../../report/run-view.ts";
import type { RunSummary } from "../../store/store.ts";
import type { A2aSdk } from "./load.ts";
import { dataPart, MARKDOWN_TYPE, messageOf, textPart } from "./parts.ts";

/** The tag of a run that names its conversation. */
export const CONTEXT_TAG = "a2a.context";

const MAX_ASKED_CHARS = 4_000;
const MAX_VALUE_CHARS = 200;

/** A run's conversation: the named one, else the run itself. */
export function contextOf({ runId, tags }: Pick<RunSummary, "runId" | "tags">): string {
  return tags?.[CONTEXT_TAG] ?? runId;
}

/** The state of a task for a run's status. */
export function stateOf({ codecs }: A2aSdk, status: RunView["status"]): TaskState {
  const { TaskState: state } = codecs;
  switch (status) {
    case "running":
    // A process that resumes it continues it: it is not over.
    case "interrupted":
      return state.TASK_STATE_WORKING;
    case "waiting":
      return state.TASK_STATE_INPUT_REQUIRED;
    case "complete":
    case "partial":
      return state.TASK_STATE_COMPLETED;
    case "failed":
      return state.TASK_STATE_FAILED;
    case "cancelled":
      return state.TASK_STATE_CANCELED;
  }
}

/** A run as read from its log, with its open questions. */
export interface ReadRun {
  readonly view: RunView;
  readonly questions: readonly OpenQuestion[];
  readonly events: readonly RunEvent[];
}

/** The status of a run, with its question, or with the reason why it has no outcome. */
export function statusOf(sdk: A2aSdk, run: ReadRun): TaskStatus {
  const { view } = run;
  return {
    state: stateOf(sdk, view.status),
    message: saidBy(sdk, run),
    timestamp: new Date(view.lastAtMs).toISOString(),
  };
}

function saidBy(sdk: A2aSdk, { view, questions }: ReadRun): Message | undefined {
  const say = (...parts: Parameters<typeof messageOf>[3]): Message =>
    messageOf(sdk, "agent", placeIn(view, "status"), parts);
  switch (view.status) {
    case "waiting":
      return say(textPart(questionText(questions)), dataPart({ questions }));
    case "failed":
      return say(textPart(failureText(view)));
    case "cancelled":
      return say(textPart(clip(view.reason ?? "it was cancelled", MAX_ASKED_CHARS)));
    default:
      return undefined;
  }
}

function placeIn(view: RunView, name: string): Parameters<typeof messageOf>[2] {
  return {
    messageId: `${view.runId}/${name}/${view.lastAtMs}`,
    taskId: view.runId,
    contextId: contextOf(view),
  };
}

function questionText(questions: readonly OpenQuestion[]): string {
  const asked = questions.map(({ verdict: { subject, positions, reasoning } }) => {
    const values = positions.map(({ value }) => clip(JSON.stringify(value), MAX_VALUE_CHARS));
    return `${subject}: ${values.join(" or ")}? ${reasoning}`;
  });
  const how =
    questions.length === 1
      ? "Answer with one of these, as text; or with data { subject, winner, why }."
      : "Answer with data { subject, winner, why }, one subject at a time.";
  return `${clip(asked.join("\n"), MAX_ASKED_CHARS)}\n${how}`;
}

function failureText({ missing }: RunView): string {
  const why = missing.map(({ agent, detail }) => `${agent}: ${detail}`).join("\n");
  return clip(why === "" ? "the team has no outcome" : why, MAX_ASKED_CHARS);
}

/** The result of a run: the report for readers, and its document for programs, with the decision about the task as `recommendation`. */
export function artifactsOf({ view, events }: ReadRun): Artifact[] {
  if (view.status !== "complete" && view.status !== "partial") return [];
  const bill = view.bill ?? billOf(events);
  const document = runJson({ ...view, bill });
  const { winner = null } = Object(document["verdict"]) as { readonly winner?: unknown };
  return [
    {
      artifactId: "outcome",
      name: "outcome",
      description: "The result of the team: a report for people, and the document of its run.",
      parts: [
        textPart(render(reportOfView(view, bill), "md"), MARKDOWN_TYPE),
        dataPart({ ...(winner !== null && { recommendation: winner }), ...document }),
      ],
      metadata: undefined,
      extensions: [],
    },
  ];
}

/** A task, made from the log of its run. */
export function taskOf(sdk: A2aSdk, run: ReadRun, historyLength?: number): Task {
  const { view, events } = run;
  const isOver = view.status !== "running" && view.status !== "interrupted";
  const asked = messageOf(sdk, "user", placeIn({ ...view, lastAtMs: view.startedAtMs }, "task"), [
    typeof view.input === "string" ? textPart(view.input) : dataPart(view.input ?? null),
  ]);
  return {
    id: view.runId,
    contextId: contextOf(view),
    status: statusOf(sdk, run),
    artifacts: artifactsOf(run),
    history: historyLength === 0 ? [] : [asked],
    metadata: isOver ? { usage: usageOf(view.bill ?? billOf(events)) } : {},
  };
}

/**
 * What a run used, one part for each model: tokens, and money in micro-dollars. Unreported values are left out: a part with only a model is
 * unknown.
 */
export function usageOf({ lines }: { readonly lines: readonly BillLine[] }): object[] {
  return lines.flatMap(({ model, attempts, cost }) => {
    if (attempts === 0) return [];
    const { atLeast: _atLeast, ...amounts } = cost;
    const known = Object.entries(amounts).filter(([, amount]) => amount !== "unknown");
    return [{ ...(model !== null && { model }), ...Object.fromEntries(known) }];
  });
}
