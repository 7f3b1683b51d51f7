import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { PLACES, WORK_MS } from "../provider/limit.ts";
import { read, type Sample, type Workload } from "../workload.ts";

const server = new URL("../provider/server.ts", import.meta.url).pathname;

/** So many calls in flight at once over a team that knows nothing of its provider's limit. */
async function throttled(atOnce: number, calls: number): Promise<Sample> {
  const { agent, limiters, memory, supervisor } = await import("quorate");
  const child = spawn(process.execPath, [server], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const told = async (): Promise<Readonly<Record<string, number>>> =>
      JSON.parse((await lines.next()).value ?? "{}") as Readonly<Record<string, number>>;
    const { port = 0 } = await told();
    const url = `http://127.0.0.1:${port}`;
    const backend = memory();
    const asks = agent({
      name: "asks",
      run: async (_task: number, { signal }): Promise<string> => {
        const response = await fetch(url, { signal });
        const text = await response.text();
        if (response.ok) return text;
        const { status, headers } = response;
        throw Object.assign(new Error(`HTTP ${status}`), { status, headers });
      },
    });
    const team = supervisor({
      name: "throttled",
      agents: { asks },
      concurrency: atOnce,
      limiters: { provider: { everybody: true } },
      backend,
    });
    const startedMs = performance.now();
    let failed = 0;
    for await (const { outcome } of team.runMany(Array.from({ length: calls }, (_, n) => n))) {
      if (outcome?.status !== "complete") failed++;
    }
    const ms = performance.now() - startedMs;
    child.stdin.write("\n");
    const { answered = 0, turnedAway = 0 } = await told();
    return {
      share: (calls * WORK_MS) / Math.min(PLACES, atOnce) / ms,
      attempts: (answered + turnedAway) / calls,
      failed,
      limit: limiters(backend)["provider"]?.limit ?? Number.NaN,
    };
  } finally {
    child.kill();
  }
}

const AT_ONCE = [4, 32, 2_000] as const;
const nameOf = (atOnce: number): string => `${atOnce.toLocaleString("en")} at once`;

export const provider: Workload = {
  id: "429",
  title: `a provider that takes ${PLACES} requests of ${WORK_MS} ms at once, of which nobody was told`,
  systems: AT_ONCE.map(nameOf),
  shown: [
    { metric: "share", unit: "of what it takes was used", head: "share" },
    { metric: "attempts", unit: "for a call", head: "tries" },
    { metric: "failed", unit: "runs", head: "failed" },
    { metric: "limit", unit: "that was found", head: "limit" },
  ],
  rounds: { full: 3, quick: 1 },
  size: { full: 2_000, quick: 2_000 },
  fresh: true,
  measure: async (system, size) => throttled(Number(system.replace(/\D/g, "")), size),
  goals: AT_ONCE.flatMap((atOnce) => [
    {
      text: `of the limit used, ${nameOf(atOnce)}`,
      value: (round) => read(round, nameOf(atOnce), "share"),
      atLeast: 0.9,
    },
    {
      text: `attempts a call, ${nameOf(atOnce)}`,
      value: (round) => read(round, nameOf(atOnce), "attempts"),
      atMost: 1.15,
    },
  ]),
};
