import { microsecondsPerCall } from "../per-call.ts";
import { loadSystem } from "../systems/system.ts";
import { times, type Workload } from "../workload.ts";

export const fanOut: Workload = {
  id: "W1",
  title: "8 agents in parallel, joined",
  systems: ["quorate", "raw-timer", "raw-signal", "p-limit"],
  shown: [
    { metric: "usPerCall", unit: "µs per agent call" },
    { metric: "cpuUsPerCall", unit: "µs of CPU" },
  ],
  rounds: { full: 7, quick: 3 },
  size: { full: 20_000, quick: 5_000 },
  fresh: true,
  async measure(system, size) {
    return microsecondsPerCall((await loadSystem(system)).fanOut, size);
  },
  goals: [
    { text: "x raw-timer in CPU", value: times("cpuUsPerCall", "raw-timer"), atMost: 4 },
    { text: "x p-limit in CPU", value: times("cpuUsPerCall", "p-limit"), atMost: 1.5 },
  ],
};
