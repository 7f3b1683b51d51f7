import type { Subject } from "../../conflict/subject.ts";
import {
  decidedPosition,
  isOfQuestion,
  type AsKept,
  type RecordedDecision,
} from "../../log/decided-position.ts";
import type { Run } from "../../call/run.ts";
import type { Person, PersonDecision } from "../../resolve/resolver.ts";

/**
 * Applies the decisions of people for whom a run in a store waits. The log has subjects and positions without their secrets, so a decision is mapped
 * to the position that is really held. If nobody holds that any more, nothing is decided, and a person is asked again.
 */
export function personFor(
  { history, clock, redact }: Run,
  scope: string,
  subjects: readonly Subject[],
): Person {
  const asKept: AsKept = (value) => redact?.value(value, "position") ?? value;
  const keptSubject = (subject: string): string => redact?.text(subject) ?? subject;
  const decided = new Map<string, PersonDecision | undefined>();
  const used = new Set<RecordedDecision>();

  function find(subject: string): PersonDecision | undefined {
    const positions = subjects.find((one) => one.subject === subject)?.positions;
    const recorded = (history?.decisions(scope, keptSubject(subject)) ?? []).toSorted(latestAsked);
    if (positions === undefined || recorded.length === 0) return undefined;
    // Several subjects may look the same: each has the decision about its own positions.
    const same = recorded.filter((one) => isOfQuestion(one, positions, asKept));
    for (const one of same.length > 0 ? same : recorded) {
      if (used.has(one)) continue;
      const position = decidedPosition(one, positions, asKept);
      if (position === undefined) continue;
      used.add(one);
      const { why, by } = one.event;
      return { winner: position.value, why, ...(by !== undefined && { by }) };
    }
    return undefined;
  }

  return {
    decided(subject) {
      if (!decided.has(subject)) decided.set(subject, find(subject));
      return decided.get(subject);
    },
    waitingSinceMs: (subject) => history?.waitingSinceMs(scope, keptSubject(subject)),
    nowMs: () => clock.now(),
  };
}

/** The question that was asked last comes first; questions asked together in the order of their subjects. */
function latestAsked(a: RecordedDecision, b: RecordedDecision): number {
  return b.askedAt - a.askedAt || (a.event.question ?? 0) - (b.event.question ?? 0);
}
