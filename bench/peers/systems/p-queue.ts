import { countFailed } from "../../systems/by-hand.ts";
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

async function load(): Promise<System> {
  const { default: PQueue } = await import("p-queue");
  const queue = new PQueue({ concurrency: AT_ONCE, timeout: TIMEOUT_MS });
  const team = agentNames(AGENTS);
  const ask = (run: Run, task: number, results: Answers = {}): Promise<number> =>
    queue.add(({ signal }) => run(task, { signal, results }));
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
      await queue.addAll(
        Array.from(
          { length: calls },
          (_, task) =>
            ({ signal }: { readonly signal?: AbortSignal | undefined }) =>
              echo(task, { signal, results: {} }),
        ),
      );
    },
    busy(coordinations, workMs) {
      const run = working(workMs);
      const one = (task: number): Promise<unknown> => Promise.all(team.map(() => ask(run, task)));
      return Promise.all(Array.from({ length: coordinations }, (_, task) => one(task)));
    },
    deaf(agents, timeoutMs) {
      const all = new PQueue({ concurrency: agents, timeout: timeoutMs });
      return countFailed(
        agentNames(agents).map(() => all.add(({ signal }) => deaf(0, { signal, results: {} }))),
      );
    },
  };
}

export const peer: Peer = {
  imports: "p-queue",
  included: { timeout: "aborts", limit: "over runs", outcome: "first error" },
  load,
};
