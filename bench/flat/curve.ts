import { read, type Round, type Sample, type Workload } from "../workload.ts";

/** One point of a curve. */
export interface Point {
  /** The number of calls, subjects, events or whatever is counted. */
  readonly count: number;
  /** The process's CPU time for them, on all cores, in µs. */
  readonly cpuUs: number;
  readonly ms: number;
}

/** How the cost of one thing depends on the number of another. */
interface Curve {
  readonly id: string;
  readonly title: string;
  /** The thing whose cost is measured. */
  readonly of: string;
  readonly sizes: readonly number[];
  /** The largest allowed slope: the exponent of the best-fitting power law. */
  readonly atMost?: number;
  readonly measure: (size: number) => Promise<Point>;
}

/** With this slope a cost doubles if something becomes a thousand times as much: 1,000 ** 0.1 is 2. */
const SLOPE = 0.1;

/** The exponent of the power law that fits the points best: 0 if they are flat, 1 if they grow in proportion. */
export function slopeOf(points: readonly (readonly [size: number, cost: number])[]): number {
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)] as const);
  const mean = (at: 0 | 1): number => logs.reduce((sum, log) => sum + log[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, log) => sum + (log[0] - x) * (log[1] - y), 0);
  return over / logs.reduce((sum, log) => sum + (log[0] - x) ** 2, 0);
}

/** A workload of the points of a curve, each in its own process. */
export function curve({ id, title, of, sizes, atMost = SLOPE, measure }: Curve): Workload {
  const systems = sizes.map((size) => size.toLocaleString("en"));
  const sizeOf = (system: string): number => Number(system.replace(/\D/g, ""));
  const slope = (round: Round): number =>
    slopeOf(systems.map((system) => [sizeOf(system), read(round, system, "cpuUs")]));
  return {
    id,
    title,
    systems,
    ...(systems.at(-1) !== undefined && { profiled: systems.at(-1) as string }),
    shown: [
      { metric: "us", unit: `µs for ${of}` },
      { metric: "cpuUs", unit: "µs of CPU" },
    ],
    rounds: { full: 5, quick: 3 },
    size: { full: 1, quick: 1 },
    fresh: true,
    async measure(system): Promise<Sample> {
      const { count, cpuUs, ms } = await measure(sizeOf(system));
      return { us: (ms * 1_000) / count, cpuUs: cpuUs / count };
    },
    goals: [{ text: "is the exponent of its growth", value: slope, atMost }],
  };
}

/** The time and the CPU of some work. */
export async function taking(count: number, work: () => Promise<unknown>): Promise<Point> {
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  await work();
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { count, cpuUs: user + system, ms };
}
