import { spawnSync } from "node:child_process";
import { read, type Workload } from "../workload.ts";

const programs: Readonly<Record<string, string>> = {
  quorate: 'import "quorate"',
  "p-limit": 'import "p-limit"',
  node: "",
};

export const start: Workload = {
  id: "W7",
  title: "importing the core entry in a new process",
  systems: ["quorate", "p-limit", "node"],
  shown: [{ metric: "ms", unit: "ms until the process has ended" }],
  rounds: { full: 25, quick: 11 },
  size: { full: 1, quick: 1 },
  fresh: false,
  async measure(system) {
    const startedMs = performance.now();
    const args = ["--input-type=module", "--eval", programs[system] ?? ""];
    const { status } = spawnSync(process.execPath, args, { cwd: import.meta.dirname });
    if (status !== 0) throw new Error(`${system} could not be imported.`);
    return { ms: performance.now() - startedMs };
  },
  goals: [
    {
      text: "ms above Node alone",
      value: (round) => read(round, "quorate", "ms") - read(round, "node", "ms"),
      atMost: 10,
    },
  ],
};
