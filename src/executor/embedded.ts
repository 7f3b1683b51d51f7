import type { AgentContext } from "../describe/agent.ts";
import { promiseOf } from "../model/hear.ts";
import { PassingMap } from "../model/passing-map.ts";
import type { BatchContext } from "../describe/batch.ts";
import { EmbeddedBatchContext } from "./batch-context.ts";
import { EmbeddedContext } from "./context.ts";
import type { AgentRegistry, Attempt, AttemptEvent, Executor } from "./executor.ts";
import type { Listening } from "./listening.ts";

const STARTED: AttemptEvent = Object.freeze({ type: "started", atOnce: true });

/** Carries attempts out in this process. */
export function embeddedExecutor(agents: AgentRegistry): Executor {
  const listening: Listening = new PassingMap();
  return {
    start(attempt) {
      const { call } = attempt;
      const registered = agents.get(call.agent);
      if (registered === undefined) throw new Error(`the team has no agent at "${call.agent}"`);
      const run = registered.agent.run as (task: unknown, context: AgentContext) => unknown;
      const context = new EmbeddedContext(registered, attempt, listening);
      attempt.hear(STARTED);
      try {
        tell(attempt, run(call.input, context), context, EmbeddedContext.end);
      } catch (thrown) {
        attempt.hear({ type: "failure", thrown, stopped: true });
        EmbeddedContext.end(context);
      }
    },
    startBatch(batch) {
      const place = batch.calls[0]?.agent ?? "";
      const registered = agents.get(place);
      const options = registered?.agent.batch;
      if (registered === undefined || options === undefined) {
        throw new Error(`the team has no agent with a batch at "${place}"`);
      }
      const run = options.run as (tasks: readonly unknown[], context: BatchContext) => unknown;
      const tasks = Object.freeze(batch.calls.map(({ input }) => input));
      const context = new EmbeddedBatchContext(registered, batch, listening);
      batch.hear(STARTED);
      try {
        tell(batch, run(tasks, context), context, EmbeddedBatchContext.end);
      } catch (thrown) {
        batch.hear({ type: "failure", thrown, stopped: true });
        EmbeddedBatchContext.end(context);
      }
    },
    cancel(attemptId, reason) {
      const abort = listening.get(attemptId);
      listening.delete(attemptId);
      abort?.(reason);
    },
    close() {},
  };
}

/** Reports an agent's answer, whatever it is: a value, a promise, a hostile thenable. With its answer it has stopped. */
function tell<Context>(
  attempt: Pick<Attempt, "hear">,
  answer: unknown,
  context: Context,
  end: (context: Context) => void,
): void {
  promiseOf(answer).then(
    (output) => {
      // First: if it answers when its time is over, its signal tells it so.
      attempt.hear({ type: "answer", output, stopped: true });
      end(context);
    },
    (thrown: unknown) => {
      attempt.hear({ type: "failure", thrown, stopped: true });
      end(context);
    },
  );
}
