import { memberId, scopeOf } from "../../model/call-place.ts";
import type { AgentResult, Skipped } from "../../model/call.ts";
import type { Assertions } from "../../conflict/read-claims.ts";
import type { Run } from "../../call/run.ts";
import type { Notice } from "../../model/notices.ts";
import type { Missing, OutcomeStatus } from "../../model/outcome.ts";
import { put } from "../../model/record.ts";
import type { Verdict } from "../../model/verdict.ts";
import { decide } from "../decide/decide.ts";
import { panelOf } from "../decide/panel.ts";
import { teamNotices } from "../decide/team-notices.ts";
import { runGraph } from "../graph.ts";
import type { ConfiguredTeam } from "../configure-team.ts";
import type { Member } from "../team.ts";
import { isLeftOut, missingOf, statusOf } from "./conclude.ts";
import { expectCalls } from "./expect-calls.ts";
import type { Asking } from "./member.ts";
import { panelGate, type PanelGate } from "./panel-gate.ts";
import {
  askPlanned,
  keepAnswer,
  specOf,
  type AskTeam,
  type Assignment,
  type TeamRun,
} from "./team-run.ts";

/** The result of one task given to one team. */
export interface Coordinated {
  readonly status: OutcomeStatus;
  readonly results: Readonly<Record<string, AgentResult>>;
  readonly verdicts: readonly Verdict[];
  readonly missing: readonly Missing[];
  /** What the rest does not say by itself. */
  readonly notices: readonly Notice[];
  /** Whether members looked for open findings, with or without success, and more did than failed. */
  readonly reviewed: boolean;
  /** Members for which several calls were made. */
  readonly further: readonly FurtherCalls[];
}

/** The calls that were made for one member. */
export interface FurtherCalls {
  readonly agent: string;
  readonly calls: readonly string[];
}

/**
 * Carries a plan out on a task: every planned agent is asked when those that it waits for have ended. When all have ended,
 * their claims are compared once, as a whole, and contested subjects are settled.
 *
 * Rejects only if the run is cancelled, or its store fails; by then everything that was asked has been stopped.
 */
export async function coordinate(
  run: Run,
  configuredTeam: ConfiguredTeam,
  assignment: Assignment,
  askTeam: AskTeam,
): Promise<Coordinated> {
  const { plan, at } = assignment;
  const { team } = configuredTeam;
  const { members } = team;
  const results = new Array<AgentResult | undefined>(members.length);
  const statements = new Array<Assertions | undefined>(members.length);
  const askings: (Asking | undefined)[] = [];
  const answers = { results, statements, askings };
  const withoutGate = { run, configuredTeam, assignment, askTeam, answers, stop: undefined };
  const gate =
    plan.panel === undefined
      ? undefined
      : panelGate(withoutGate, plan.panel, (index) => expected?.expect(index));
  const asked: TeamRun = { ...withoutGate, gate };
  using expected = expectCalls(
    run,
    configuredTeam,
    { ...plan, planned: gate?.first ?? plan.planned },
    at,
  );
  await runGraph(plan.graph, asked, askPlanned, (index, outcome) => {
    keepAnswer(asked, index, outcome);
    expected?.ended(index);
    gate?.ended(index);
  });
  // Also if all have ended in spite of it.
  if (run.cancellation.cancelled) throw run.cancellation.reason;

  const missing = missingOf(team, plan, results);
  // Decide once, on the whole set: not while a member is still to answer.
  if (results.some((result) => result?.status === "waiting")) {
    const nothing = { verdicts: [], notices: [], reviewed: false, further: [] };
    return { status: "waiting", results: byName(members, results), missing, ...nothing };
  }
  expected?.[Symbol.dispose]();
  if (gate !== undefined) await recordExplored(asked, gate);
  const panel = panelOf(run, configuredTeam, answers, (index) => specOf(asked, index));
  const planned = plan.planned.filter((index) => !isLeftOut(results[index]));
  const enough = planned.length < plan.planned.length;
  const decided = await decide({ run, configuredTeam, at, planned, enough, missing }, panel);
  return {
    status: decided.verdicts.some(({ status }) => status === "waiting")
      ? "waiting"
      : statusOf(team, plan, missing),
    results: byName(members, results),
    missing,
    notices: [
      ...teamNotices({ team, plan, results, statements, verdicts: decided.verdicts }),
      ...(gate === undefined ? [] : gate.notices),
    ],
    further: askings.flatMap((asking, index) => furtherOf(members[index]?.name ?? "", asking)),
    ...decided,
  };
}

/** Records the calls that an exploring panel would not have made, unless the log has them. */
async function recordExplored(
  { run, configuredTeam, assignment: { at } }: TeamRun,
  gate: PanelGate,
): Promise<void> {
  if (run.history?.explored(scopeOf(at)) === true) return;
  const { members } = configuredTeam.team;
  const explored = await gate.explored();
  const calls = explored.map((index) => memberId(at, members[index]?.name ?? ""));
  if (calls.length > 0) await run.journal.record([{ type: "panel.explored", ...at, calls }]);
}

function furtherOf(agent: string, asking: Asking | undefined): readonly FurtherCalls[] {
  if (asking === undefined || asking.calls.length === 1) return [];
  return [{ agent, calls: asking.calls.map(({ place }) => place.callId) }];
}

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
