/** Something that takes its time, once others are over. */
export interface Job {
  readonly durationMs: number;
  /** The jobs that it waits for, by their index. */
  readonly after: readonly number[];
  /** What it needs a place in while it takes its time. */
  readonly lanes: readonly Room[];
}

/** Room for so many jobs at once. */
export interface Room {
  readonly limit: number;
}

/**
 * How long jobs take together when each begins as soon as those before it are over and there is room in its lanes, the one that
 * has waited longest first: list scheduling (R. L. Graham, "Bounds on multiprocessing timing anomalies", 1969). In ms.
 */
export function listSchedule(jobs: readonly Job[]): number {
  const left = jobs.map(({ after }) => after.length);
  const next = jobs.map((): number[] => []);
  for (const [index, { after }] of jobs.entries())
    for (const before of after) next[before]?.push(index);
  const used = new Map<Room, number>();
  const queues = new Map<readonly Room[], Queue>();
  const running = new Ends();
  let order = 0;
  let nowMs = 0;

  const enqueue = (index: number): void => {
    const { lanes = [] } = jobs[index] ?? {};
    const queue = queues.get(lanes) ?? { jobs: [], head: 0 };
    queues.set(lanes, queue);
    queue.jobs.push({ index, order: order++ });
  };
  /** The job that has waited longest of those that there is room for. */
  const admissible = (): number | undefined => {
    let first:
      | { readonly queue: Queue; readonly lanes: readonly Room[]; order: number }
      | undefined;
    for (const [lanes, queue] of queues) {
      const head = queue.jobs[queue.head];
      if (head === undefined || (first !== undefined && first.order < head.order)) continue;
      if (lanes.some((lane) => (used.get(lane) ?? 0) >= lane.limit)) continue;
      first = { queue, lanes, order: head.order };
    }
    if (first === undefined) return undefined;
    for (const lane of first.lanes) used.set(lane, (used.get(lane) ?? 0) + 1);
    return first.queue.jobs[first.queue.head++]?.index;
  };

  for (const [index, many] of left.entries()) if (many === 0) enqueue(index);
  for (;;) {
    for (let index = admissible(); index !== undefined; index = admissible()) {
      running.add({ index, endMs: nowMs + (jobs[index]?.durationMs ?? 0) });
    }
    const ended = running.first();
    if (ended === undefined) return nowMs;
    nowMs = ended.endMs;
    for (const lane of jobs[ended.index]?.lanes ?? []) used.set(lane, (used.get(lane) ?? 1) - 1);
    for (const index of next[ended.index] ?? []) {
      left[index] = (left[index] ?? 0) - 1;
      if (left[index] === 0) enqueue(index);
    }
  }
}

interface Queue {
  readonly jobs: { readonly index: number; readonly order: number }[];
  head: number;
}

interface End {
  readonly index: number;
  readonly endMs: number;
}

/** Ends to come, the next one first: a binary heap. */
class Ends {
  readonly #heap: End[] = [];

  add(end: End): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(end);
    for (let up = (at - 1) >> 1; at > 0; at = up, up = (at - 1) >> 1) {
      const above = heap[up];
      if (above === undefined || above.endMs <= end.endMs) break;
      heap[at] = above;
      heap[up] = end;
    }
  }

  first(): End | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      const [left, right] = [heap[down], heap[down + 1]];
      if (left === undefined) break;
      if (right !== undefined && right.endMs < left.endMs) down++;
      const below = heap[down];
      if (below === undefined || below.endMs >= last.endMs) break;
      heap[at] = below;
      at = down;
    }
    heap[at] = last;
    return first;
  }
}
