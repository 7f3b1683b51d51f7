import type { Bar, Lane } from "./lanes.ts";

/** How many attempts were running and queued, from one moment to the next. */
export interface LoadStep {
  readonly atMs: number;
  readonly working: number;
  readonly queued: number;
}

const WORK: ReadonlySet<Bar["kind"]> = new Set([
  "working",
  "answered",
  "failed",
  "timed-out",
  "turned-away",
]);

/** The number of running and queued attempts over time; the last step is at `endMs`. */
export function loadOf(lanes: readonly Lane[], endMs: number): readonly LoadStep[] {
  const changes = new Map<number, { working: number; queued: number }>();
  const change = (atMs: number, key: "working" | "queued", by: number): void => {
    const at = changes.get(atMs) ?? { working: 0, queued: 0 };
    at[key] += by;
    changes.set(atMs, at);
  };
  for (const { bars, call } of lanes) {
    if (call === undefined || call.role === "team") continue;
    for (const { kind, fromMs, toMs } of bars) {
      const key = WORK.has(kind) ? "working" : kind === "queued" ? "queued" : undefined;
      if (key === undefined) continue;
      change(fromMs, key, 1);
      change(toMs ?? endMs, key, -1);
    }
  }
  const steps: LoadStep[] = [];
  let working = 0;
  let queued = 0;
  for (const [atMs, by] of [...changes].toSorted(([a], [b]) => a - b)) {
    working += by.working;
    queued += by.queued;
    steps.push({ atMs, working, queued });
  }
  return steps;
}
