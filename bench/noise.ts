import { availableParallelism, loadavg } from "node:os";

/** How many processes wanted a core in the last minute, before a bench began or during it. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

/** What the load means for the figures. A bench keeps about one core busy; anything else makes noise. */
export function aboutNoise(before: number, after: number): string {
  const cores = availableParallelism();
  const said = `load ${before.toFixed(1)} before, ${after.toFixed(1)} after, on ${cores} cores`;
  return before < cores / 2
    ? `${said}: the machine was quiet when this began.`
    : `${said}: THE MACHINE WAS BUSY with something
else, and the figures are noise as much as cost. Ratios suffer less, and ratios of
CPU least; no ratio with a wide range means anything. Measure again when it is quiet.`;
}
