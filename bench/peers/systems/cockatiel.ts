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
  const { bulkhead, handleAll, retry, timeout, TimeoutStrategy, wrap } = await import("cockatiel");
  const policy = wrap(
    retry(handleAll, { maxAttempts: 1 }),
    bulkhead(AT_ONCE, Number.POSITIVE_INFINITY),
    timeout(TIMEOUT_MS, TimeoutStrategy.Aggressive),
  );
  const team = agentNames(AGENTS);
  const ask = (run: Run, task: number, results: Answers = {}): Promise<number> =>
    policy.execute(({ signal }) => run(task, { signal, results }));
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
      await Promise.all(Array.from({ length: calls }, (_, task) => ask(echo, task)));
    },
    busy(coordinations, workMs) {
      const run = working(workMs);
      const one = (task: number): Promise<unknown> => Promise.all(team.map(() => ask(run, task)));
      return Promise.all(Array.from({ length: coordinations }, (_, task) => one(task)));
    },
    deaf(agents, timeoutMs) {
      const all = wrap(
        bulkhead(agents, Number.POSITIVE_INFINITY),
        timeout(timeoutMs, TimeoutStrategy.Aggressive),
      );
      return countFailed(
        agentNames(agents).map(() => all.execute(({ signal }) => deaf(0, { signal, results: {} }))),
      );
    },
  };
}

export const peer: Peer = {
  imports: "cockatiel",
  included: { timeout: "aborts", retry: "1 more", limit: "over runs", outcome: "first error" },
  load,
};
