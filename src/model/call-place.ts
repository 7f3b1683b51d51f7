/** The team that something in a run belongs to. For the root, both fields are absent. */
export interface TeamPlace {
  /** The call of the nested team, by its id. */
  readonly team?: string;
  /** The attempt of that call, from 2; absent for the first: a repeated team asks its agents again. */
  readonly teamAttempt?: number;
}

/** Whom a call asks: a member that is an agent or a team, or an agent that a resolver or a comparator asks. */
export type CallRole = "agent" | "team" | "judge";

/** The earlier call of the same member that a call replaces, and why. */
export interface Via {
  /** For a fallback, the first call of the agent that it replaces; else the first call of its own agent. */
  readonly callId: string;
  /** At a more expensive tier, for a fallback agent, or for a rerun. */
  readonly why: "tier" | "fallback" | "rerun";
}

/** Where a call stands in its run. Every event of the call has it, and it is all that is needed to tell whose event it is. */
export interface CallPlace extends TeamPlace {
  /** Identifies the call within its run. Not to be parsed: the place is in the other fields. */
  readonly callId: string;
  /** The agent that is asked. */
  readonly agent: string;
  readonly role: CallRole;
  /** For a judge's call, the key under which the resolver or the comparator asks. */
  readonly questionKey?: string;
  readonly via?: Via;
}

/** The place of what belongs to the root team. */
export const ROOT: TeamPlace = Object.freeze({});

/** The place of a team's members at one attempt of its call. */
export function teamPlace(callId: string, attempt: number): TeamPlace {
  return attempt === 1 ? { team: callId } : { team: callId, teamAttempt: attempt };
}

/** The team fields of a place that may have more fields. */
export function teamOf({ team, teamAttempt }: TeamPlace): TeamPlace {
  if (team === undefined) return ROOT;
  return teamAttempt === undefined ? { team } : { team, teamAttempt };
}

/** The place alone, of an object that has one. */
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

/** Distinguishes teams, and the attempts of each; empty for the root. */
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

/** The place of a further call for the same member: `what` distinguishes it from the others, `agent` is a fallback's. */
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
 * The id of a member's own call. A repeated team adds "~" and its attempt, a further call adds "~" and its tier or its agent,
 * and a judge begins with "~": no name contains one.
 */
export function memberId(team: TeamPlace, name: string): string {
  return team.team === undefined ? name : `${scopeOf(team)}/${name}`;
}
