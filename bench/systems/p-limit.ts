import pLimit from "p-limit";
import { byHand } from "./by-hand.ts";
import { askWithTimer } from "./raw-timer.ts";
import { AT_ONCE, type System } from "./system.ts";

const limit = pLimit(AT_ONCE);
const { fanOut, sequence } = byHand((agent, task, results) =>
  limit(askWithTimer, agent, task, results),
);

/** p-limit around the raw timer. Many calls are handed to it at once, as its documentation shows. */
export const limited: System = {
  fanOut,
  sequence,
  async many(calls) {
    const answer = async (task: number): Promise<number> => task;
    await Promise.all(
      Array.from({ length: calls }, (_, task) => limit(askWithTimer, answer, task, {})),
    );
  },
};
