import { microsecondsPerCall } from "../per-call.ts";
import { times, type Workload } from "../workload.ts";

/** What is switched on, one at a time; and how much longer a call may take with it than without. */
const ATMOST = {
  budget: 1.5,
  "shared-budget": 2.5,
  limiter: 1.5,
  tiers: 1.2,
  batch: 2.5,
  "cache-miss": 4,
  "cache-hit": 2.5,
} as const;

export type Feature = "nothing" | keyof typeof ATMOST;

/** As W1, with one feature at a time, in a memory store. */
export const features: Workload = {
  id: "W8",
  title: "8 agents in parallel, joined, with one feature at a time",
  systems: ["nothing", ...Object.keys(ATMOST)],
  shown: [
    { metric: "usPerCall", unit: "µs per agent call" },
    { metric: "cpuUsPerCall", unit: "µs of CPU" },
  ],
  rounds: { full: 7, quick: 3 },
  size: { full: 5_000, quick: 1_000 },
  fresh: true,
  async measure(feature, size) {
    // Loaded only here: what one system loads must not weigh on another.
    const { coordinate } = await import("../systems/quorate-features.ts");
    return microsecondsPerCall((count) => coordinate(feature as Feature, count), size);
  },
  goals: Object.entries(ATMOST).map(([feature, atMost]) => ({
    text: `x the CPU without, with ${feature}`,
    value: times("cpuUsPerCall", "nothing", feature),
    atMost,
  })),
};
