import { memberPlace, type CallPlace, type TeamPlace } from "../../call-place.ts";
import type { AgentResult, Skipped } from "../../call.ts";
import type { Conflict } from "../../conflict/conflict.ts";
import type { Said } from "../../conflict/said.ts";
import type { CallOutcome } from "../../engine/call-outcome.ts";
import type { CallSpec } from "../../engine/call-spec.ts";
import { performCall } from "../../engine/call.ts";
import type { CheckedInputs } from "../../engine/input.ts";
import { mayAskFurther } from "../../engine/ladder.ts";
import type { Run } from "../../engine/run.ts";
import type { Seat } from "../../engine/seat.ts";
import type { Missing, OutcomeStatus } from "../../outcome.ts";
import type { Verdict } from "../../resolve/verdict.ts";
import { put } from "../../record.ts";
import { missingOf, statusOf } from "./conclude.ts";
import { decide } from "../decide/decide.ts";
import { expectCalls } from "./expect-calls.ts";
import { runGraph } from "../team/graph.ts";
import { askMember, type Asking } from "./member.ts";
import { madeOf } from "./member-result.ts";
import { panelOf } from "../decide/panel.ts";
import type { Plan } from "../team/plan.ts";
import { isSeating, isTeam, type Seating } from "../team/seating.ts";
import type { Member } from "../team/team.ts";
import { upstreamOf } from "./upstream.ts";

/** What came of one task given to one team. */
export interface Coordinated {
  readonly status: OutcomeStatus;
  readonly results: Readonly<Record<string, AgentResult>>;
  readonly conflicts: readonly Conflict[];
  readonly verdicts: readonly Verdict[];
  readonly missing: readonly Missing[];
  /** Whether any member looked for open findings, whatever it found. */
  readonly reviewed: boolean;
  /** Members for whom more than one call was made. */
  readonly further: readonly FurtherCalls[];
}

/** The calls that were made for one member. */
export interface FurtherCalls {
  readonly agent: string;
  readonly calls: readonly string[];
}

/** Asks a nested team. It is given, since a nested team is coordinated in turn. */
export type AskTeam = (run: Run, seating: Seating, spec: CallSpec) => Promise<CallOutcome>;

/** A task for a team. */
export interface Assignment {
  readonly task: unknown;
  readonly plan: Plan;
  /** Which team it is, and which attempt. */
  readonly at: TeamPlace;
  /** What schemas have made of the task already. */
  readonly checked: CheckedInputs | undefined;
  /** The task is not the run's own. */
  readonly derived?: boolean | undefined;
}

/**
 * A task and a plan, carried through: every planned agent is asked when what it waits for has ended; when all have,
 * their claims are compared once, as a whole, and what is contested is settled.
 *
 * Rejects only when the run is cancelled, or its store fails; then everything that was asked has been stopped.
 */
export async function coordinate(
  run: Run,
  seating: Seating,
  { task, plan, at, checked, derived }: Assignment,
  askTeam: AskTeam,
): Promise<Coordinated> {
  const { team, seats } = seating;
  const { members } = team;
  const results = new Array<AgentResult | undefined>(members.length);
  const statements = new Array<Said | undefined>(members.length);
  const askings: (Asking | undefined)[] = [];
  let stop: NotAsked | undefined;
  using expected = expectCalls(run, seating, plan, at);

  const skip = async (index: number, skipped: NotAsked): Promise<CallOutcome> => {
    const { reason, detail } = skipped;
    const place = placeOf(index);
    // With another description of the supervisor it may be for another reason.
    if (run.history?.skipped(place.callId)?.detail !== (run.redact?.text(detail) ?? detail)) {
      await run.journal.record([{ type: "call.skipped", ...place, reason, detail }]);
    }
    return { result: skipped, said: undefined };
  };

  const ask = (index: number): Promise<CallOutcome> => {
    const member = members[index] as Member;
    const before = plan.mode === "sequence" ? plan.planned : member.needs;
    const wait = before.find((other) => other !== index && results[other]?.status === "waiting");
    if (wait !== undefined) {
      const detail = `it is asked when ${members[wait]?.name} has answered`;
      return Promise.resolve({ result: { status: "waiting", detail }, said: undefined });
    }
    if (stop !== undefined) return skip(index, stop);
    const seat = seats[index] as Seat | Seating;
    for (const need of member.needs) {
      if (results[need]?.status === "ok") continue;
      const detail = `it needs ${members[need]?.name}, which did not answer`;
      return skip(index, { status: "skipped", reason: "need-failed", detail });
    }
    const spec = specOf(index);
    if (isSeating(seat)) return askTeam(run, seat, spec);
    return mayAskFurther(seat) ? askFurther(index, seat, spec) : performCall(run, seat, spec);
  };

  const placeOf = (index: number): CallPlace => {
    const { name, worker } = members[index] as Member;
    return memberPlace(at, name, isTeam(worker) ? "team" : "agent");
  };

  const specOf = (index: number): CallSpec => {
    const member = members[index] as Member;
    return {
      place: placeOf(index),
      task,
      results: upstreamOf(team, plan, index, results),
      map: member.input,
      checked,
      derived,
      canWait: true,
    };
  };

  const askFurther = async (index: number, seat: Seat, spec: CallSpec): Promise<CallOutcome> => {
    const asking = await askMember(run, seat, spec);
    askings[index] = asking;
    return madeOf(asking.calls);
  };

  const keep = (index: number, { result, said }: CallOutcome): void => {
    results[index] = result;
    statements[index] = said;
    expected?.ended(index);
    const member = members[index];
    const silent = result.status === "failed" || result.status === "skipped";
    if (plan.mode === "sequence" && member?.required === true && silent) {
      const detail = `${member.name} is required and did not answer`;
      stop = { status: "skipped", reason: "required-failed", detail };
    }
  };

  await runGraph(plan.graph, ask, keep);
  // Also when all have ended in spite of it.
  if (run.cancellation.cancelled) throw run.cancellation.reason;

  const missing = missingOf(team, plan, results);
  // Decided once, on the whole set: not while somebody is still to answer.
  if (results.some((result) => result?.status === "waiting")) {
    const nothing = { conflicts: [], verdicts: [], reviewed: false, further: [] };
    return { status: "waiting", results: byName(members, results), missing, ...nothing };
  }
  expected?.[Symbol.dispose]();
  const panel = panelOf(run, seating, { results, statements, askings }, specOf);
  const decided = await decide({ run, seating, at, missing }, panel);
  return {
    status: decided.verdicts.some(({ status }) => status === "waiting")
      ? "waiting"
      : statusOf(team, plan, missing),
    results: byName(members, results),
    missing,
    further: askings.flatMap((asking, index) => furtherOf(members[index]?.name ?? "", asking)),
    ...decided,
  };
}

function furtherOf(agent: string, asking: Asking | undefined): readonly FurtherCalls[] {
  if (asking === undefined || asking.calls.length === 1) return [];
  return [{ agent, calls: asking.calls.map(({ place }) => place.callId) }];
}

/** Why somebody who was planned is not asked. */
type NotAsked = Skipped & { readonly reason: Exclude<Skipped["reason"], "not-routed"> };

/** The result of an agent that the route left out. */
export const NOT_ROUTED: Skipped = Object.freeze({
  status: "skipped",
  reason: "not-routed",
  detail: "the route left it out",
});

function byName(
  members: readonly Member[],
  results: readonly (AgentResult | undefined)[],
): Readonly<Record<string, AgentResult>> {
  const record: Record<string, AgentResult> = {};
  for (let index = 0; index < members.length; index++) {
    put(record, (members[index] as Member).name, results[index] ?? NOT_ROUTED);
  }
  return record;
}
