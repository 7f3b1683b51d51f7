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
  const { generateText } = await import("ai");
  const { default: pLimit } = await import("p-limit");
  const team = agentNames(AGENTS);
  const tokens = { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined };
  const usage = { inputTokens: tokens, outputTokens: { total: 1, text: 1, reasoning: undefined } };

  /** A model that answers as a run does; what its tests come with keeps every call that it was asked. */
  const modelOf = (run: Run, task: number, results: Answers) => ({
    specificationVersion: "v3" as const,
    provider: "bench",
    modelId: "bench",
    supportedUrls: {},
    async doGenerate({ abortSignal }: { readonly abortSignal?: AbortSignal }) {
      const answer = await run(task, { signal: abortSignal, results });
      return {
        content: [{ type: "text" as const, text: String(answer) }],
        finishReason: { unified: "stop" as const, raw: undefined },
        usage,
        warnings: [],
      };
    },
    doStream(): never {
      throw new Error("nobody asked for a stream");
    },
  });

  const ask = async (run: Run, task: number, results: Answers = {}): Promise<number> => {
    const { text } = await generateText({
      model: modelOf(run, task, results) as never,
      prompt: JSON.stringify({ task, results }),
      timeout: TIMEOUT_MS,
      maxRetries: 1,
    });
    return Number(text);
  };
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) await Promise.all(team.map(() => ask(echo, task)));
    },
    async sequence(times) {
      for (let task = 0; task < times; task++) {
        const results: Record<string, number> = {};
        for (const name of team) results[name] = await ask(echo, task, results);
      }
    },
    async many(calls) {
      const limit = pLimit(AT_ONCE);
      await limit.map(
        Array.from({ length: calls }, (_, task) => task),
        (task) => ask(echo, task),
      );
    },
    async busy(coordinations, workMs) {
      const limit = pLimit(AT_ONCE);
      const run = working(workMs);
      const one = (task: number): Promise<unknown> =>
        Promise.all(team.map(() => limit(ask, run, task)));
      await Promise.all(Array.from({ length: coordinations }, (_, task) => one(task)));
    },
  };
}

export const peer: Peer = {
  imports: "ai",
  slower: 16,
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
