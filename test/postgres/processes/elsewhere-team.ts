import { appendFileSync } from "node:fs";
import { agent, supervisor, type Backend, type InDoubt } from "../../../src/index.ts";
import { executorAgents, type ContractStep } from "../../../src/testing/index.ts";

/** What the agent elsewhere does, and the file in which it says that it is at work, or was told to stop. */
export interface ElsewhereTask {
  readonly file: string;
  readonly steps: readonly ContractStep[];
}

export interface ElsewhereSettings {
  readonly inDoubt?: InDoubt;
  readonly version?: string;
  readonly retries?: number;
  readonly timeoutMs?: number;
}

/** A team with an agent in the process of its run, and one that is elsewhere. */
export function elsewhereTeam(backend: Backend, settings: ElsewhereSettings = {}) {
  const [stepper] = executorAgents;
  const gpu = agent({
    name: "gpu",
    backoff: { baseMs: 0 },
    timeoutMs: 20_000,
    ...settings,
    async run({ file, steps }: ElsewhereTask, context) {
      appendFileSync(file, `${process.pid} ${context.runId} asked\n`);
      try {
        return (await stepper?.run(steps as never, context as never)) as string;
      } finally {
        if (context.signal.aborted)
          appendFileSync(file, `${process.pid} ${context.runId} told to stop\n`);
      }
    },
  });
  const near = agent({ name: "near", run: (_task: ElsewhereTask) => "ship" });
  return supervisor({
    name: "render",
    agents: { gpu, near },
    elsewhere: ["gpu"],
    backend,
  });
}
