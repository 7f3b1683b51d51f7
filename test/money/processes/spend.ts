import { agent, supervisor } from "../../../src/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";

// Sixty runs at once that spend from a budget which other processes spend from too; tells what it spent.
const [path = ""] = process.argv.slice(2);
let spent = 0;
const payer = agent({
  name: "payer",
  maxCost: { usd: 0.1 },
  run: async (seed: number, { report }) => {
    const usdMicros = ((seed * 7_919) % 100) * 1_000;
    await new Promise((resolve) => setTimeout(resolve, seed % 5));
    spent += usdMicros;
    report({ usdMicros });
    return 1;
  },
});
const store = sqlite({ path }).store;
const team = supervisor({
  name: "team",
  agents: { payer },
  budget: { usd: 5, scope: "all" },
  concurrency: 60,
  backend: { store },
});
const outcomes = await Promise.all(Array.from({ length: 60 }, (_, seed) => team.run(seed)));
const refused = outcomes.filter(({ status }) => status === "failed").length;
await store.close();
process.send?.({ spent, refused });
process.disconnect?.();
