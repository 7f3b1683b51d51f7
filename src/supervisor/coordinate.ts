import type { AgentResult, Skipped } from "../call.ts";
import type { Conflict } from "../conflict/conflict.ts";
import type { Said } from "../conflict/said.ts";
import { performCall, type Performed } from "../engine/call.ts";
import type { CheckedInputs } from "../engine/input.ts";
import type { Run } from "../engine/run.ts";
import type { Missing, OutcomeStatus } from "../outcome.ts";
import type { Verdict } from "../resolve/verdict.ts";
import { missingOf, statusOf } from "./conclude.ts";
import { settleStatements } from "./decide.ts";
import { runGraph } from "./graph.ts";
import { performTeam } from "./nested.ts";
import type { Plan } from "./route.ts";
import { isSeating, type Seating } from "./seating.ts";
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
}

/** A task for a team. */
export interface Assignment {
  readonly task: unknown;
  readonly plan: Plan;
  /** Begins the `callId` of everything in the team: empty at the root, else `"outer/inner/"`. */
  readonly prefix: string;
  /** What schemas have made of the task already. */
  readonly checked: CheckedInputs;
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
  { task, plan, prefix, checked }: Assignment,
): Promise<Coordinated> {
  const { team, seats } = seating;
  const { members } = team;
  const results = new Array<AgentResult | undefined>(members.length);
  const statements = new Array<Said | undefined>(members.length);
  let stop: NotAsked | undefined;

  const skip = (index: number, skipped: NotAsked): void | Promise<void> => {
    results[index] = skipped;
    const agent = members[index]?.name ?? "";
    const { reason, detail } = skipped;
    return run.journal.record([
      { type: "call.skipped", callId: prefix + agent, agent, reason, detail },
    ]);
  };

  const begin = async (index: number): Promise<void> => {
    const member = members[index];
    const seat = seats[index];
    if (member === undefined || seat === undefined) return;
    if (stop !== undefined) return skip(index, stop);
    const failedNeed = member.needs.find((need) => results[need]?.status !== "ok");
    if (failedNeed !== undefined) {
      const name = members[failedNeed]?.name ?? "";
      const detail = `it needs ${name}, which did not answer`;
      return skip(index, { status: "skipped", reason: "need-failed", detail });
    }

    const question = {
      callId: prefix + member.name,
      task,
      results: upstreamOf(team, plan, index, results),
      map: member.input,
      checked,
    };
    const performed: Performed = isSeating(seat)
      ? await performTeam(run, seat, question)
      : await performCall(run, seat, question);
    results[index] = performed.result;
    statements[index] = performed.said;
    if (plan.mode === "sequence" && member.required && performed.result.status !== "ok") {
      const detail = `${member.name} is required and did not answer`;
      stop = { status: "skipped", reason: "required-failed", detail };
    }
  };

  await runGraph(plan.before, begin);

  const missing = missingOf(team, plan, results);
  const deciding = settleStatements(run, seating, prefix, statements, missing);
  const decided = deciding instanceof Promise ? await deciding : deciding;
  return {
    status: statusOf(team, plan, missing),
    results: byName(members, results),
    missing,
    ...decided,
  };
}

/** Why somebody who was planned is not asked. */
type NotAsked = Skipped & { readonly reason: Exclude<Skipped["reason"], "not-routed"> };

const NOT_ROUTED: Skipped = Object.freeze({
  status: "skipped",
  reason: "not-routed",
  detail: "the route left it out",
});

function byName(
  members: readonly { readonly name: string }[],
  results: readonly (AgentResult | undefined)[],
): Readonly<Record<string, AgentResult>> {
  // Without a prototype: an agent may be called "__proto__" or "constructor".
  const record: Record<string, AgentResult> = { __proto__: null } as never;
  for (const [index, { name }] of members.entries()) record[name] = results[index] ?? NOT_ROUTED;
  return record;
}
