import type { TeamPlace } from "../model/call-place.ts";
import { objectsIn } from "../check/given.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import type { Verdict } from "../model/verdict.ts";

/** A subject that a run waits for, and what there is to choose from. */
export interface OpenQuestion extends TeamPlace {
  readonly verdict: Verdict;
  /** Its place among all that the run waits for, from 0. */
  readonly question?: number;
}

/** What a run waits for a person to decide, in the order of its log; nothing for a run that does not wait. */
export function openQuestions(events: readonly RunEvent[]): readonly OpenQuestion[] {
  const all = todaysEvents(objectsIn(events, "openQuestions"));
  const last = all.findLastIndex(({ type }) => type === "run.waiting");
  const waiting = all[last];
  if (waiting?.type !== "run.waiting") return [];
  const decided = new Set<number>();
  for (const event of all.slice(last + 1)) {
    if (event.type !== "person.decided") return [];
    decided.add(questionOf(waiting, event));
  }
  return waiting.verdicts.flatMap((open, question) =>
    decided.has(question) ? [] : [{ ...open, question }],
  );
}

/**
 * The questions of the last time that the run waited which no person has decided since, and the `seq` of the event that put them; also
 * where somebody has gone on with the run meanwhile.
 */
export function lastQuestions(events: readonly RunEvent[]): {
  readonly askedAt: number;
  readonly open: readonly OpenQuestion[];
} {
  const last = events.findLastIndex(({ type }) => type === "run.waiting");
  const since = events.slice(last + 1);
  const waiting = events[last];
  const hasEnded = since.some(({ type }) => type === "run.finished" || type === "run.cancelled");
  if (waiting?.type !== "run.waiting" || hasEnded) return { askedAt: 0, open: [] };
  const log = [waiting, ...since.filter(({ type }) => type === "person.decided")];
  return { askedAt: waiting.seq, open: openQuestions(log) };
}

export type Decided = Extract<EventBody, { type: "person.decided" }>;
type Asked = Extract<EventBody, { type: "run.waiting" }>;

/** Which of the questions a decision is about; -1 for none of them. */
export function questionOf({ verdicts }: Asked, decided: Decided): number {
  const { question, team, subject } = decided;
  // Decisions of earlier versions of this package name only the subject.
  return (
    question ?? verdicts.findIndex((one) => one.team === team && one.verdict.subject === subject)
  );
}
