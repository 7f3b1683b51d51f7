import pLimit from "p-limit";
import {
  agentNames,
  AGENTS,
  AT_ONCE,
  deaf,
  echo,
  TIMEOUT_MS,
  working,
  type Answers,
  type Run,
  type System,
} from "./system.ts";

/** Asks one agent under a timeout. */
export type Ask = (run: Run, task: number, results: Answers, timeoutMs?: number) => Promise<number>;

const NONE: Answers = {};

/** How many of these agents have failed. */
export async function countFailed(asked: readonly Promise<unknown>[]): Promise<number> {
  const settled = await Promise.allSettled(asked);
  return settled.filter(({ status }) => status === "rejected").length;
}

/** Coordination written without a library, around a way to ask one agent; with p-limit if several coordinations share a limit. */
export function byHand(ask: Ask): System {
  const team = agentNames(AGENTS);
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) {
        await Promise.all(team.map(() => ask(echo, task, NONE)));
      }
    },
    async sequence(times) {
      for (let task = 0; task < times; task++) {
        const results: Record<string, number> = {};
        for (const name of team) results[name] = await ask(echo, task, results);
      }
    },
    async many(calls) {
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < calls) await ask(echo, next++, NONE);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
    busy(coordinations, workMs) {
      const limit = pLimit(AT_ONCE);
      const run = working(workMs);
      const one = (task: number): Promise<unknown> =>
        Promise.all(team.map(() => limit(ask, run, task, NONE, TIMEOUT_MS)));
      return Promise.all(Array.from({ length: coordinations }, (_, task) => one(task)));
    },
    deaf: (agents, timeoutMs) =>
      countFailed(agentNames(agents).map(() => ask(deaf, 0, NONE, timeoutMs))),
  };
}
