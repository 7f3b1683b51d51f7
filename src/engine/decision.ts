import { foldedKey } from "../conflict/canonical.ts";
import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { Json } from "../json.ts";
import type { Verdict } from "../resolve/verdict.ts";
import type { Store } from "../store/store.ts";

/** What a person decides about a subject that a run waits for. */
export interface HumanDecision {
  readonly subject: string;
  /** One of the positions' values. */
  readonly winner: Json;
  readonly why: string;
  /** Who, as they call themselves. */
  readonly by?: string;
  /** The nested supervisor that the subject belongs to; only needed where several wait for one of that name. */
  readonly callId?: string;
}

/** A subject that a run waits for, and what there is to choose from. */
export interface OpenQuestion {
  readonly callId?: string;
  readonly verdict: Verdict;
}

/** What a run waits for a person to decide, in the order of its log; nothing for a run that does not wait. */
export function openQuestions(events: readonly RunEvent[]): readonly OpenQuestion[] {
  const last = events.findLastIndex(({ type }) => type === "run.waiting");
  const waiting = events[last];
  const since = events.slice(last + 1);
  if (waiting?.type !== "run.waiting" || !since.every(({ type }) => type === "person.decided")) {
    return [];
  }
  const decided = new Set(
    since.map((event) => event.type === "person.decided" && keyOf(event.callId, event.subject)),
  );
  return waiting.verdicts.filter(
    ({ callId, verdict }) => !decided.has(keyOf(callId, verdict.subject)),
  );
}

/**
 * Records what a person decided, and nothing else: the run goes on when it is resumed. Rejects with `RUN_NOT_FOUND`, with
 * `RUN_OWNED` while somebody drives the run, and with `BAD_OPTIONS` when it does not wait for that subject, or `winner` is
 * none of its positions.
 */
export async function decide(store: Store, runId: string, decision: HumanDecision): Promise<void> {
  const events = await store.read(runId);
  if (events.length === 0) {
    throw new QuorateError(
      "RUN_NOT_FOUND",
      `the store has no run "${runId}"; list what there is with runs()`,
    );
  }
  const question = questionFor(runId, openQuestions(events), decision);
  const { callId, verdict } = question;
  const { subject, positions } = verdict;
  const wanted = foldedKey(decision.winner);
  const position = positions.find(({ value }) => foldedKey(value) === wanted);
  if (position === undefined) {
    const values = positions.map(({ value }) => JSON.stringify(value)).join(", ");
    throw refusal(
      `nobody holds ${JSON.stringify(decision.winner)} about "${subject}"; decide for one of ${values}`,
    );
  }
  const { why, by } = decision;
  const fence = await store.take(runId);
  try {
    const event: RunEvent = {
      type: "person.decided",
      ...(callId !== undefined && { callId }),
      subject,
      winner: position.value,
      why: why.slice(0, MAX_WHY),
      ...(by !== undefined && { by: by.slice(0, MAX_BY) }),
      runId,
      seq: events.length + 1,
      atMs: Date.now(),
    };
    await store.append([event], fence);
  } finally {
    await store.release(runId, fence);
  }
}

const MAX_WHY = 10_000;
const MAX_BY = 200;

function questionFor(
  runId: string,
  open: readonly OpenQuestion[],
  { subject, callId }: HumanDecision,
): OpenQuestion {
  const asked = open.filter(
    (question) =>
      question.verdict.subject === subject && (callId === undefined || question.callId === callId),
  );
  const [only, another] = asked;
  if (only !== undefined && another === undefined) return only;
  if (only !== undefined) {
    const teams = asked.map((question) => `"${question.callId ?? ""}"`).join(", ");
    throw refusal(
      `several teams of run "${runId}" wait for "${subject}"; name one as callId: ${teams}`,
    );
  }
  if (open.length === 0) throw refusal(`run "${runId}" does not wait for anybody`);
  const subjects = open.map(({ verdict }) => `"${verdict.subject}"`).join(", ");
  throw refusal(`run "${runId}" does not wait for "${subject}"; it waits for ${subjects}`);
}

function refusal(why: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", why);
}

function keyOf(callId: string | undefined, subject: string): string {
  return JSON.stringify([callId ?? "", subject]);
}
