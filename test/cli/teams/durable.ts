import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { agent, supervisor } from "quorate";

/**
 * Agents that write down in `asked.txt`, of the folder they run in, that they were asked. `slow` answers only where there
 * is no file `hold` in it. `VERSION` in the environment is the version of `quick`.
 */
const noted = <Name extends string>(
  name: Name,
  version: string,
  work: (signal: AbortSignal) => Promise<void>,
) =>
  agent({
    name,
    version,
    retries: 0,
    graceMs: 300,
    run: async (_task: unknown, { signal }) => {
      appendFileSync("asked.txt", `${name}\n`);
      await work(signal);
      return { recommendation: "ship" };
    },
  });

export default supervisor({
  name: "durable",
  agents: {
    quick: noted("quick", process.env["VERSION"] ?? "1", async () => {}),
    slow: noted("slow", "1", async (signal) => {
      while (existsSync("hold")) await wait(20, undefined, { signal });
    }),
  },
});
