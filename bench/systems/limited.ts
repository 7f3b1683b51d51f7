import type { LimitFunction } from "p-limit";
import { byHand } from "./by-hand.ts";
import { askWithTimer } from "./raw-timer.ts";
import type { System } from "./system.ts";

/** p-limit around the raw timer. Many calls are handed to it at once, as its documentation shows. */
export function limitedBy(limit: LimitFunction): System {
  const { fanOut, sequence } = byHand((agent, task, results) =>
    limit(askWithTimer, agent, task, results),
  );
  return {
    fanOut,
    sequence,
    async many(calls) {
      const answer = async (task: number): Promise<number> => task;
      await Promise.all(
        Array.from({ length: calls }, (_, task) => limit(askWithTimer, answer, task, {})),
      );
    },
  };
}
