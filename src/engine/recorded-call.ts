import type { CallSpec } from "./call-spec.ts";
import type { CallState } from "./call-state.ts";
import { isOfDefinition, isShared, type CallContent } from "./key.ts";
import type { Run } from "./run.ts";

/** What a call is about, once its input is known. */
export function contentOf(
  definition: string,
  input: unknown,
  { task, results, map, derived = false, judged = false, failed, others }: CallSpec,
): CallContent {
  const made = derived || judged || map !== undefined || input !== task;
  return { definition, input, derived: made, results, failed, others };
}

/**
 * What the run's log says of a call. It is found by its place where the team is still the same, and what it was made of is all in the
 * log; else by its content, and a call that was made of what others had said only where nothing of that is hidden, as that may be
 * another now.
 */
export function recordedCall(
  { history, keys }: Run,
  spec: CallSpec,
  content: CallContent | undefined,
): CallState | undefined {
  if (history === undefined) return undefined;
  const { callId, judged = false, derived = false, results, others } = spec;
  // Of what others have said, it may be anything that the run knows.
  const ofAny = judged || derived || others !== undefined;
  const team = callId.slice(0, callId.lastIndexOf("/") + 1);
  const sources = Object.keys(results).map((name) => team + name);
  const ofOthers = ofAny || sources.length > 0;
  const same = !history.changed && !history.hasLost(ofAny ? undefined : sources);
  return history.call(callId, (recorded) => {
    if (keys === undefined || content === undefined) return recorded === undefined;
    if (recorded === undefined) return history.keyless;
    if (same && !judged && isOfDefinition(recorded, content.definition)) return true;
    if (!keys.isOf(recorded, content)) return false;
    return same || !ofOthers || isShared(recorded);
  });
}
