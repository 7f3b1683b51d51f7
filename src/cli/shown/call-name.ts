import { scopeOf, type CallPlace } from "../../model/call-place.ts";
import { safeText } from "./safe-text.ts";

/** What a call is called on a terminal: where its member stands; of a judge its name, and the question that it is asked. Safe to print. */
export function callName(
  place: Pick<CallPlace, "callId" | "agent" | "role" | "questionKey" | "team" | "teamAttempt">,
): string {
  const { callId, agent, role, questionKey, team = "" } = place;
  if (role !== "judge") return safeText(callId);
  const scope = team === "" ? "" : `${scopeOf(place)}/`;
  return safeText(`${scope}${agent}${questionKey === undefined ? "" : ` (${questionKey})`}`);
}
