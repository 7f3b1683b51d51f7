import { memberId, scopeOf, type TeamPlace } from "../../model/call-place.ts";
import { expectedCall, type Collector } from "../../call/batch/batch.ts";
import type { Run } from "../../call/run.ts";
import type { Plan } from "../plan.ts";
import { collectorsIn, type ConfiguredTeam } from "../configure-team.ts";

/** The calls that a team is still to make, as announced to its collectors. Disposing says that there are no more. */
export interface ExpectedCalls extends Disposable {
  /** A member is asked after all, though it was not planned. */
  expect(index: number): void;
  /** A member's part has ended, whether it was asked or not. */
  ended(index: number): void;
}

/**
 * Tells the collectors of a team which calls are to come, so that a collected call waits for those and for no others: the calls
 * of planned members, those that nested teams may make until they have plans of their own, and those of judges until the team decides.
 * Does nothing for a team without collectors.
 */
export function expectCalls(
  { journal }: Run,
  { team, members, judges, collectors }: ConfiguredTeam,
  { planned }: Plan,
  at: TeamPlace,
): ExpectedCalls | undefined {
  if (collectors.length === 0) return undefined;
  const expected = (callId: string): string => expectedCall(journal.runId, callId);
  const nameOf = (index: number): string => expected(memberId(at, team.members[index]?.name ?? ""));
  const of = (index: number): readonly Collector[] => {
    const configured = members[index];
    return configured === undefined ? [] : collectorsIn(configured);
  };
  const askedToDecide = [...judges.values()].flatMap(({ configured }) => collectorsIn(configured));
  // No member has this name.
  const deciding = expected(memberId(at, "~"));

  const later: number[] = [];
  for (const index of planned) for (const one of of(index)) one.expect(nameOf(index));
  for (const one of askedToDecide) one.expect(deciding);
  // As a nested team it was announced as a whole.
  for (const one of collectors) one.expectNoMore(expected(scopeOf(at)));

  const ended = (index: number): void => {
    for (const one of of(index)) one.expectNoMore(nameOf(index));
  };
  return {
    expect(index) {
      for (const one of of(index)) one.expect(nameOf(index));
      later.push(index);
    },
    ended,
    [Symbol.dispose]() {
      for (const index of [...planned, ...later]) ended(index);
      for (const one of askedToDecide) one.expectNoMore(deciding);
    },
  };
}
