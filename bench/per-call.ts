import { AGENTS } from "./systems/system.ts";
import type { Sample } from "./workload.ts";

/** How much of a measurement is done once before, so that what is measured is compiled. */
const WARM_UP_SHARE = 0.25;

/**
 * What one agent call takes, in µs, when `coordinate` asks 8 agents per coordination: on the clock, and of all cores
 * together, the garbage collector's threads among them. Other programs stretch the second much less.
 */
export async function microsecondsPerCall(
  coordinate: (times: number) => Promise<void>,
  coordinations: number,
): Promise<Sample> {
  await coordinate(Math.ceil(coordinations * WARM_UP_SHARE));
  const calls = coordinations * AGENTS;
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  await coordinate(coordinations);
  const tookMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { usPerCall: (tookMs * 1_000) / calls, cpuUsPerCall: (user + system) / calls };
}
