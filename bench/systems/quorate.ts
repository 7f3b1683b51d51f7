import { agent, supervisor, type Supervisor } from "quorate";
import { agentNames, AGENTS, deaf, echo, working, type Run, type System } from "./system.ts";

/** So many agents that all do this with their task. */
export function agentsThat(run: Run, count: number) {
  // As others are given it: nothing stands between a system and its agents.
  const alone = run as (task: number, context: unknown) => Promise<number>;
  return Object.fromEntries(agentNames(count).map((name) => [name, agent({ name, run: alone })]));
}

/** Eight agents that answer with their task. */
export const team = agentsThat(echo, AGENTS);

const parallel = supervisor({ name: "parallel", agents: team });
const inTurn = supervisor({ name: "in-turn", agents: team, mode: "sequence" });

async function inOrder({ run }: Supervisor<never, number>, times: number): Promise<void> {
  for (let task = 0; task < times; task++) await run(task);
}

function* numbers(count: number): Generator<number> {
  for (let task = 0; task < count; task++) yield task;
}

/** The built package, everything at its defaults. */
export const quorate: System = {
  fanOut: (times) => inOrder(parallel as never, times),
  sequence: (times) => inOrder(inTurn as never, times),
  async many(calls) {
    const single = supervisor({ name: "single", agents: agentsThat(echo, 1) });
    for await (const { error } of single.runMany(numbers(calls))) {
      if (error !== undefined) throw new Error("a run failed", { cause: error });
    }
  },
  busy(coordinations, workMs) {
    const busy = supervisor({ name: "busy", agents: agentsThat(working(workMs), AGENTS) });
    return Promise.all(Array.from({ length: coordinations }, (_, task) => busy.run(task)));
  },
  async deaf(agents, timeoutMs) {
    const all = supervisor({
      name: "deaf",
      agents: agentsThat(deaf, agents),
      concurrency: agents,
      timeoutMs,
      retries: 0,
    });
    const { results } = await all.run(0);
    return Object.values(results).filter(
      (result) => result.status === "failed" && result.error.code === "TIMEOUT",
    ).length;
  },
};
