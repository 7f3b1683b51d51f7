import { hear } from "../model/hear.ts";
import { requireSync } from "../check/require-sync.ts";
import { readGiven } from "../check/given.ts";
import { shown } from "../check/shown.ts";
import { QuorateError } from "../model/errors.ts";
import type { AgentRegistry, Executor, ExecutorFactory } from "./executor.ts";

/** Makes the executor of a supervisor, so that its functions can be destructured. Throws `BAD_OPTIONS` for a value that is not an executor. */
export function makeExecutor(
  make: ExecutorFactory,
  agents: AgentRegistry,
  { name, where }: { readonly name: string; readonly where: string },
): Executor {
  const made = requireSync(() => make(agents, name), `${where}: executor`);
  return readGiven(`what executor of ${where} made`, made, () => executorOf(made, where));
}

/** A foreign executor whose members are read once: they may be getters, or those of a class. */
function executorOf(made: unknown, where: string): Executor {
  const { start, startBatch, collects, attach, detach, mayBeginWithinMs, cancel, close } = Object(
    made,
  ) as Partial<Executor>;
  if (typeof start !== "function" || typeof cancel !== "function") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: executor made ${shown(made)} without start and cancel; make { start(attempt), cancel(attemptId, reason), close() }`,
    );
  }
  return {
    start: start.bind(made),
    ...(typeof startBatch === "function" && { startBatch: startBatch.bind(made) }),
    ...(typeof collects === "function" && { collects: collects.bind(made) }),
    ...(typeof attach === "function" && { attach: attach.bind(made) }),
    ...(typeof detach === "function" && { detach: detach.bind(made) }),
    ...(typeof mayBeginWithinMs === "number" && { mayBeginWithinMs }),
    cancel(attemptId, reason) {
      try {
        // Nothing could be done about it: an attempt that does not stop is abandoned.
        hear(cancel.call(made, attemptId, reason));
      } catch (thrown) {
        hear(thrown);
      }
    },
    close: () => close?.call(made),
  };
}
