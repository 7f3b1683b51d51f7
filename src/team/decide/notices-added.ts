import type { TeamPlace } from "../../model/call-place.ts";
import type { Run } from "../../call/run.ts";
import type { EventBody } from "../../model/events.ts";
import { canonicalJson } from "../../model/json.ts";
import type { Notice } from "../../model/notices.ts";

/** The event that gives a team its notices; none if the log already has the same. */
export function noticesAdded(
  { notices: known, redact }: Run,
  at: TeamPlace,
  notices: readonly Notice[],
): readonly EventBody[] {
  const event = { type: "notices.given", ...at, notices } as const;
  const before = known.ownOf(at.team ?? "") ?? [];
  if (before.length === 0 && notices.length === 0) return [];
  const kept = redact?.event(event) ?? event;
  return canonicalJson(kept) === canonicalJson({ ...event, notices: before }) ? [] : [event];
}
