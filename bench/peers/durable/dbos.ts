import { agentNames, AGENTS, echo, TIMEOUT_MS } from "../../systems/system.ts";
import type { Durable } from "../durable.ts";

export const durable: Durable = {
  in: "postgres",
  slower: 16,
  included: { timeout: "aborts", retry: "1 more", log: "steps", outcome: "each, by hand" },
  async open(url) {
    const { DBOS } = await import("@dbos-inc/dbos-sdk");
    DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, logLevel: "error" });
    const team = agentNames(AGENTS);
    const all = DBOS.registerWorkflow(
      (task: number) =>
        Promise.allSettled(
          team.map((name) =>
            DBOS.runStep(
              () => echo(task, { signal: DBOS.stepStatus?.timeoutSignal, results: {} }),
              {
                name,
                timeoutMS: TIMEOUT_MS,
                retriesAllowed: true,
                maxAttempts: 2,
              },
            ),
          ),
        ),
      { name: "parallel" },
    );
    await DBOS.launch();
    return {
      async fanOut(times) {
        for (let task = 0; task < times; task++) await all(task);
      },
      close: () => DBOS.shutdown(),
    };
  },
};
