import type { Cancellation } from "../async/cancellation.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import { canonicalJson } from "../model/json.ts";
import type { Store } from "../store/store.ts";
import { fromStore } from "./from-store.ts";
import { lastQuestions, questionOf, type OpenQuestion } from "./questions.ts";
import { decisionsLeft, removeDecisions, type LeftDecision } from "./requests.ts";

export interface TakingDecisions {
  readonly fence: number;
  readonly atMs: number;
  readonly cancellation?: Cancellation | undefined;
  /** An event in the form of the log: without its secrets. */
  readonly kept?: ((body: EventBody) => EventBody) | undefined;
}

/**
 * Records in the log of a run that was taken what people have decided while another process drove it. `events` is its log; returns
 * the added events. Decisions about questions that are not open any more are dropped.
 */
export async function takeDecisions(
  store: Store,
  runId: string,
  events: readonly RunEvent[],
  { fence, atMs, cancellation, kept = (body) => body }: TakingDecisions,
): Promise<readonly RunEvent[]> {
  const left = await decisionsLeft(store, runId, cancellation);
  if (left.length === 0) return [];
  let { open } = lastQuestions(events);
  const bodies: EventBody[] = [];
  for (const one of left) {
    const question = questionMeant(one, events, open);
    if (question === undefined) continue;
    open = open.filter((other) => other !== question);
    const asked = question.question;
    bodies.push(kept({ ...one.decided, ...(asked !== undefined && { question: asked }) }));
  }
  const added = bodies.map((body, index): RunEvent => {
    return { ...body, runId, seq: events.length + index + 1, atMs };
  });
  if (added.length > 0) await fromStore(() => store.append(added, fence));
  await removeDecisions(store, runId, left);
  return added;
}

/** The open question that a decision is about: the run may have asked it again since, at another index. */
function questionMeant(
  { askedAt, decided }: LeftDecision,
  events: readonly RunEvent[],
  open: readonly OpenQuestion[],
): OpenQuestion | undefined {
  const asked = events[askedAt - 1];
  if (asked?.type !== "run.waiting") return undefined;
  const seen = asked.verdicts[questionOf(asked, decided)];
  if (seen === undefined) return undefined;
  const looks = lookOf(seen);
  return open.find((one) => lookOf(one) === looks);
}

/** A question as the person saw it. */
function lookOf({ team, verdict }: OpenQuestion): string {
  return canonicalJson([team ?? null, verdict.subject, verdict.positions]);
}
