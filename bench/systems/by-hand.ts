import { AGENTS, AT_ONCE, type System } from "./system.ts";

/** Answers by the names of the agents that gave them. */
export type Answers = Readonly<Record<string, number>>;

/** What an agent by hand is given, and what it answers. */
export type HandAgent = (
  task: number,
  context: { readonly signal: AbortSignal; readonly results: Answers },
) => Promise<number>;

/** Asks one agent under a timeout. */
export type Ask = (agent: HandAgent, task: number, results: Answers) => Promise<number>;

const NONE: Answers = {};

/** What somebody would write without a library, around a way to ask one agent. */
export function byHand(ask: Ask): System {
  const team = Array.from({ length: AGENTS }, (_, index) => ({
    name: `agent-${index + 1}`,
    run: (async (task) => task) satisfies HandAgent,
  }));
  const first: HandAgent = async (task) => task;
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) {
        await Promise.all(team.map(({ run }) => ask(run, task, NONE)));
      }
    },
    async sequence(times) {
      for (let task = 0; task < times; task++) {
        const results: Record<string, number> = {};
        for (const { name, run } of team) results[name] = await ask(run, task, results);
      }
    },
    async many(calls) {
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < calls) await ask(first, next++, NONE);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
  };
}
