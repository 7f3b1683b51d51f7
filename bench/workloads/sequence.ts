import { microsecondsPerCall } from "../per-call.ts";
import { loadSystem } from "../systems/system.ts";
import { times, type Workload } from "../workload.ts";

export const sequence: Workload = {
  id: "W2",
  title: "8 agents in turn, each sees the answers before it",
  systems: ["quorate", "raw-timer", "raw-signal", "p-limit"],
  shown: [
    { metric: "usPerCall", unit: "µs per agent call" },
    { metric: "cpuUsPerCall", unit: "µs of CPU" },
  ],
  rounds: { full: 7, quick: 3 },
  size: { full: 20_000, quick: 5_000 },
  fresh: true,
  async measure(system, size) {
    return microsecondsPerCall((await loadSystem(system)).sequence, size);
  },
  goals: [{ text: "x raw-timer in CPU", value: times("cpuUsPerCall", "raw-timer"), atMost: 3 }],
};
