/**
 * A run as it was when it ended. A class, because V8 begins to make literals in the old generation if many of them are kept, and there each would
 * keep its log until the next full collection.
 */
export class EndedRun<Log> {
  readonly runId: string;
  readonly log: Log;
  readonly endSeq: number;

  constructor(runId: string, log: Log, endSeq: number) {
    this.runId = runId;
    this.log = log;
    this.endSeq = endSeq;
  }
}

/** The runs that ended last. */
export interface LastEnded<Log> {
  /** Adds one, and returns the one that has no room any more: itself if there is no room at all. */
  add(run: EndedRun<Log>): EndedRun<Log> | undefined;
  /** Drops all others. */
  keep(wanted: (run: EndedRun<Log>) => boolean): void;
}

/** A ring, so that both ends of the queue cost the same however many runs are kept. */
export function lastEnded<Log>(capacity: number): LastEnded<Log> {
  let ring: EndedRun<Log>[] = [];
  let oldest = 0;
  return {
    add(run) {
      if (capacity === 0) return run;
      if (ring.length < capacity) {
        ring.push(run);
        return undefined;
      }
      const dropped = ring[oldest];
      ring[oldest] = run;
      oldest = (oldest + 1) % capacity;
      return dropped;
    },
    keep(wanted) {
      ring = [...ring.slice(oldest), ...ring.slice(0, oldest)].filter(wanted);
      oldest = 0;
    },
  };
}
