import type { CallPlace, CallRole, TeamPlace, Via } from "./call-place.ts";
import { UNKNOWN_COST } from "./call.ts";
import { isEarlierLearned, todaysLearnedBefore } from "./earlier-learned.ts";
import type { EventBody, RunEvent } from "./events.ts";
import type { LearnedBefore } from "./reliability.ts";

/**
 * Events of one or several runs in the form of this version, whichever version wrote them. Only this file knows of earlier versions. An event that
 * needs no change is returned as it is. If `events` is part of a log, `whole` gives the whole logs: only later events say which
 * calls were those of teams.
 */
export function todaysEvents(
  events: readonly RunEvent[],
  whole: () => readonly RunEvent[] = () => events,
): readonly RunEvent[] {
  if (!events.some(isEarlier)) return events;
  const teams = teamsIn(whole());
  return events.map((event) => (isEarlier(event) ? todaysEvent(event, teams) : event));
}

/** An event of any version: fields may be missing or have other names. */
type AnyEvent = RunEvent & {
  readonly callId?: string;
  readonly agent?: string;
  readonly role?: CallRole;
};

const TEAMS_OWN: ReadonlySet<EventBody["type"]> = new Set([
  "run.planned",
  "conflict.found",
  "verdict.reached",
  "person.decided",
]);

/** Today's names of events of earlier versions. */
const RENAMED: ReadonlyMap<string, EventBody["type"]> = new Map([
  ["call.doubted", "call.escalated"],
  ["call.straggled", "call.late"],
]);

/** Whether an earlier version wrote it: then `callId` alone had the place of a call or of a team, and resolvers, limiters and truths had other names. */
function isEarlier(event: RunEvent): boolean {
  if (namesLane(event)) return true;
  if (event.type === "run.planned" && hasEarlierLearned(event)) return true;
  if (event.type === "judge.instructed") return "link" in event;
  if (event.type === "run.waiting") return event.verdicts.some((open) => "callId" in open);
  const { callId, role } = event as AnyEvent;
  return callId !== undefined && role === undefined;
}

function hasEarlierLearned({ learned = {} }: Extract<RunEvent, { type: "run.planned" }>): boolean {
  return Object.values(learned).some(isEarlierLearned);
}

/** The calls of teams in these logs, as far as the teams came to have a plan. */
function teamsIn(events: readonly RunEvent[]): ReadonlySet<string> {
  return new Set(
    events.flatMap((event) => {
      if (event.type !== "run.planned") return [];
      const { callId } = event as AnyEvent;
      const team = callId === undefined ? event.team : teamFrom(callId).team;
      return team === undefined ? [] : [`${event.runId} ${team}`];
    }),
  );
}

function namesLane(event: RunEvent): boolean {
  if (event.type === "call.requeued") return "lane" in event;
  return event.type === "call.queued" && (event.waitsFor.kind as string) === "lane";
}

/** An event in which a lane is renamed to a limiter. */
function withLimiter(event: RunEvent): RunEvent {
  if (event.type === "call.queued") {
    return { ...event, waitsFor: { ...event.waitsFor, kind: "limiter" } };
  }
  const { lane, ...rest } = event as RunEvent & { readonly lane: string };
  return { ...rest, limiter: lane } as RunEvent;
}

function todaysEvent(event: RunEvent, teams: ReadonlySet<string>): RunEvent {
  if (namesLane(event)) {
    const renamed = withLimiter(event);
    return isEarlier(renamed) ? todaysEvent(renamed, teams) : renamed;
  }
  if (event.type === "judge.instructed") {
    const { link, ...rest } = event as typeof event & { readonly link?: string };
    return { ...rest, resolver: link ?? "" };
  }
  if (event.type === "run.waiting") {
    const verdicts = event.verdicts.map((open) => {
      const { callId, ...rest } = open as typeof open & { readonly callId?: string };
      return { ...teamFrom(callId ?? ""), ...rest };
    });
    return { ...event, verdicts };
  }
  const { callId = "", ...rest } = event as AnyEvent;
  if (TEAMS_OWN.has(event.type)) {
    const { learned } = event as { readonly learned?: LearnedBefore };
    const before = learned === undefined ? {} : { learned: todaysLearnedBefore(learned) };
    return { ...teamFrom(callId), ...rest, ...before } as RunEvent;
  }
  const { agent = "", runId } = rest;
  const place = placeFrom(callId, agent, teams.has(`${runId} ${callId}`));
  // The first logs did not record the cost of an attempt that was retried.
  const cost = event.type === "call.retried" ? { cost: event.cost ?? UNKNOWN_COST } : {};
  const type = RENAMED.get(event.type) ?? event.type;
  return { ...rest, ...place, ...cost, type } as RunEvent;
}

/** The team that was written in front of the ids of its calls: "outer/inner", or "outer/inner~2" at its second attempt. */
function teamFrom(scope: string): TeamPlace {
  if (scope === "") return {};
  const [, team = scope, attempt] = /^(.*)~(\d+)$/s.exec(scope) ?? [];
  return attempt === undefined ? { team } : { team, teamAttempt: Number(attempt) };
}

/**
 * The place that an id encoded: names below those of their teams, joined by "/". After "~" comes a repeated team's attempt, the tier or
 * the fallback of a further call, or "rerun". A judge's name begins with "~", and its question follows.
 */
function placeFrom(callId: string, agent: string, isTeam: boolean): CallPlace {
  const judge = /^((?:[^~/][^/]*\/)*)~[^/]+\/(.*)$/s.exec(callId);
  const [, before = "", asked] = judge ?? /^(.*\/)?([^/]*)$/s.exec(callId) ?? [];
  const via = viaFrom(callId, agent);
  const team = teamFrom(before.slice(0, -1));
  if (judge === null) {
    return { callId, agent, role: isTeam ? "team" : "agent", ...team, ...via };
  }
  const questionKey = (asked ?? "").replace(/~.*$/s, "");
  return { callId, agent, role: "judge", ...team, questionKey, ...via };
}

function viaFrom(callId: string, agent: string): { readonly via?: Via } {
  const [, base = "", what] = /^(.*[^/])~([^/~]*)$/s.exec(callId) ?? [];
  if (what === undefined) return {};
  if (what === "rerun") return { via: { callId: base, why: "rerun" } };
  return { via: { callId: base, why: what === agent ? "fallback" : "tier" } };
}
