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

/** How often Quorate repeats a call that failed, where nobody says otherwise. */
const FURTHER_ATTEMPTS = 1;

async function load(): Promise<System> {
  const { Effect, Exit, Semaphore } = await import("effect");
  const team = agentNames(AGENTS);

  const ask = (run: Run, task: number, results: Answers = {}) =>
    Effect.tryPromise((signal) => run(task, { signal, results })).pipe(
      Effect.timeout(TIMEOUT_MS),
      Effect.retry({ times: FURTHER_ATTEMPTS }),
    );

  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) {
        await Effect.runPromise(
          Effect.all(
            team.map(() => ask(echo, task)),
            { concurrency: AT_ONCE },
          ),
        );
      }
    },
    async sequence(times) {
      for (let task = 0; task < times; task++) {
        const results: Record<string, number> = {};
        await Effect.runPromise(
          Effect.gen(function* () {
            for (const name of team) results[name] = yield* ask(echo, task, results);
          }),
        );
      }
    },
    async many(calls) {
      const tasks = Array.from({ length: calls }, (_, task) => task);
      await Effect.runPromise(
        Effect.forEach(tasks, (task) => ask(echo, task), { concurrency: AT_ONCE, discard: true }),
      );
    },
    busy(coordinations, workMs) {
      const run = working(workMs);
      const shared = Semaphore.makeUnsafe(AT_ONCE);
      const one = (task: number): Promise<unknown> =>
        Effect.runPromise(
          Effect.all(
            team.map(() => shared.withPermit(ask(run, task))),
            { concurrency: "unbounded" },
          ),
        );
      return Promise.all(Array.from({ length: coordinations }, (_, task) => one(task)));
    },
    async deaf(agents, timeoutMs) {
      const exits = await Effect.runPromise(
        Effect.forEach(
          agentNames(agents),
          () =>
            Effect.tryPromise((signal) => deaf(0, { signal, results: {} })).pipe(
              Effect.timeout(timeoutMs),
              Effect.exit,
            ),
          { concurrency: "unbounded" },
        ),
      );
      return exits.filter((exit) => Exit.isFailure(exit)).length;
    },
  };
}

export const peer: Peer = {
  imports: "effect",
  included: { timeout: "aborts", retry: "1 more", limit: "in a run", outcome: "each, if asked" },
  load,
};
