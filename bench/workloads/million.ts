import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { read, type Sample, type Workload } from "../workload.ts";

const MIB = 1_048_576;
const KIB_PER_MIB = 1_024;
const AGENTS = 8;

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** The heap after garbage collection. */
function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / MIB;
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function* numbers(count: number): Generator<number> {
  for (let task = 0; task < count; task++) yield task;
}

/** Tasks by `runMany`: how far memory rises in the first tenth of them and in all, and what a task costs in its first and last tenth. */
async function manyTasks(tasks: number): Promise<Sample> {
  const { agent, supervisor } = await import("quorate");
  const one = agent({ name: "one", run: async (task: number) => task });
  const single = supervisor({ name: "single", agents: { one } });
  const heapBefore = heapMiB();
  const rssBefore = process.memoryUsage.rss() / MIB;
  const tenth = tasks / 10;
  const took: number[] = [];
  const peaks: number[] = [];
  let from = cpuUs();
  let done = 0;
  for await (const { error } of single.runMany(numbers(tasks))) {
    if (error !== undefined) throw new Error("a run failed", { cause: error });
    if (++done % tenth !== 0) continue;
    const now = cpuUs();
    took.push((now - from) / tenth);
    from = now;
    peaks.push(process.resourceUsage().maxRSS / KIB_PER_MIB - rssBefore);
  }
  // The first tenth compiles.
  const [, second = Number.NaN] = took;
  return {
    cpuUs: took.reduce((sum, one) => sum + one, 0) / took.length,
    later: (took.at(-1) ?? Number.NaN) / second,
    peakTenthMiB: peaks[0] ?? Number.NaN,
    peakMiB: peaks.at(-1) ?? Number.NaN,
    heapMiB: heapMiB() - heapBefore,
  };
}

/** Calls in runs that all have one signal: what stays on the heap of each call, and the listeners that are left on the signal. */
async function underOneSignal(calls: number): Promise<Sample> {
  const { supervisor } = await import("quorate");
  const { team } = await import("../systems/quorate.ts");
  const parallel = supervisor({ name: "parallel", agents: team });
  const { signal } = new AbortController();
  const coordinate = async (times: number): Promise<void> => {
    for (let task = 0; task < times; task++) await parallel.run(task as never, { signal });
  };
  const runs = calls / AGENTS;
  await coordinate(runs / 10);
  const heapBefore = heapMiB();
  const rssBefore = process.resourceUsage().maxRSS / KIB_PER_MIB;
  const from = cpuUs();
  await coordinate(runs);
  const took = cpuUs() - from;
  const grown = heapMiB() - heapBefore;
  return {
    cpuUs: took / calls,
    bytesPerCall: Math.max(0, (grown * MIB) / calls),
    listeners: getEventListeners(signal, "abort").length,
    peakMiB: process.resourceUsage().maxRSS / KIB_PER_MIB - rssBefore,
  };
}

export const manyTasksInMemory: Workload = {
  id: "many",
  title: "a million tasks by runMany (a tenth of them with --quick)",
  systems: ["quorate"],
  shown: [
    { metric: "cpuUs", unit: "µs of CPU for a task" },
    { metric: "later", unit: "x as dear in the last tenth as in the second" },
    { metric: "peakTenthMiB", unit: "MiB resident more after a tenth" },
    { metric: "peakMiB", unit: "after all" },
    { metric: "heapMiB", unit: "MiB of heap that stay" },
  ],
  rounds: { full: 1, quick: 1 },
  size: { full: 1_000_000, quick: 100_000 },
  fresh: true,
  measure: (_, size) => manyTasks(size),
  goals: [
    {
      text: "MiB resident memory added at its peak",
      value: (round) => read(round, "quorate", "peakMiB"),
      atMost: 256,
    },
    {
      text: "x as dear in the last tenth as in the second",
      value: (round) => read(round, "quorate", "later"),
      atMost: 1.25,
    },
    {
      text: "MiB of heap that stay",
      value: (round) => read(round, "quorate", "heapMiB"),
      atMost: 16,
    },
  ],
};

export const oneSignal: Workload = {
  id: "signal",
  title: "a million calls under one signal (a tenth of them with --quick)",
  systems: ["quorate"],
  shown: [
    { metric: "cpuUs", unit: "µs of CPU for a call" },
    { metric: "bytesPerCall", unit: "bytes of heap that stay for a call" },
    { metric: "listeners", unit: "listeners left" },
    { metric: "peakMiB", unit: "MiB resident more at the peak" },
  ],
  rounds: { full: 1, quick: 1 },
  size: { full: 1_000_000, quick: 100_000 },
  fresh: true,
  measure: (_, size) => underOneSignal(size),
  goals: [
    {
      text: "listeners left on the signal",
      value: (round) => read(round, "quorate", "listeners"),
      atMost: 0,
    },
    {
      text: "bytes of heap that stay for a call",
      value: (round) => read(round, "quorate", "bytesPerCall"),
      atMost: 4,
    },
  ],
};
