import { loadSystem } from "../systems/system.ts";
import { read, times, type Workload } from "../workload.ts";

const MIB = 1_048_576;
const KIB_PER_MIB = 1_024;

export const many: Workload = {
  id: "W3",
  title: "the first 10,000 calls of a process, at most 8 at once",
  systems: ["quorate", "raw-timer", "raw-signal", "p-limit"],
  shown: [
    { metric: "ms", unit: "ms" },
    { metric: "rssGrowthMiB", unit: "MiB more" },
  ],
  rounds: { full: 7, quick: 3 },
  size: { full: 10_000, quick: 10_000 },
  fresh: true,
  async measure(name, size) {
    const system = await loadSystem(name);
    const rssBefore = process.memoryUsage.rss() / MIB;
    const startedMs = performance.now();
    await system.many(size);
    const ms = performance.now() - startedMs;
    const peakRss = process.resourceUsage().maxRSS / KIB_PER_MIB;
    return { ms, rssGrowthMiB: peakRss - rssBefore };
  },
  goals: [
    { text: "x raw-timer", value: times("ms", "raw-timer"), atMost: 2.5 },
    {
      text: "MiB resident memory added at its peak",
      value: (round) => read(round, "quorate", "rssGrowthMiB"),
      atMost: 30,
    },
  ],
};
