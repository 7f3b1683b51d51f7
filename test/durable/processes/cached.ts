// Runs a team of two agents whose answers are kept, many times at once with the same task, and prints who is asked and what
// came of it. Arguments: the file, a file that gets a line whenever an agent is asked, how many runs, a gate (agents answer
// when there is a file here), since when its clock runs twenty times as fast, and an event at whose being kept it is killed.
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { agent, supervisor, type AgentContext, type Clock } from "../../../src/index.ts";
import type { Store } from "../../../src/ports/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";

const [path = "", paid = "", runs = "1", gate = "", since = "0", deadly = ""] =
  process.argv.slice(2);

/** All processes have the same time, and a lease is over soon. */
const SPEED = 20;
const clock: Clock = {
  now: () => Math.round(Number(since) + (Date.now() - Number(since)) * SPEED),
  monotonic: () => performance.now() * SPEED,
  timer(delayMs, fire, { hold = true } = {}) {
    const timer = globalThis.setTimeout(fire, delayMs / SPEED);
    return hold ? timer : timer.unref();
  },
};

const kept = sqlite({ path, clock }).store;
const store: Store = {
  ...kept,
  async append(events, fence) {
    await kept.append(events, fence);
    if (events.some(({ type }) => type === deadly)) process.kill(process.pid, "SIGKILL");
  },
};

const make = <const Name extends string>(name: Name) =>
  agent({
    name,
    version: "1",
    timeoutMs: 600_000,
    run: async (task: { n: number }, { signal, report }: AgentContext) => {
      appendFileSync(paid, `${name}\n`);
      console.log(`asked ${name}`);
      while (!existsSync(gate)) await setTimeout(5, undefined, { signal });
      report({ usdMicros: 1_000, inputTokens: 10, outputTokens: 1 });
      return { recommendation: `${name} ${task.n} of ${process.pid}` };
    },
  });

const team = supervisor({
  name: "team",
  agents: { a: make("a"), b: make("b") },
  cache: true,
  backend: { store },
  clock,
});
console.log("begins");
const outcomes = await Promise.all(Array.from({ length: Number(runs) }, () => team.run({ n: 1 })));
const ends = outcomes.map(({ runId, status, results, bill }) => ({
  runId,
  status,
  outputs: Object.values(results).map((result) => (result.status === "ok" ? result.output : null)),
  spent: bill.spent.usdMicros,
}));
console.log(`ends ${JSON.stringify(ends)}`);
await kept.close();
