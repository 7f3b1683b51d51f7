import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { agent, supervisor, vote, type Backend } from "../../../src/index.ts";

/** A team of three whose agents say in a file that they are at work; a call takes some ms and costs 1 cent. Their answers say their version. */
export function teamOf(backend: Backend, file: string, workMs: number, version = "") {
  const one = (name: string, answer: string) =>
    agent({
      name,
      ...(version !== "" && { version, cache: true }),
      maxCost: { usd: 0.01 },
      timeoutMs: 5_000,
      async run(_task: string, context) {
        appendFileSync(file, `${process.pid} ${context.runId} ${name}\n`);
        await setTimeout(workMs, undefined, { signal: context.signal });
        context.report({ usdMicros: 10_000 });
        return version === "" ? answer : { recommendation: answer, version };
      },
    });
  return supervisor({
    name: "gate",
    agents: { a: one("a", "ship"), b: one("b", "hold"), c: one("c", "ship") },
    mode: "sequence",
    resolve: [vote()],
    budget: { usd: 100, scope: "all" },
    backend,
  });
}
