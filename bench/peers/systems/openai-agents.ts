import {
  agentNames,
  AGENTS,
  AT_ONCE,
  echo,
  TIMEOUT_MS,
  working,
  type Answers,
  type Run,
  type System,
} from "../../systems/system.ts";
import type { Peer } from "../peer.ts";

async function load(): Promise<Omit<System, "deaf">> {
  const { Agent, retryPolicies, Runner, Usage } = await import("@openai/agents");
  const { default: pLimit } = await import("p-limit");
  const runner = new Runner({ tracingDisabled: true });
  const usage = new Usage({ inputTokens: 1, outputTokens: 1, totalTokens: 2 });

  /** An agent whose model answers as a run does with the task that it is asked. */
  const agentOf = (name: string, run: Run) =>
    new Agent({
      name,
      instructions: "Answer with the task.",
      modelSettings: {
        timeoutMs: TIMEOUT_MS,
        retry: { maxRetries: 1, policy: retryPolicies.providerSuggested() },
      },
      model: {
        async getResponse({ input, signal }) {
          const { task, results } = askedIn(input);
          const text = String(await run(task, { signal, results }));
          return {
            usage,
            output: [
              {
                type: "message",
                role: "assistant",
                status: "completed",
                content: [{ type: "output_text", text }],
              },
            ],
          };
        },
        getStreamedResponse(): never {
          throw new Error("nobody asked for a stream");
        },
      },
    });
  type Made = ReturnType<typeof agentOf>;

  const ask = async (agent: Made, task: number, results: Answers = {}): Promise<number> => {
    const { finalOutput } = await runner.run(agent, JSON.stringify({ task, results }));
    return Number(finalOutput);
  };
  const team = agentNames(AGENTS).map((name) => agentOf(name, echo));
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) {
        await Promise.all(team.map((agent) => ask(agent, task)));
      }
    },
    async sequence(times) {
      for (let task = 0; task < times; task++) {
        const results: Record<string, number> = {};
        for (const agent of team) results[agent.name] = await ask(agent, task, results);
      }
    },
    async many(calls) {
      const limit = pLimit(AT_ONCE);
      const one = agentOf("one", echo);
      await limit.map(
        Array.from({ length: calls }, (_, task) => task),
        (task) => ask(one, task),
      );
    },
    async busy(coordinations, workMs) {
      const limit = pLimit(AT_ONCE);
      const busy = agentNames(AGENTS).map((name) => agentOf(name, working(workMs)));
      const one = (task: number): Promise<unknown> =>
        Promise.all(busy.map((agent) => limit(ask, agent, task)));
      await Promise.all(Array.from({ length: coordinations }, (_, task) => one(task)));
    },
  };
}

/** The task in what a model is asked: the last thing that the user said. */
function askedIn(input: unknown): { readonly task: number; readonly results: Answers } {
  const [last] = Array.isArray(input) ? input.slice(-1) : [{ content: input }];
  const { content } = last as { readonly content: string };
  return JSON.parse(content) as { readonly task: number; readonly results: Answers };
}

export const peer: Peer = {
  imports: "@openai/agents",
  slower: 32,
  included: {
    timeout: "aborts",
    retry: "1 more",
    limit: "p-limit",
    outcome: "first error",
    besides: "a model's client",
  },
  cannot: { W5: "it aborts the signal, and then waits for a model that does not hear it" },
  load,
};
