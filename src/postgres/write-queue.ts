import { setImmediate } from "node:timers";

/** Jobs that run one after another, in the order in which they were added. */
export interface WriteQueue<Job, End> {
  /** Runs a job together with those added in the same turn of the event loop, or while others run. */
  add(job: Job): Promise<End>;
  /** Runs work by itself, after everything that was added before. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything that was added before has settled. */
  drained(): Promise<void>;
}

interface WaitingJob<Job, End> {
  readonly job: Job;
  readonly settled: PromiseWithResolvers<End>;
}

type QueueEntry<Job, End> = WaitingJob<Job, End> | { readonly alone: () => Promise<void> };

/** `workAll` returns a result for each job, or rejects for all of them. */
export function writeQueue<Job, End>(
  workAll: (jobs: readonly Job[]) => Promise<readonly (() => End)[]>,
): WriteQueue<Job, End> {
  let waiting: QueueEntry<Job, End>[] = [];
  let scheduled = false;

  async function workTogether(jobs: readonly WaitingJob<Job, End>[]): Promise<void> {
    try {
      const ends = await workAll(jobs.map(({ job }) => job));
      for (const [index, { settled }] of jobs.entries()) {
        try {
          // One result for each job.
          settled.resolve((ends[index] as () => End)());
        } catch (refusal) {
          settled.reject(refusal);
        }
      }
    } catch (error) {
      for (const { settled } of jobs) settled.reject(error);
    }
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      let together: WaitingJob<Job, End>[] = [];
      for (const entry of taken) {
        if (!("alone" in entry)) {
          together.push(entry);
          continue;
        }
        if (together.length > 0) await workTogether(together);
        together = [];
        await entry.alone();
      }
      if (together.length > 0) await workTogether(together);
    }
    scheduled = false;
  }

  function enqueue(entry: QueueEntry<Job, End>): void {
    waiting.push(entry);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => void flush());
  }

  function alone<T>(work: () => Promise<T>): Promise<T> {
    const settled = Promise.withResolvers<T>();
    enqueue({ alone: () => work().then(settled.resolve, settled.reject) });
    return settled.promise;
  }

  return {
    alone,
    add(job) {
      const settled = Promise.withResolvers<End>();
      enqueue({ job, settled });
      return settled.promise;
    },
    async drained() {
      if (scheduled) await alone(async () => {});
    },
  };
}
