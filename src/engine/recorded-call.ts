import type { Question } from "./call.ts";
import type { RecordedCall } from "./history.ts";
import { isOfDefinition, isShared, type CallContent } from "./key.ts";
import type { Run } from "./run.ts";

/** What a call is about, once its input is known. */
export function contentOf(
  definition: string,
  input: unknown,
  { task, results, map, derived = false, judged = false, failed, others }: Question,
): CallContent {
  const made = derived || judged || map !== undefined || input !== task;
  return { definition, input, derived: made, results, failed, others };
}

/**
 * What the run's log says of a call. It is found by its place where the team is still the same and has all of its answers; else by
 * its content, and a call that was made of what others had said only where nothing of that is hidden, as that may be another now.
 */
export function recordedCall(
  { history, keys }: Run,
  question: Question,
  content: CallContent | undefined,
): RecordedCall | undefined {
  if (history === undefined) return undefined;
  const { callId, judged = false, derived = false, results, others } = question;
  const ofOthers = judged || derived || others !== undefined || Object.keys(results).length > 0;
  const same = !history.changed && !history.lost;
  return history.call(callId, (recorded) => {
    if (keys === undefined || content === undefined) return recorded === undefined;
    if (same && !judged && isOfDefinition(recorded, content.definition)) return true;
    if (!keys.isOf(recorded, content)) return false;
    return same || !ofOthers || isShared(recorded);
  });
}
