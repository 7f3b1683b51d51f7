import { availableParallelism, loadavg } from "node:os";

/** How many processes wanted a core in the last minute: what was at work before a bench began, and with it. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

/** What the load says of figures. A bench keeps about one core busy; beside it anything else makes noise. */
export function aboutNoise(before: number, after: number): string {
  const cores = availableParallelism();
  const said = `load ${before.toFixed(1)} before, ${after.toFixed(1)} after, on ${cores} cores`;
  return before < cores / 2
    ? `${said}: the machine was quiet when this began.`
    : `${said}: THE MACHINE WAS BUSY with something
else, and the figures are noise as much as cost. Ratios suffer less, and ratios of
CPU least; no ratio with a wide range means anything. Measure again when it is quiet.`;
}
