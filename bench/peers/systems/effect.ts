import type { HandAgent } from "../../systems/by-hand.ts";
import { AGENTS, AT_ONCE, TIMEOUT_MS, type System } from "../../systems/system.ts";
import type { Peer } from "../peer.ts";

/** How often Quorate repeats a call that failed, where nobody says otherwise. */
const FURTHER_ATTEMPTS = 1;

async function load(): Promise<System> {
  const { Effect } = await import("effect");
  const echo: HandAgent = async (task) => task;
  const team = Array.from({ length: AGENTS }, (_, index) => `agent-${index + 1}`);

  const ask = (task: number, results: Readonly<Record<string, number>>) =>
    Effect.tryPromise((signal) => echo(task, { signal, results })).pipe(
      Effect.timeout(TIMEOUT_MS),
      Effect.retry({ times: FURTHER_ATTEMPTS }),
    );

  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) {
        await Effect.runPromise(
          Effect.all(
            team.map(() => ask(task, {})),
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
            for (const name of team) results[name] = yield* ask(task, results);
          }),
        );
      }
    },
    async many(calls) {
      const tasks = Array.from({ length: calls }, (_, task) => task);
      await Effect.runPromise(
        Effect.forEach(tasks, (task) => ask(task, {}), { concurrency: AT_ONCE, discard: true }),
      );
    },
  };
}

export const peer: Peer = {
  imports: "effect",
  included: { timeout: "with abort", retry: "1 more", limit: "within a run" },
  load,
};
