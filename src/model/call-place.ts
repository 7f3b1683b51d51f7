/** The team that something in a run belongs to. What belongs to the root has neither field. */
export interface TeamPlace {
  /** The call of the nested team, by its id. */
  readonly team?: string;
  /** Which attempt of that call it belongs to, where that is not the first: a repeated team asks its agents anew. */
  readonly teamAttempt?: number;
}

/** Whom a call asks: a member that is an agent or a team, or an agent that a resolver or a comparator asks. */
export type CallRole = "agent" | "team" | "judge";

/** The earlier call of the same member that a call stands in for, and why. */
export interface Via {
  /** Of a fallback, the first call of the agent that it stands in for; else the first one of its own agent. */
  readonly callId: string;
  /** At a dearer tier, of an agent that stands in, or to ask once more. */
  readonly why: "tier" | "fallback" | "rerun";
}

/** Where a call stands in its run: every event of the call has it, and nothing else has to be known to tell whose it is. */
export interface CallPlace extends TeamPlace {
  /** Identifies the call within its run, and says no more: the place is in the other fields. */
  readonly callId: string;
  /** Who is asked. */
  readonly agent: string;
  readonly role: CallRole;
  /** Of a judge's call, the key under which the resolver or the comparator asks. */
  readonly questionKey?: string;
  readonly via?: Via;
}

/** The place of the root's own. */
export const ROOT: TeamPlace = Object.freeze({});

/** Where the members of a team stand at one attempt of its call. */
export function teamPlace(callId: string, attempt: number): TeamPlace {
  return attempt === 1 ? { team: callId } : { team: callId, teamAttempt: attempt };
}

/** The team's fields of a place that may have more. */
export function teamOf({ team, teamAttempt }: TeamPlace): TeamPlace {
  if (team === undefined) return ROOT;
  return teamAttempt === undefined ? { team } : { team, teamAttempt };
}

/** The place alone, of what has one. */
export function placeOf(given: CallPlace): CallPlace {
  const { callId, agent, role, questionKey, via } = given;
  return {
    callId,
    agent,
    role,
    ...teamOf(given),
    ...(questionKey !== undefined && { questionKey }),
    ...(via !== undefined && { via }),
  };
}

/** Tells teams apart, and the attempts of each; empty for the root. */
export function scopeOf({ team = "", teamAttempt }: TeamPlace): string {
  return teamAttempt === undefined ? team : `${team}~${teamAttempt}`;
}

/** The place of a member's own call. */
export function memberPlace(team: TeamPlace, agent: string, role: "agent" | "team"): CallPlace {
  const callId = memberId(team, agent);
  return team === ROOT ? { callId, agent, role } : { ...team, callId, agent, role };
}

/** The place of the call that puts a question to a judge. */
export function judgePlace(team: TeamPlace, agent: string, questionKey: string): CallPlace {
  return {
    callId: memberId(team, `~${agent}/${questionKey}`),
    agent,
    role: "judge",
    ...team,
    questionKey,
  };
}

/** The place of a further call for the same member: `what` tells it from the others, `agent` is a fallback's. */
export function furtherPlace(
  place: CallPlace,
  why: Via["why"],
  what: string,
  agent: string = place.agent,
): CallPlace {
  const { callId } = place;
  return { ...place, callId: `${callId}~${what}`, agent, via: { callId, why } };
}

/**
 * The id of a member's own call. A repeated team has "~" and its attempt behind its own, a further call "~" and its tier or its agent,
 * and a judge begins with "~": no name has one.
 */
export function memberId(team: TeamPlace, name: string): string {
  return team.team === undefined ? name : `${scopeOf(team)}/${name}`;
}
