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

interface Shape {
  readonly run?: Run;
  readonly count?: number;
  readonly inTurn?: boolean;
  readonly checkpointer?: object;
}

/** Graphs of LangGraph with a node for each agent. */
export async function langGraphs() {
  const { Annotation, END, START, StateGraph } = await import("@langchain/langgraph");
  const merged = () =>
    Annotation<Answers>({
      reducer: (before, after) => ({ ...before, ...after }),
      default: () => ({}),
    });
  const State = Annotation.Root({ task: Annotation<number>, answers: merged(), failed: merged() });

  return ({ run = echo, count = AGENTS, inTurn = false, checkpointer }: Shape) => {
    const names = agentNames(count);
    const graph = new StateGraph(State).setNodeDefaults({
      retryPolicy: { maxAttempts: 2 },
      timeout: TIMEOUT_MS,
    });
    for (const name of names) {
      graph.addNode(name, async ({ task, answers }, { signal }) => ({
        answers: { [name]: await run(task, { signal, results: answers }) },
      }));
    }
    const edges = graph as never as { addEdge(from: string, to: string): void };
    for (const [at, name] of names.entries()) {
      edges.addEdge(inTurn ? (names[at - 1] ?? START) : START, name);
      if (!inTurn || at === names.length - 1) edges.addEdge(name, END);
    }
    return graph.compile(checkpointer === undefined ? {} : { checkpointer: checkpointer as never });
  };
}

const options = { maxConcurrency: AT_ONCE };

async function load(): Promise<System> {
  const graph = await langGraphs();
  const { default: pLimit } = await import("p-limit");
  const all = graph({});
  const inTurn = graph({ inTurn: true });
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) await all.invoke({ task }, options);
    },
    async sequence(times) {
      for (let task = 0; task < times; task++) await inTurn.invoke({ task }, options);
    },
    async many(calls) {
      const one = graph({ count: 1 });
      await one.batch(
        Array.from({ length: calls }, (_, task) => ({ task })),
        options,
      );
    },
    async busy(coordinations, workMs) {
      const limit = pLimit(AT_ONCE);
      const run = working(workMs);
      const limited = graph({ run: (task, context) => limit(run, task, context) });
      await Promise.all(
        Array.from({ length: coordinations }, (_, task) => limited.invoke({ task })),
      );
    },
    async deaf(agents, timeoutMs) {
      const never = await deafGraph(agents, timeoutMs);
      const { failed } = await never.invoke({ failed: [] });
      return failed.length;
    },
  };
}

/** A node for all of them, sent to once for each, whose handler says which failed. */
async function deafGraph(agents: number, timeoutMs: number) {
  const { Annotation, Send, START, StateGraph } = await import("@langchain/langgraph");
  const State = Annotation.Root({
    name: Annotation<string>,
    failed: Annotation<readonly string[]>({
      reducer: (before, after) => before.concat(after),
      default: () => [],
    }),
  });
  return new StateGraph(State)
    .addNode(
      "agent",
      async (_, { signal }) => ({ failed: [await deaf(0, { signal, results: {} })] }) as never,
      {
        timeout: timeoutMs,
        errorHandler: ({ name }) => ({ failed: [name] }),
      },
    )
    .addConditionalEdges(START, () => agentNames(agents).map((name) => new Send("agent", { name })))
    .compile();
}

export const peer: Peer = {
  imports: "@langchain/langgraph",
  packages: ["@langchain/langgraph", "@langchain/core"],
  slower: 64,
  included: {
    timeout: "aborts",
    retry: "1 more",
    limit: "W4: p-limit",
    outcome: "each, by handler",
  },
  load,
};
