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

/** Workflows of Mastra, kept in `storage` where there is one. */
export async function mastraWorkflows(storage?: object) {
  const { Mastra } = await import("@mastra/core");
  const { createStep, createWorkflow } = await import("@mastra/core/workflows");
  const { z } = await import("zod");
  const Task = z.object({ task: z.number(), answers: z.record(z.string(), z.number()) });
  const retryConfig = { attempts: 1, delay: 0 };

  // A step has no timeout of its own.
  const execute =
    (run: Run, timeoutMs: number) =>
    async ({ inputData: { task, answers } }: { inputData: { task: number; answers: Answers } }) =>
      askWithTimer(run, task, answers, timeoutMs);

  const steps = (run: Run, count: number, timeoutMs: number) =>
    agentNames(count).map((id) =>
      createStep({
        id,
        inputSchema: Task,
        outputSchema: z.number(),
        execute: execute(run, timeoutMs),
      }),
    );

  const registered = <T extends { readonly id: string }>(workflow: T): T => {
    const mastra = new Mastra({
      workflows: { [workflow.id]: workflow as never },
      logger: false,
      ...(storage !== undefined && { storage: storage as never }),
    });
    return mastra.getWorkflow(workflow.id) as never as T;
  };

  const parallel = (run: Run, count = AGENTS, timeoutMs = TIMEOUT_MS, retries = retryConfig) =>
    registered(
      createWorkflow({
        id: "parallel",
        inputSchema: Task,
        outputSchema: z.any(),
        retryConfig: retries,
      })
        .parallel(steps(run, count, timeoutMs) as never)
        .commit(),
    );

  const inTurn = () => {
    const chain = agentNames(AGENTS).map((id) =>
      createStep({
        id,
        inputSchema: Task,
        outputSchema: Task,
        execute: async ({ inputData: { task, answers } }) => ({
          task,
          answers: { ...answers, [id]: await askWithTimer(echo, task, answers, TIMEOUT_MS) },
        }),
      }),
    );
    const workflow = createWorkflow({
      id: "in-turn",
      inputSchema: Task,
      outputSchema: Task,
      retryConfig,
    });
    return registered(chain.reduce((so, step) => so.then(step) as never, workflow).commit());
  };

  const many = () => {
    const one = createStep({
      id: "one",
      inputSchema: z.number(),
      outputSchema: z.number(),
      execute: ({ inputData }) => askWithTimer(echo, inputData, {}, TIMEOUT_MS),
    });
    return registered(
      createWorkflow({
        id: "many",
        inputSchema: z.array(z.number()),
        outputSchema: z.any(),
        retryConfig,
      })
        .foreach(one, { concurrency: AT_ONCE })
        .commit(),
    );
  };
  return { parallel, inTurn, many };
}

interface Startable {
  createRun(): Promise<{
    start(given: { inputData: never }): Promise<{ readonly status: string }>;
  }>;
}

/** Carries one run out; fails where it does. */
export async function start(workflow: Startable, inputData: unknown): Promise<void> {
  const run = await workflow.createRun();
  const { status } = await run.start({ inputData: inputData as never });
  if (status !== "success") throw new Error(`a run ended as ${status}`);
}

async function load(): Promise<System> {
  const { parallel, inTurn, many } = await mastraWorkflows();
  const { default: pLimit } = await import("p-limit");
  const all = parallel(echo);
  const chain = inTurn();
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) await start(all, { task, answers: {} });
    },
    async sequence(times) {
      for (let task = 0; task < times; task++) await start(chain, { task, answers: {} });
    },
    async many(calls) {
      await start(
        many(),
        Array.from({ length: calls }, (_, task) => task),
      );
    },
    async busy(coordinations, workMs) {
      const limit = pLimit(AT_ONCE);
      const run = working(workMs);
      const limited = parallel((task, context) => limit(run, task, context));
      await Promise.all(
        Array.from({ length: coordinations }, (_, task) => start(limited, { task, answers: {} })),
      );
    },
    async deaf(agents, timeoutMs) {
      const never = parallel(deaf, agents, timeoutMs, { attempts: 0, delay: 0 });
      const run = await never.createRun();
      const { status } = await run.start({ inputData: { task: 0, answers: {} } as never });
      return status === "failed" ? 1 : 0;
    },
  };
}

export const peer: Peer = {
  imports: "@mastra/core/workflows",
  packages: ["@mastra/core"],
  slower: 8,
  included: {
    timeout: "by hand",
    retry: "1 more",
    limit: "W4: p-limit",
    log: "in memory",
    outcome: "first error",
  },
  load,
};
