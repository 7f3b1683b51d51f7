import { describe, it } from "vitest";
import { embeddedExecutor } from "../../src/index.ts";
import { executorAgents, executorContract, farExecutor } from "../../src/testing/index.ts";

describe("the executor of this process", () => {
  const agents = new Map(
    executorAgents.map((agent) => [agent.name, { agent, tiers: new Map<string, unknown>() }]),
  );
  for (const { name, run } of executorContract(() => ({ executor: embeddedExecutor(agents) })))
    it(name, run);
});

describe("an executor behind a pipe", () => {
  const open = () => {
    const executor = farExecutor(new URL("./processes/contract-worker.ts", import.meta.url));
    return { executor, link: executor.link };
  };
  for (const { name, run } of executorContract(open, true)) it(name, run, 30_000);
});
