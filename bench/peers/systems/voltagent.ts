import { askWithTimer } from "../../systems/raw-timer.ts";
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
} from "../../systems/system.ts";
import type { Peer } from "../peer.ts";

interface Given {
  readonly task: number;
  readonly answers: Answers;
}

async function load(): Promise<System> {
  const { andThen, createWorkflowChain } = await import("@voltagent/core");
  const { z } = await import("zod");
  const { default: pLimit } = await import("p-limit");
  const Task = z.object({ task: z.number(), answers: z.record(z.string(), z.number()) });

  // A step has no timeout of its own, and repeats nothing inside andAll: that is asked for on the whole of it.
  const parallel = (run: Run, count = AGENTS, timeoutMs = TIMEOUT_MS, retries = 1) =>
    createWorkflowChain({ id: "parallel", name: "parallel", input: Task, result: z.any() }).andAll({
      id: "all",
      retries,
      steps: agentNames(count).map((id) =>
        andThen({
          id,
          execute: async ({ data }) => {
            const { task, answers } = data as Given;
            return { [id]: await askWithTimer(run, task, answers, timeoutMs) };
          },
        }),
      ) as never,
    });

  let inTurn = createWorkflowChain({
    id: "in-turn",
    name: "in-turn",
    input: Task,
    result: z.any(),
  });
  for (const id of agentNames(AGENTS)) {
    inTurn = inTurn.andThen({
      id,
      retries: 1,
      execute: async ({ data }) => {
        const { task, answers } = data as Given;
        return { task, answers: { ...answers, [id]: await askWithTimer(echo, task, answers) } };
      },
    }) as never;
  }
  const all = parallel(echo);
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) await all.run({ task, answers: {} });
    },
    async sequence(times) {
      for (let task = 0; task < times; task++) await inTurn.run({ task, answers: {} });
    },
    async many(calls) {
      const each = createWorkflowChain({
        id: "many",
        name: "many",
        input: z.array(z.number()),
        result: z.any(),
      }).andForEach({
        id: "each",
        concurrency: AT_ONCE,
        step: andThen({
          id: "one",
          retries: 1,
          execute: ({ data }) => askWithTimer(echo, data as number, {}),
        }),
      });
      await each.run(Array.from({ length: calls }, (_, task) => task));
    },
    async busy(coordinations, workMs) {
      const limit = pLimit(AT_ONCE);
      const run = working(workMs);
      const limited = parallel((task, context) => limit(run, task, context));
      await Promise.all(
        Array.from({ length: coordinations }, (_, task) => limited.run({ task, answers: {} })),
      );
    },
    async deaf(agents, timeoutMs) {
      const never = parallel(deaf, agents, timeoutMs, 0);
      try {
        const { status } = await never.run({ task: 0, answers: {} });
        return status === "error" ? 1 : 0;
      } catch {
        return 1;
      }
    },
  };
}

export const peer: Peer = {
  imports: "@voltagent/core",
  slower: 16,
  included: {
    timeout: "by hand",
    retry: "all, 1 more",
    limit: "W4: p-limit",
    log: "in memory",
    outcome: "first error",
  },
  load,
};
