import { appendFileSync, existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { agent, supervisor } from "quorate";

const { ASKED: file = "" } = process.env;

/** Says in a file that it is asked, and answers once another file is there. */
const one = (name: string) =>
  agent({
    name,
    maxCost: { usd: 0.01 },
    async run(task: string, { report, signal }) {
      appendFileSync(file, `${process.pid} ${task} ${name}\n`);
      report({ usdMicros: 10_000 });
      while (!existsSync(`${file} ${task} ${name}`)) await setTimeout(10, undefined, { signal });
      return "ship";
    },
  });

export default supervisor({
  name: "draining",
  agents: { a: one("a"), b: one("b"), c: one("c") },
  mode: "sequence",
});
