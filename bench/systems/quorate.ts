import { agent, supervisor } from "quorate";
import { AGENTS, type System } from "./system.ts";

const echo = async (task: number): Promise<number> => task;
const one = agent({ name: "one", run: echo });

/** Eight agents that answer with their task. */
export const team = Object.fromEntries(
  Array.from({ length: AGENTS }, (_, index) => `agent-${index + 1}`).map((name) => [
    name,
    agent({ name, run: echo }),
  ]),
);

const parallel = supervisor({ name: "parallel", agents: team });
const inTurn = supervisor({ name: "in-turn", agents: team, mode: "sequence" });
const single = supervisor({ name: "single", agents: { one } });

function* numbers(count: number): Generator<number> {
  for (let task = 0; task < count; task++) yield task;
}

/** The built package, everything at its defaults. */
export const quorate: System = {
  async fanOut(times) {
    for (let task = 0; task < times; task++) await parallel.run(task);
  },
  async sequence(times) {
    for (let task = 0; task < times; task++) await inTurn.run(task);
  },
  async many(calls) {
    for await (const { error } of single.runMany(numbers(calls))) {
      if (error !== undefined) throw new Error("a run failed", { cause: error });
    }
  },
};
