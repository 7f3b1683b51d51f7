import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { read, type Sample, type Workload } from "../workload.ts";
import { neglect, watch, type Address } from "../watchers/watch.ts";

const RUNS = 200;
/** One more for each so many that reads nothing. */
const NEGLECTED_EVERY = 50;
const TOKEN = "w".repeat(40);
const server = new URL("../watchers/server.ts", import.meta.url).pathname;

/** Runs of one server, all begun at once, and readers of their events who came before they had ended. */
async function watched(watchers: number): Promise<Sample> {
  const child = spawn(process.execPath, [server, TOKEN], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const told = async (): Promise<Readonly<Record<string, number>>> =>
      JSON.parse((await lines.next()).value ?? "{}") as Readonly<Record<string, number>>;
    const { port = 0 } = await told();
    const at: Address = { port, token: TOKEN };
    const startedMs = performance.now();
    const runIds = await Promise.all(Array.from({ length: RUNS }, (_, task) => begin(at, task)));
    const runOf = (index: number): string => runIds[index % RUNS] ?? "";
    const neglected = await Promise.all(
      Array.from({ length: watchers / NEGLECTED_EVERY }, (_, index) => neglect(at, runOf(index))),
    );
    const seen = await Promise.all(
      Array.from({ length: watchers }, (_, index) => watch(at, runOf(index))),
    );
    const ms = performance.now() - startedMs;
    const lengths = await Promise.all(runIds.map((runId) => lengthOf(at, runId)));
    child.stdin.write("\n");
    const { mibMore = 0, cpuMs = 0 } = await told();
    for (const leave of neglected) leave();
    const events = seen.reduce((sum, one) => sum + one.events, 0);
    const expected = seen.reduce((sum, _, index) => sum + (lengths[index % RUNS] ?? 0), 0);
    const lags = seen.flatMap(({ lagMs }) => lagMs).toSorted((a, b) => a - b);
    return {
      lost: expected - events,
      outOfOrder: seen.reduce((sum, one) => sum + one.outOfOrder, 0),
      events,
      eventsPerSecond: (events / ms) * 1_000,
      cpuUsPerEvent: (cpuMs * 1_000) / events,
      lagMsP99: lags[Math.floor(lags.length * 0.99)] ?? Number.NaN,
      mibMore,
    };
  } finally {
    child.kill();
  }
}

async function begin({ port, token }: Address, task: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/runs`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ team: "watched", input: task }),
  });
  return ((await answer.json()) as { readonly runId: string }).runId;
}

async function lengthOf({ port, token }: Address, runId: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/runs/${runId}?report=false`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { readonly run: { readonly events: number } }).run.events;
}

export const watchers: Workload = {
  id: "W9",
  title: `${RUNS} runs of 8 agents at once under a server, and who watches them; some read nothing`,
  systems: ["quorate"],
  shown: [
    { metric: "lost", unit: "lost" },
    { metric: "outOfOrder", unit: "out of order" },
    { metric: "eventsPerSecond", unit: "events a second" },
    { metric: "cpuUsPerEvent", unit: "µs of CPU an event" },
    { metric: "lagMsP99", unit: "ms late (p99)" },
    { metric: "mibMore", unit: "MiB more" },
  ],
  rounds: { full: 3, quick: 1 },
  size: { full: 500, quick: 500 },
  fresh: true,
  measure: (_, size) => watched(size),
  goals: [
    { text: "events lost", value: (round) => read(round, "quorate", "lost"), atMost: 0 },
    { text: "out of order", value: (round) => read(round, "quorate", "outOfOrder"), atMost: 0 },
    {
      text: "MiB resident memory added at its peak",
      value: (round) => read(round, "quorate", "mibMore"),
      atMost: 200,
    },
  ],
};
