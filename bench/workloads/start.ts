import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { read, type Sample, type Workload } from "../workload.ts";

/** The arguments with which Node imports what `specifier` names, and does nothing else. */
export function importing(specifier: string): readonly string[] {
  return ["--input-type=module", "--eval", `import ${JSON.stringify(specifier)}`];
}

const programs: Readonly<Record<string, readonly string[]>> = {
  quorate: importing("quorate"),
  "p-limit": importing("p-limit"),
  node: ["--input-type=module", "--eval", ""],
};

const cpuAtExit = resolve(import.meta.dirname, "../cpu-at-exit.cjs");

/** How long a new Node process takes from its start to its end, and how much of the cores. */
export function timeProcess(args: readonly string[], cwd: string): Sample {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--require", cpuAtExit, ...args], {
    cwd,
    encoding: "utf8",
  });
  const ms = performance.now() - startedMs;
  if (status !== 0) throw new Error(`node ${args.join(" ")} failed: ${stderr}`);
  return { ms, cpuMs: Number(stderr.split("\n").at(-1)) };
}

export const start: Workload = {
  id: "W7",
  title: "importing the core entry in a new process",
  systems: ["quorate", "p-limit", "node"],
  shown: [{ metric: "ms", unit: "ms until the process has ended" }],
  rounds: { full: 25, quick: 11 },
  size: { full: 1, quick: 1 },
  fresh: false,
  async measure(system) {
    return timeProcess(programs[system] ?? [], import.meta.dirname);
  },
  goals: [
    {
      text: "ms above Node alone",
      value: (round) => read(round, "quorate", "ms") - read(round, "node", "ms"),
      atMost: 10,
    },
  ],
};
