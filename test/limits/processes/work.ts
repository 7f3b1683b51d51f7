import { setTimeout } from "node:timers/promises";
import { agent, supervisor } from "../../../src/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";

// Works under a limiter and a budget that other processes share; tells when an attempt begins and when it ends. One that `hangs` keeps
// what it has until it is killed.
const [path = "", attempts = "", how = ""] = process.argv.slice(2);
const tell = (what: string): void => void process.send?.({ what, atMs: Date.now() });

const worker = agent({
  name: "worker",
  maxCost: { usd: 0.1 },
  limiters: ["provider"],
  run: async (_: unknown, { report }) => {
    tell("begins");
    await setTimeout(how === "hangs" ? 3_600_000 : 10);
    report({ usdMicros: 10_000 });
    tell("ends");
    return 1;
  },
});
const store = sqlite({ path }).store;
const team = supervisor({
  name: "team",
  agents: { worker },
  limiters: { provider: { scope: "provider", concurrency: 2 } },
  budget: { usd: 100, scope: "all" },
  concurrency: 20,
  backend: { store },
});
const runs = Array.from({ length: Number(attempts) }, (_, task) => team.run(task));
const outcomes = await Promise.all(runs);
await store.close();
tell(`${outcomes.filter(({ status }) => status === "complete").length} complete`);
process.disconnect?.();
