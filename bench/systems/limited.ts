import type pLimit from "p-limit";
import { byHand, countFailed } from "./by-hand.ts";
import { askWithTimer } from "./raw-timer.ts";
import { agentNames, AGENTS, AT_ONCE, deaf, echo, working, type System } from "./system.ts";

/** p-limit around the raw timer. Many calls are handed to it at once, as its documentation shows. */
export function limitedBy(limitTo: typeof pLimit): System {
  const limit = limitTo(AT_ONCE);
  const { fanOut, sequence } = byHand((run, task, results) =>
    limit(askWithTimer, run, task, results),
  );
  return {
    fanOut,
    sequence,
    async many(calls) {
      await Promise.all(
        Array.from({ length: calls }, (_, task) => limit(askWithTimer, echo, task, {})),
      );
    },
    busy(coordinations, workMs) {
      const run = working(workMs);
      const one = (task: number): Promise<unknown> =>
        Promise.all(agentNames(AGENTS).map(() => limit(askWithTimer, run, task, {})));
      return Promise.all(Array.from({ length: coordinations }, (_, task) => one(task)));
    },
    deaf(agents, timeoutMs) {
      const all = limitTo(agents);
      return countFailed(agentNames(agents).map(() => all(askWithTimer, deaf, 0, {}, timeoutMs)));
    },
  };
}
