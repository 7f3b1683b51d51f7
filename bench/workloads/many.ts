import { loadSystem, type System } from "../systems/system.ts";
import { read, times, type Sample, type Workload } from "../workload.ts";

const MIB = 1_048_576;
const KIB_PER_MIB = 1_024;

/** How long the first calls of this process take, and how much memory they add. */
export async function firstCalls(system: System, calls: number): Promise<Sample> {
  const rssBefore = process.memoryUsage.rss() / MIB;
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  await system.many(calls);
  const ms = performance.now() - startedMs;
  const cpu = process.cpuUsage(cpuBefore);
  const peakRss = process.resourceUsage().maxRSS / KIB_PER_MIB;
  return { ms, cpuMs: (cpu.user + cpu.system) / 1_000, rssGrowthMiB: peakRss - rssBefore };
}

export const many: Workload = {
  id: "W3",
  title: "the first 10,000 calls of a process, at most 8 at once",
  systems: ["quorate", "raw-timer", "raw-signal", "p-limit"],
  shown: [
    { metric: "ms", unit: "ms" },
    { metric: "cpuMs", unit: "ms of CPU" },
    { metric: "rssGrowthMiB", unit: "MiB more" },
  ],
  rounds: { full: 7, quick: 3 },
  size: { full: 10_000, quick: 10_000 },
  fresh: true,
  async measure(name, size) {
    return firstCalls(await loadSystem(name), size);
  },
  goals: [
    { text: "x raw-timer in CPU", value: times("cpuMs", "raw-timer"), atMost: 4 },
    {
      text: "MiB resident memory added at its peak",
      value: (round) => read(round, "quorate", "rssGrowthMiB"),
      atMost: 30,
    },
  ],
};
