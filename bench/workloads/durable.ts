import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { microsecondsPerCall } from "../per-call.ts";
import { read, times, type Workload } from "../workload.ts";

// Inside the checkout: a system's folder for temporary files may be in memory.
const cache = resolve(import.meta.dirname, "../../.cache");

type Durable = { readonly fanOut: (times: number) => Promise<void>; readonly close: () => unknown };

async function open(system: string, path: string): Promise<Durable> {
  switch (system) {
    case "quorate":
      return (await import("../systems/quorate-sqlite.ts")).openQuorate(path);
    case "in-memory":
      return (await import("../systems/quorate-memory.ts")).openInMemory(false);
    case "with-keys":
      return (await import("../systems/quorate-memory.ts")).openInMemory(true);
    case "raw-sqlite":
      return (await import("../systems/raw-sqlite.ts")).openRaw(path);
    default:
      throw new Error(`There is no durable system called ${system}.`);
  }
}

/** `quorate x 32` is `quorate` with 32 runs in flight. */
function inFlight(system: string): readonly [name: string, runs: number] {
  const [name = "", runs = "1"] = system.split(" x ");
  return [name, Number(runs)];
}

export const durable: Workload = {
  id: "W6",
  title: "as W1, on disk before anyone sees it (SQLite, WAL, NORMAL)",
  systems: ["quorate", "raw-sqlite", "in-memory", "with-keys"],
  shown: [
    { metric: "usPerCall", unit: "µs per agent call" },
    { metric: "cpuUsPerCall", unit: "µs of CPU" },
  ],
  rounds: { full: 7, quick: 3 },
  size: { full: 2_000, quick: 500 },
  fresh: true,
  async measure(system, size) {
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, "bench-"));
    const [name, runs] = inFlight(system);
    const opened = await open(name, join(folder, "bench.db"));
    try {
      const coordinate = async (times: number): Promise<void> => {
        await Promise.all(Array.from({ length: runs }, () => opened.fanOut(times / runs)));
      };
      return await microsecondsPerCall(coordinate, size);
    } finally {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  goals: [
    {
      text: "x two INSERTs per call",
      value: times("usPerCall", "raw-sqlite"),
      atMost: 0.6,
    },
    {
      text: "µs of CPU per call for content keys",
      value: (round) =>
        read(round, "with-keys", "cpuUsPerCall") - read(round, "in-memory", "cpuUsPerCall"),
      atMost: 2,
    },
  ],
};
