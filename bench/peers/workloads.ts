import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { microsecondsPerCall } from "../per-call.ts";
import { read, times, type Goal, type Round, type Sample, type Workload } from "../workload.ts";
import { busy, shareUsed } from "../workloads/busy.ts";
import { durable } from "../workloads/durable.ts";
import { fanOut } from "../workloads/fan-out.ts";
import { deafAgents, givenUp } from "../workloads/given-up.ts";
import { firstCalls, many } from "../workloads/many.ts";
import { sequence } from "../workloads/sequence.ts";
import { importing, start, timeProcess } from "../workloads/start.ts";
import { durables, keepingIn, type Durable } from "./durable.ts";
import { installed } from "./installed.ts";
import { ableTo, loadPeer, peers } from "./peer.ts";
import { SERVER } from "./postgres.ts";

/** A workload in which every system is compared with one of them, within each round. */
export interface Comparison extends Workload {
  /** The system with which the others are compared; undefined if they are not. */
  readonly base?: string;
  readonly against?: readonly Against[];
  /** How many times fewer coordinations a slower system gets. */
  readonly slower?: (system: string) => number;
  /** Whether it needs a PostgreSQL server. */
  readonly needsServer?: boolean;
}

/** One way to compare a system with the base. */
export interface Against {
  /** Follows the number: "x raw-timer". */
  readonly text: string;
  readonly value: (round: Round, system: string) => number;
}

const CPU = {
  usPerCall: { metric: "cpuUsPerCall", unit: "µs of CPU" },
  ms: { metric: "cpuMs", unit: "ms of CPU" },
} as const;

/** A system's time, and its CPU, as a multiple of the base's. */
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
    shown: [...shown.filter(({ metric: of }) => of !== cpu.metric), cpu],
    base,
    against: [
      { text, value: compare(metric) },
      { text: "in CPU", value: compare(cpu.metric) },
    ],
  };
}

/** By time if a disk is involved, else by CPU, which other programs affect least. */
function than(metric: string, base: string, atMost: number, system = "quorate"): Goal {
  const text = metric.startsWith("cpu") ? `x ${base} in CPU` : `x ${base}`;
  return { text, value: times(metric, base, system), atMost };
}

function aboveNode(round: Round, system: string, metric = "ms"): number {
  return read(round, system, metric) - read(round, "node", metric);
}

const slower = (system: string): number => peers.get(system)?.slower ?? 1;

const starts: ReadonlyMap<string, readonly string[]> = new Map([
  ["node", ["--input-type=module", "--eval", ""]],
  ...[...peers].flatMap(([name, { imports }]) =>
    imports === undefined ? [] : [[name, importing(imports)] as const],
  ),
  ["dbos", importing("@dbos-inc/dbos-sdk")],
]);

const IN_FLIGHT = 32;

// Inside the checkout: a system's folder for temporary files may be in memory.
const cache = resolve(import.meta.dirname, "../../.cache");

function opened(system: string): readonly [durable: Durable, runs: number] {
  const [name = "", runs = "1"] = system.split(" x ");
  const durableOf = durables.get(name);
  if (durableOf === undefined) throw new Error(`There is no durable system called ${name}.`);
  return [durableOf, Number(runs)];
}

async function kept(system: string, size: number): Promise<Sample> {
  const [{ open, in: place }, runs] = opened(system);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "bench-"));
  const where = place === "postgres" ? (process.env[SERVER] ?? "") : join(folder, "bench.db");
  const { fanOut: coordinate, close } = await open(where);
  try {
    return await microsecondsPerCall(async (count) => {
      const each = Math.ceil(count / runs);
      await Promise.all(Array.from({ length: runs }, () => coordinate(each)));
    }, size);
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const keeping: Pick<Comparison, "measure" | "slower" | "rounds"> = {
  measure: kept,
  slower: (system) => opened(system)[0].slower ?? 1,
  rounds: { full: 5, quick: 3 },
};

/** The workloads of the comparison. Unless stated otherwise, the programs and the sizes are those of `npm run bench`. */
export const workloads: readonly Comparison[] = [
  {
    ...fanOut,
    ...ratio(fanOut, "usPerCall", "raw-timer"),
    systems: ableTo("W1"),
    slower,
    measure: async (name, size) => microsecondsPerCall((await loadPeer(name)).fanOut, size),
    goals: [
      than(CPU.usPerCall.metric, "raw-timer", 4),
      than(CPU.usPerCall.metric, "effect", 0.5),
      than(CPU.usPerCall.metric, "langgraph", 0.025),
    ],
  },
  {
    ...sequence,
    ...ratio(sequence, "usPerCall", "raw-timer"),
    systems: ableTo("W2"),
    slower,
    measure: async (name, size) => microsecondsPerCall((await loadPeer(name)).sequence, size),
    goals: [than(CPU.usPerCall.metric, "raw-timer", 3)],
  },
  {
    ...many,
    ...ratio(many, "ms", "raw-timer"),
    systems: ableTo("W3"),
    measure: async (name, size) => firstCalls(await loadPeer(name), size),
    goals: [
      than(CPU.ms.metric, "raw-timer", 4),
      {
        text: "MiB resident memory added at its peak",
        value: (round) => read(round, "quorate", "rssGrowthMiB"),
        atMost: 30,
      },
    ],
  },
  {
    ...busy,
    systems: ableTo("W4"),
    measure: async (name, size) => shareUsed(await loadPeer(name), size),
  },
  {
    ...deafAgents,
    systems: ableTo("W5"),
    measure: async (name, size) => givenUp(await loadPeer(name), size),
  },
  {
    ...durable,
    ...ratio(durable, "usPerCall", "raw-sqlite", "x 2 INSERTs"),
    ...keeping,
    systems: keepingIn("sqlite", IN_FLIGHT),
    size: { full: 2_048, quick: 512 },
    goals: [
      than("usPerCall", "raw-sqlite", 0.6, "quorate-sqlite"),
      than("usPerCall", "mastra-libsql", 0.083, "quorate-sqlite"),
      {
        text: "x as dear with 32 runs in flight as with one",
        value: times("usPerCall", "quorate-sqlite", `quorate-sqlite x ${IN_FLIGHT}`),
        atMost: 1,
      },
    ],
  },
  {
    ...durable,
    ...ratio(durable, "usPerCall", "raw-pg", "x 2 INSERTs"),
    ...keeping,
    id: "W6p",
    title: "as W1, in PostgreSQL before anyone sees it (fsync, synchronous_commit)",
    systems: keepingIn("postgres", IN_FLIGHT),
    size: { full: 1_024, quick: 512 },
    needsServer: true,
    goals: [than("usPerCall", "dbos", 0.5, "quorate-pg")],
  },
  {
    ...start,
    title: "importing it in a new process",
    systems: [...starts.keys()],
    base: "node",
    rounds: { full: 15, quick: 7 },
    shown: [{ metric: "ms", unit: "ms" }, CPU.ms],
    against: [
      { text: "ms above Node", value: (round, system) => aboveNode(round, system) },
      {
        text: "of CPU",
        value: (round, system) => aboveNode(round, system, CPU.ms.metric),
      },
    ],
    measure: async (name) => timeProcess(starts.get(name) ?? [], import.meta.dirname),
    goals: [
      {
        text: "ms of CPU above Node to import it",
        value: (round) => aboveNode(round, "quorate", CPU.ms.metric),
        atMost: 15,
      },
    ],
  },
  installed,
];
