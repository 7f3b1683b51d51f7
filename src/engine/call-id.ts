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

/** Where in the team whoever was asked by a call sits, by the places of all who sit there: a fallback has one of its own. */
export function seatOf(callId: string, seats: ReadonlyMap<string, unknown>): string {
  const place = placeOf(callId);
  // Behind a judge's place stands what it was asked about.
  let seat = seats.has(place) ? place : place.slice(0, place.lastIndexOf("/"));
  const [, ...further] = callId.slice(callId.lastIndexOf("/") + 1).split("~");
  for (const what of further) {
    if (seats.has(`${seat}~${what}`)) seat = `${seat}~${what}`;
  }
  return seat;
}
