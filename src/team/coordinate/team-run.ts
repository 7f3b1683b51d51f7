import { memberPlace, type CallPlace, type TeamPlace } from "../../model/call-place.ts";
import type { Skipped } from "../../model/call.ts";
import type { CallOutcome } from "../../call/call-outcome.ts";
import type { CallSpec } from "../../call/call-spec.ts";
import { performCall } from "../../call/call.ts";
import type { CheckedInputs } from "../../call/input.ts";
import { mayAskFurther } from "../../call/ladder.ts";
import type { Run } from "../../call/run.ts";
import type { ConfiguredAgent } from "../../call/configured-agent.ts";
import type { Answers } from "../decide/panel.ts";
import type { Plan } from "../plan.ts";
import { isConfiguredTeam, isTeam, type ConfiguredTeam } from "../configure-team.ts";
import type { Member } from "../team.ts";
import { askMember } from "./member.ts";
import { madeOf } from "./member-result.ts";
import type { PanelGate } from "./panel-gate.ts";
import { upstreamOf } from "./upstream.ts";

/** A task for a team. */
export interface Assignment {
  readonly task: unknown;
  readonly plan: Plan;
  /** Which team it is, and which attempt. */
  readonly at: TeamPlace;
  /** The task as the schemas have already parsed it. */
  readonly checked: CheckedInputs | undefined;
  /** The task is not the run's own. */
  readonly derived?: boolean | undefined;
}

/** Asks a nested team. Passed as an argument, because a nested team is coordinated in turn. */
export type AskTeam = (
  run: Run,
  configuredTeam: ConfiguredTeam,
  spec: CallSpec,
) => Promise<CallOutcome>;

/** One task given to one team, while its members are asked. Members are known by their index. */
export interface TeamRun {
  readonly run: Run;
  readonly configuredTeam: ConfiguredTeam;
  readonly assignment: Assignment;
  readonly askTeam: AskTeam;
  readonly answers: Answers;
  /** Lets its members be asked, if there is a panel. */
  readonly gate: PanelGate | undefined;
  /** Why no further member is asked, if that is so. */
  stop: NotAsked | undefined;
}

/** Why a planned member is not asked. */
type NotAsked = Skipped & { readonly reason: Exclude<Skipped["reason"], "not-routed"> };

/** Asks a member when all that it waits for have ended, or says why it is not asked. Rejects as a call does. */
export function askPlanned(team: TeamRun, index: number, isAdmitted = false): Promise<CallOutcome> {
  const { run, configuredTeam, askTeam, stop, gate } = team;
  if (!isAdmitted) {
    const wait = waitOf(team, index);
    if (wait !== undefined) return Promise.resolve({ result: wait, said: undefined });
    const skipped = stop ?? needFailed(team, index);
    if (skipped !== undefined) return skip(team, index, skipped);
    const admitted = gate?.admit(index);
    if (admitted !== undefined) return askAdmitted(team, index, admitted);
  }
  const configured = configuredTeam.members[index] as ConfiguredAgent | ConfiguredTeam;
  const spec = specOf(team, index);
  if (isConfiguredTeam(configured)) return askTeam(run, configured, spec);
  return mayAskFurther(configured)
    ? climb(team, index, configured, spec)
    : performCall(run, configured, spec);
}

async function askAdmitted(
  team: TeamRun,
  index: number,
  admitted: ReturnType<PanelGate["admit"]>,
): Promise<CallOutcome> {
  const why = await admitted;
  if (why === undefined) return askPlanned(team, index, true);
  return why.status === "waiting" ? { result: why, said: undefined } : skip(team, index, why);
}

async function climb(
  { run, answers }: TeamRun,
  index: number,
  configured: ConfiguredAgent,
  spec: CallSpec,
): Promise<CallOutcome> {
  const asking = await askMember(run, configured, spec);
  answers.askings[index] = asking;
  return madeOf(asking.calls);
}

/** Keeps the result of a member. In sequence, no member is asked after a required one that did not answer. */
export function keepAnswer(team: TeamRun, index: number, { result, said }: CallOutcome): void {
  const { answers, assignment } = team;
  answers.results[index] = result;
  answers.statements[index] = said;
  const { name, required } = memberAt(team, index);
  const silent = result.status === "failed" || result.status === "skipped";
  if (assignment.plan.mode !== "sequence" || !required || !silent) return;
  const detail = `${name} is required and did not answer`;
  team.stop = { status: "skipped", reason: "required-failed", detail };
}

/** What a member is asked, with the results that it can see now. */
export function specOf(team: TeamRun, index: number): CallSpec {
  const { configuredTeam, assignment, answers } = team;
  const { task, plan, checked, derived } = assignment;
  return {
    place: placeOf(team, index),
    task,
    results: upstreamOf(configuredTeam.team, plan, index, answers.results),
    map: memberAt(team, index).input,
    checked,
    derived,
    canWait: true,
  };
}

function memberAt({ configuredTeam }: TeamRun, index: number): Member {
  return configuredTeam.team.members[index] as Member;
}

function placeOf(team: TeamRun, index: number): CallPlace {
  const { name, worker } = memberAt(team, index);
  return memberPlace(team.assignment.at, name, isTeam(worker) ? "team" : "agent");
}

/** All who need the result of a member that waits for a person wait, too. */
function waitOf(team: TeamRun, index: number): CallOutcome["result"] | undefined {
  const { mode, planned } = team.assignment.plan;
  const before = mode === "sequence" ? planned : memberAt(team, index).needs;
  const { results } = team.answers;
  const wait = before.find((other) => other !== index && results[other]?.status === "waiting");
  if (wait === undefined) return undefined;
  return {
    status: "waiting",
    detail: `it is asked when ${memberAt(team, wait).name} has answered`,
  };
}

function needFailed(team: TeamRun, index: number): NotAsked | undefined {
  const { results } = team.answers;
  const need = memberAt(team, index).needs.find((other) => results[other]?.status !== "ok");
  if (need === undefined) return undefined;
  const detail = `it needs ${memberAt(team, need).name}, which did not answer`;
  return { status: "skipped", reason: "need-failed", detail };
}

/** Whether neither it nor any agent in it can cost anything. */
function costsNothing(member: ConfiguredTeam["members"][number] | undefined): boolean {
  if (member === undefined) return false;
  if (!isConfiguredTeam(member)) return member.free;
  return member.judges.size === 0 && member.members.every(costsNothing);
}

async function skip(team: TeamRun, index: number, skipped: NotAsked): Promise<CallOutcome> {
  const { history, redact, journal } = team.run;
  const { reason, detail } = skipped;
  const place = placeOf(team, index);
  // With another description of the supervisor, the reason may differ.
  if (history?.skipped(place.callId)?.detail !== (redact?.text(detail) ?? detail)) {
    const free = reason === "panel" && costsNothing(team.configuredTeam.members[index]);
    const event = { type: "call.skipped", ...place, reason, detail } as const;
    await journal.record([free ? { ...event, free } : event]);
  }
  return { result: skipped, said: undefined };
}
