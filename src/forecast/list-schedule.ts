/** A job that takes some time, once others are over. */
export interface ScheduledJob {
  readonly durationMs: number;
  /** The jobs that it waits for, by their index. */
  readonly after: readonly number[];
  /** The rooms in which it needs a place while it runs. */
  readonly rooms: readonly Room[];
}

/** Room for this many jobs at once. */
export interface Room {
  readonly limit: number;
}

/**
 * How long jobs take together if each begins as soon as those before it are over and there is space in its rooms, the one that
 * has waited longest first: list scheduling (R. L. Graham, "Bounds on multiprocessing timing anomalies", 1969). In ms.
 *
 * Jobs with the same rooms wait in one queue. A queue that finds a room full waits at that one, and is not looked at again before
 * there is space in it, so the work is in proportion to the jobs even if each has rooms of its own.
 */
export function listSchedule(jobs: readonly ScheduledJob[]): number {
  const left = jobs.map(({ after }) => after.length);
  const next = jobs.map((): number[] => []);
  for (const [index, { after }] of jobs.entries())
    for (const before of after) next[before]?.push(index);
  const queues = new Map<readonly Room[], RoomQueue>();
  /** Queues that have found no full room yet. */
  const ready = heap<RoomQueue>(orderOf);
  const waiting = new Map<Room, WaitingRoom>();
  /** Rooms that have become less full, and at which queues wait. */
  const freed = new Set<WaitingRoom>();
  const running = heap<End>(({ endMs }) => endMs);
  let order = 0;
  let nowMs = 0;

  const at = (room: Room): WaitingRoom => {
    const known = waiting.get(room);
    if (known !== undefined) return known;
    const made = { room, used: 0, queues: heap<RoomQueue>(orderOf) };
    waiting.set(room, made);
    return made;
  };
  const enqueue = (index: number): void => {
    const { rooms = [] } = jobs[index] ?? {};
    const queue = queues.get(rooms) ?? { rooms: rooms.map(at), jobs: [], head: 0 };
    queues.set(rooms, queue);
    const isFirst = queue.head === queue.jobs.length;
    queue.jobs.push({ index, order: order++ });
    if (isFirst) ready.add(queue);
  };
  /** The queue whose first job has waited longest, of those that may have room. */
  const longest = (): RoomQueue | undefined => {
    let from = ready;
    for (const room of freed) {
      if (isFull(room) || room.queues.top === undefined) freed.delete(room);
      else if (orderOf(room.queues.top) < orderOf(from.top)) from = room.queues;
    }
    return from.take();
  };
  /** The job that has waited longest, of those for which there is room. */
  const admissible = (): number | undefined => {
    for (let queue = longest(); queue !== undefined; queue = longest()) {
      const full = queue.rooms.find(isFull);
      if (full !== undefined) {
        full.queues.add(queue);
        continue;
      }
      for (const room of queue.rooms) room.used++;
      const index = queue.jobs[queue.head++]?.index;
      if (queue.head < queue.jobs.length) ready.add(queue);
      return index;
    }
    return undefined;
  };

  for (const [index, many] of left.entries()) if (many === 0) enqueue(index);
  for (;;) {
    for (let index = admissible(); index !== undefined; index = admissible()) {
      running.add({ index, endMs: nowMs + (jobs[index]?.durationMs ?? 0) });
    }
    const ended = running.take();
    if (ended === undefined) return nowMs;
    nowMs = ended.endMs;
    for (const room of jobs[ended.index]?.rooms ?? []) {
      const waits = at(room);
      waits.used--;
      freed.add(waits);
    }
    for (const index of next[ended.index] ?? []) {
      left[index] = (left[index] ?? 0) - 1;
      if (left[index] === 0) enqueue(index);
    }
  }
}

interface RoomQueue {
  readonly rooms: readonly WaitingRoom[];
  readonly jobs: { readonly index: number; readonly order: number }[];
  head: number;
}

/** How many use a room, and the queues that found it full. */
interface WaitingRoom {
  readonly room: Room;
  used: number;
  readonly queues: Heap<RoomQueue>;
}

interface End {
  readonly index: number;
  readonly endMs: number;
}

function orderOf(queue: RoomQueue | undefined): number {
  return queue?.jobs[queue.head]?.order ?? Infinity;
}

function isFull({ used, room }: WaitingRoom): boolean {
  return used >= room.limit;
}

/** A binary heap: the least is on top. */
interface Heap<T> {
  readonly top: T | undefined;
  add(item: T): void;
  take(): T | undefined;
}

function heap<T>(keyOf: (item: T) => number): Heap<T> {
  const items: T[] = [];
  return {
    get top() {
      return items[0];
    },
    add(item) {
      let at = items.length;
      items.push(item);
      for (let up = (at - 1) >> 1; at > 0; at = up, up = (at - 1) >> 1) {
        const above = items[up];
        if (above === undefined || keyOf(above) <= keyOf(item)) break;
        items[at] = above;
        items[up] = item;
      }
    },
    take() {
      const [first] = items;
      const last = items.pop();
      if (first === undefined || last === undefined || items.length === 0) return first;
      let at = 0;
      for (;;) {
        let down = 2 * at + 1;
        const [left, right] = [items[down], items[down + 1]];
        if (left === undefined) break;
        if (right !== undefined && keyOf(right) < keyOf(left)) down++;
        const below = items[down];
        if (below === undefined || keyOf(below) >= keyOf(last)) break;
        items[at] = below;
        at = down;
      }
      items[at] = last;
      return first;
    },
  };
}
