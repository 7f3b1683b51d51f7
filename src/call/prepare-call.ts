import { memberId } from "../model/call-place.ts";
import type { CallSpec, PreparedCall } from "./call-spec.ts";
import { newCall, type CallState } from "../log/call-state.ts";
import { isOfDefinition, isShared, type CallContent } from "./key.ts";
import type { Run } from "./run.ts";

/**
 * Makes the key of a call and looks for the call in the log. `definition` identifies the callee; `undefined` where the input could not be
 * made, so that the call has no content key.
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

/** The content of a call, which its key is made of. */
function contentOf(
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
function recordedCall(
  { history, keys }: Run,
  spec: CallSpec,
  content: CallContent | undefined,
): CallState | undefined {
  if (history === undefined) return undefined;
  const { place, judged = false, derived = false, results, others } = spec;
  // Of what others have said, it may be anything that the run knows.
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
