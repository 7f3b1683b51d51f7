import { PassingMap } from "../model/passing-map.ts";

/** An entry of a queue. The queue sets the fields that are not readonly. */
export interface Queued<T> {
  /** Smaller for earlier arrivals. */
  readonly arrival: number;
  /** The owner of the line that it stands in, if the queue is by turns. */
  readonly owner: unknown;
  line: Line<T> | undefined;
  before: T | undefined;
  after: T | undefined;
}

/** Those of one owner, in the order of their arrival. */
interface Line<T> {
  readonly owner: unknown;
  first: T;
  last: T;
  before: Line<T> | undefined;
  after: Line<T> | undefined;
}

/** Entries in the order in which they are admitted. Every operation takes the same time, however many there are. */
export interface Queue<T> {
  readonly first: T | undefined;
  readonly size: number;
  /** Whether a new entry would be its first. */
  wouldLead(one: T): boolean;
  /** Puts an entry in the place of its arrival, which nearly always is near one of the ends of its line. */
  add(one: T): void;
  /** Removes an entry. */
  remove(one: T): void;
  /** Removes the first entry, whose turn it is: the next owner follows. */
  serve(): void;
}

/**
 * A queue: first come, first served, or `byTurns` of owners. Then each owner has a line of its own, first come first served, and one of
 * each line is served in turn, so an owner with a thousand entries delays others by only one at a time.
 */
// Round robin: the lines form a list; the first one's first is next, and its line moves behind the others when it is served. A
// queue that is not by turns is one line.
export function makeQueue<T extends Queued<T>>(byTurns: boolean): Queue<T> {
  const lines = new PassingMap<unknown, Line<T>>();
  let front: Line<T> | undefined;
  let back: Line<T> | undefined;
  let size = 0;

  const ownerOf = (one: T): unknown => (byTurns ? one.owner : undefined);

  function append(line: Line<T>): void {
    line.before = back;
    line.after = undefined;
    if (back === undefined) front = line;
    else back.after = line;
    back = line;
  }

  function detach(line: Line<T>): void {
    const { before, after } = line;
    if (before === undefined) front = after;
    else before.after = after;
    if (after === undefined) back = before;
    else after.before = before;
  }

  function remove(one: T): void {
    const { line, before, after } = one;
    if (line === undefined) return;
    one.line = undefined;
    one.before = undefined;
    one.after = undefined;
    size--;
    if (before !== undefined) before.after = after;
    else if (after !== undefined) line.first = after;
    if (after !== undefined) after.before = before;
    else if (before !== undefined) line.last = before;
    if (before !== undefined || after !== undefined) return;
    detach(line);
    lines.delete(line.owner);
  }

  return {
    get first() {
      return front?.first;
    },
    get size() {
      return size;
    },
    wouldLead: (one) =>
      front === undefined || (front.owner === ownerOf(one) && one.arrival < front.first.arrival),
    add(one) {
      const owner = ownerOf(one);
      let line = lines.get(owner);
      size++;
      if (line === undefined) {
        line = { owner, first: one, last: one, before: undefined, after: undefined };
        lines.set(owner, line);
        append(line);
      } else {
        insert(line, one);
      }
      one.line = line;
    },
    remove,
    serve() {
      const line = front;
      if (line === undefined) return;
      remove(line.first);
      if (line !== front || line === back) return;
      detach(line);
      append(line);
    },
  };
}

/** Inserts an entry. Searches from both ends at once, because it is seldom far from one of them. */
function insert<T extends Queued<T>>(line: Line<T>, one: T): void {
  let before: T | undefined = line.last;
  let after: T | undefined = line.first;
  for (;;) {
    if (before === undefined || before.arrival < one.arrival) {
      after = before === undefined ? line.first : before.after;
      break;
    }
    if (after === undefined || after.arrival > one.arrival) {
      before = after === undefined ? line.last : after.before;
      break;
    }
    before = before.before;
    after = after.after;
  }
  one.before = before;
  one.after = after;
  if (before === undefined) line.first = one;
  else before.after = one;
  if (after === undefined) line.last = one;
  else after.before = one;
}
