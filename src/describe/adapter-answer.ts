import { untilAborted } from "../async/until-aborted.ts";
import type { Usage } from "../model/call.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { USAGE_FAILED } from "../money/misreported.ts";
import { clipWords } from "../model/text.ts";
import { hear, promiseOf } from "../model/hear.ts";

const MAX_SAID_CHARS = 200;

/**
 * The usage that an adapter's own `usage` function returns for an answer, as a list. If the function throws, the usage is unknown, the
 * answer still counts, and the list has a report that says so, which is told as one that cannot be read.
 */
export function usedBy<Asked extends readonly unknown[]>(
  usage: ((...asked: Asked) => Usage | readonly Usage[] | undefined) | undefined,
  ...asked: Asked
): readonly Usage[] {
  try {
    const used = usage?.(...asked) ?? [];
    return Array.isArray(used) ? (used as readonly Usage[]) : [used as Usage];
  } catch (thrown) {
    hear(thrown);
    return [{ [USAGE_FAILED]: clipWords(describeThrown(thrown), MAX_SAID_CHARS) } as Usage];
  }
}

/**
 * What the user's own `read` makes of an answer. Rejects with the signal's reason if it is aborted first, with `AGENT_FAILED` if `read`
 * throws, and with a `QuorateError` that `read` throws as it is.
 */
export async function readBy<Answer>(
  read: (answer: Answer) => unknown,
  answer: Answer,
  name: string,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await untilAborted(promiseOf(read(answer)), signal);
  } catch (thrown) {
    signal.throwIfAborted();
    throw unread(thrown, name);
  }
}

/** The failure of an attempt whose answer cannot be read. */
export function unread(thrown: unknown, name: string): QuorateError {
  if (thrown instanceof QuorateError) return thrown;
  const why = `${name}: its answer cannot be read: ${describeThrown(thrown)}`;
  return new QuorateError("AGENT_FAILED", why, { cause: thrown });
}
