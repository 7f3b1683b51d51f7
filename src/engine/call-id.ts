// The id of a call is the agent's name below those of its teams, joined by "/". What stands behind a "~" tells calls of one place
// apart: "team~2/…" is a repeated team's, "agent~strong" the agent's at a dearer tier, "agent~other" its fallback's, and
// "agent~rerun" that of one who was asked once more. A judge's begins with it: "~judge/…". No name has a "~".

/** The id of a further call for the same member. */
export function furtherId(callId: string, what: string): string {
  return `${callId}~${what}`;
}

/** The first call of the member that a call was made for. */
export function firstCallOf(callId: string): string {
  return callId.replace(/(?<=[^/])~[^/]*$/, "");
}

/** Where in the team a call belongs, whichever one for that place it is. */
export function placeOf(callId: string): string {
  return callId.replaceAll(/(?<=[^/])~[^/]*(?=\/|$)/g, "");
}
