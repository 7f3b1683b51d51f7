import { memberId } from "../model/call-place.ts";
import type { CallSpec, PreparedCall } from "./call-spec.ts";
import { newCall, type CallState } from "../log/call-state.ts";
import { isOfDefinition, isShared, type CallContent } from "./key.ts";
import type { Run } from "./run.ts";

/**
 * Makes the key of a call and looks for the call in the log. `definition` identifies the callee; it is `undefined` if the input could not be
 * made, and then the call has no content key.
 */
export function prepareCall(
  run: Run,
  definition: (() => string) | undefined,
  spec: CallSpec,
  input: unknown,
): PreparedCall {
  const { keys } = run;
  const content = keys && definition && contentOf(definition(), input, spec);
  const key = content && keys.of(content);
  const state = recordedCall(run, spec, content) ?? newCall(spec.place, key);
  return { spec, input, key, state };
}

/** The content of a call, from which its key is made. */
function contentOf(
  definition: string,
  input: unknown,
  { task, results, map, derived = false, judged = false, failed, others }: CallSpec,
): CallContent {
  const made = derived || judged || map !== undefined || input !== task;
  return { definition, input, derived: made, results, failed, others };
}

/**
 * What the run's log says about a call. It is found by its place if the team is unchanged and everything that the call was made from is in the
 * log; else by its content. A call that was made from what others had said is found by content only if nothing of that is hidden, because it may
 * be different now.
 */
function recordedCall(
  { history, keys }: Run,
  spec: CallSpec,
  content: CallContent | undefined,
): CallState | undefined {
  if (history === undefined) return undefined;
  const { place, judged = false, derived = false, results, others } = spec;
  // What others have said may contain anything that the run knows.
  const ofAny = judged || derived || others !== undefined;
  const sources = Object.keys(results).map((name) => memberId(place, name));
  const ofOthers = ofAny || sources.length > 0;
  const same = !history.changed && !history.hasLost(ofAny ? undefined : sources);
  return history.call(place.callId, (recorded) => {
    if (keys === undefined || content === undefined) return recorded === undefined;
    if (recorded === undefined) return history.keyless;
    if (same && !judged && isOfDefinition(recorded, content.definition)) return true;
    if (!keys.isOf(recorded, content)) return false;
    return same || !ofOthers || isShared(recorded);
  });
}
