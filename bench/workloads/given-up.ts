import { loadSystem, type System } from "../systems/system.ts";
import { read, times, type Sample, type Workload } from "../workload.ts";

const TIMEOUT_MS = 50;

/** How long it takes until deaf agents have all been given up, and of how many the caller is told. */
export async function givenUp(system: System, agents: number): Promise<Sample> {
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const told = await system.deaf(agents, TIMEOUT_MS);
  const ms = performance.now() - startedMs;
  const cpu = process.cpuUsage(cpuBefore);
  return { ms, cpuMs: (cpu.user + cpu.system) / 1_000, told };
}

export const deafAgents: Workload = {
  id: "W5",
  title: `1,000 agents at once that never answer and do not hear, with ${TIMEOUT_MS} ms each`,
  systems: ["quorate", "raw-timer", "p-limit"],
  shown: [
    { metric: "ms", unit: "ms" },
    { metric: "cpuMs", unit: "ms of CPU" },
    { metric: "told", unit: "told of" },
    { metric: "leavesMs", unit: "ms until the process leaves" },
  ],
  rounds: { full: 7, quick: 3 },
  size: { full: 1_000, quick: 1_000 },
  fresh: true,
  leaves: true,
  async measure(name, size) {
    return givenUp(await loadSystem(name), size);
  },
  goals: [
    { text: "x raw-timer", value: times("ms", "raw-timer"), atMost: 1.5 },
    { text: "of 1,000 told of", value: (round) => read(round, "quorate", "told"), atLeast: 1_000 },
    {
      text: "ms until the process leaves",
      value: (round) => read(round, "quorate", "leavesMs"),
      atMost: 50,
    },
  ],
};
