import { resolve } from "node:path";
import { microsecondsPerCall } from "../per-call.ts";
import { read, times, type Goal, type Round, type Workload } from "../workload.ts";
import { durable } from "../workloads/durable.ts";
import { fanOut } from "../workloads/fan-out.ts";
import { features } from "../workloads/features.ts";
import { loaded } from "../workloads/loaded.ts";
import { firstCalls, many } from "../workloads/many.ts";
import { sequence } from "../workloads/sequence.ts";
import { importing, start, timeProcess } from "../workloads/start.ts";
import { loadPeer, peers } from "./peer.ts";

/** A workload in which every system is set against one of them, within each round. */
export interface Comparison extends Workload {
  /** What the others are set against; undefined where Quorate is measured alone. */
  readonly base?: string;
  readonly against?: readonly Against[];
}

/** One way to set a system against the base. */
export interface Against {
  /** Follows the number: "x raw-timer". */
  readonly text: string;
  readonly value: (round: Round, system: string) => number;
}

const command = resolve(import.meta.dirname, "../../dist/cli/main.js");

const CPU = {
  usPerCall: { metric: "cpuUsPerCall", unit: "µs of CPU" },
  ms: { metric: "cpuMs", unit: "ms of CPU" },
} as const;

/** How many times as much a system takes as the base does: on the clock, and of the cores. */
function ratio(
  { shown }: Workload,
  metric: keyof typeof CPU,
  base: string,
  text = `x ${base}`,
): Pick<Comparison, "shown" | "base" | "against"> {
  const cpu = CPU[metric];
  const compare =
    (of: string): Against["value"] =>
    (round, system) =>
      times(of, base, system)(round);
  return {
    shown: [...shown, cpu],
    base,
    against: [
      { text, value: compare(metric) },
      { text: `${text} in CPU`, value: compare(cpu.metric) },
    ],
  };
}

function atMostRaw(metric: string, atMost: number): Goal {
  return { text: "x raw-timer", value: times(metric, "raw-timer"), atMost };
}

function aboveNode(round: Round, system: string, metric = "ms"): number {
  return read(round, system, metric) - read(round, "node", metric);
}

const calls = { systems: [...peers.keys()], fresh: true };

const starts: ReadonlyMap<string, readonly string[]> = new Map([
  ["node", ["--input-type=module", "--eval", ""]],
  ["quorate --help", [command, "--help"]],
  ...[...peers].flatMap(([name, { imports }]) =>
    imports === undefined ? [] : [[name, importing(imports)] as const],
  ),
]);

/** What is measured beside the peers. The programs and the sizes are those of `npm run bench`, where nothing else is said. */
export const workloads: readonly Comparison[] = [
  {
    ...fanOut,
    ...calls,
    ...ratio(fanOut, "usPerCall", "raw-timer"),
    measure: async (name, size) => microsecondsPerCall((await loadPeer(name)).fanOut, size),
    goals: [
      atMostRaw("usPerCall", 5),
      { text: "x effect", value: times("usPerCall", "effect"), atMost: 1 },
    ],
  },
  {
    ...sequence,
    ...calls,
    ...ratio(sequence, "usPerCall", "raw-timer"),
    measure: async (name, size) => microsecondsPerCall((await loadPeer(name)).sequence, size),
    goals: [atMostRaw("usPerCall", 4)],
  },
  {
    ...many,
    ...calls,
    ...ratio(many, "ms", "raw-timer"),
    measure: async (name, size) => firstCalls(await loadPeer(name), size),
    goals: [
      atMostRaw("ms", 6),
      {
        text: "MiB resident memory added at its peak",
        value: (round) => read(round, "quorate", "rssGrowthMiB"),
        atMost: 40,
      },
    ],
  },
  {
    ...features,
    id: "budget",
    title: "as W1 in a memory store, with a budget that runs share and without",
    systems: ["nothing", "shared-budget"],
    ...ratio(features, "usPerCall", "nothing", "x a call without"),
    goals: [
      {
        text: "x a call without",
        value: times("usPerCall", "nothing", "shared-budget"),
        atMost: 2.5,
      },
    ],
  },
  {
    ...durable,
    title: `${durable.title}; "x 32": runs in flight`,
    systems: ["quorate", "raw-sqlite", "quorate x 32", "raw-sqlite x 32"],
    // What is a multiple of 32 even after a quarter of it is taken to warm up.
    size: { full: 2_048, quick: 512 },
    ...ratio(durable, "usPerCall", "raw-sqlite", "x two INSERTs"),
    goals: [
      { text: "x two INSERTs per call", value: times("usPerCall", "raw-sqlite"), atMost: 0.8 },
      {
        text: "x as dear with 32 runs in flight as with one",
        value: times("usPerCall", "quorate", "quorate x 32"),
        atMost: 1,
      },
    ],
  },
  {
    ...start,
    title: "importing it in a new process; the command's help",
    systems: [...starts.keys()],
    base: "node",
    shown: [{ metric: "ms", unit: "ms" }, CPU.ms],
    against: [
      { text: "ms above Node", value: (round, system) => aboveNode(round, system) },
      {
        text: "ms of CPU above it",
        value: (round, system) => aboveNode(round, system, CPU.ms.metric),
      },
    ],
    measure: async (name) => timeProcess(starts.get(name) ?? [], import.meta.dirname),
    goals: [
      {
        text: "ms above Node to import it",
        value: (round) => aboveNode(round, "quorate"),
        atMost: 20,
      },
      {
        text: "ms above Node for quorate --help",
        value: (round) => aboveNode(round, "quorate --help"),
        atMost: 40,
      },
    ],
  },
  loaded,
];
