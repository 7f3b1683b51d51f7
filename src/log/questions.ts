import type { TeamPlace } from "../model/call-place.ts";
import { objectsIn } from "../check/given.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import type { Verdict } from "../model/verdict.ts";

/** A subject for which a run waits, and the options. */
export interface OpenQuestion extends TeamPlace {
  readonly verdict: Verdict;
  /** Its index among all questions of the run, from 0. */
  readonly question?: number;
}

/** What a run waits for a person to decide, in the order of its log; empty for a run that does not wait. */
export function openQuestions(events: readonly RunEvent[]): readonly OpenQuestion[] {
  const all = todaysEvents(objectsIn(events, "openQuestions"));
  const last = all.findLastIndex(({ type }) => type === "run.waiting");
  const waiting = all[last];
  if (waiting?.type !== "run.waiting") return [];
  const decided = new Set<number>();
  for (const event of all.slice(last + 1)) {
    if (event.type.startsWith("run.")) return [];
    if (event.type === "person.decided") decided.add(questionOf(waiting, event));
  }
  return waiting.verdicts.flatMap((open, question) =>
    decided.has(question) ? [] : [{ ...open, question }],
  );
}

/**
 * The undecided questions of the last time that the run waited, and the `seq` of the event that asked them; also
 * if the run has been resumed since.
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

/** The index of the question that a decision is about; -1 for none. */
export function questionOf({ verdicts }: Asked, decided: Decided): number {
  const { question, team, subject } = decided;
  // Decisions of earlier versions only have the subject.
  return (
    question ?? verdicts.findIndex((one) => one.team === team && one.verdict.subject === subject)
  );
}
