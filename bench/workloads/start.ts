import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { read, type Round, type Sample, type Workload } from "../workload.ts";

/** The arguments with which Node imports what `specifier` names, and does nothing else. */
export function importing(specifier: string): readonly string[] {
  return ["--input-type=module", "--eval", `import ${JSON.stringify(specifier)}`];
}

const root = resolve(import.meta.dirname, "../..");
const { exports }: { readonly exports: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const entries = Object.keys(exports)
  .filter((subPath) => !subPath.endsWith(".json"))
  .map((subPath) => subPath.replace(/^\./, "quorate"));

const programs: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(entries.map((entry) => [entry, importing(entry)])),
  "quorate --help": [join(root, "dist/cli/main.js"), "--help"],
  "p-limit": importing("p-limit"),
  node: ["--input-type=module", "--eval", ""],
};

/** Of CPU: the clock of a process that lives for so short a time says more about who else wants a core. */
function aboveNode(system: string): (round: Round) => number {
  return (round) => read(round, system, "cpuMs") - read(round, "node", "cpuMs");
}

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
  title: "importing an entry in a new process; the command's help",
  systems: Object.keys(programs),
  shown: [
    { metric: "ms", unit: "ms until the process has ended" },
    { metric: "cpuMs", unit: "ms of CPU" },
  ],
  rounds: { full: 25, quick: 11 },
  size: { full: 1, quick: 1 },
  fresh: false,
  async measure(system) {
    return timeProcess(programs[system] ?? [], import.meta.dirname);
  },
  goals: [
    { text: "ms of CPU above Node for the core", value: aboveNode("quorate"), atMost: 15 },
    {
      text: "ms of CPU above Node for quorate --help",
      value: aboveNode("quorate --help"),
      atMost: 40,
    },
  ],
};
