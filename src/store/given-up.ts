/**
 * Runs that a store has released while it could not write that: in the file it is still their owner. For this store nobody owns them;
 * others learn of it with the next transaction that works.
 */
export interface GivenUp {
  has(runId: string, fence: number): boolean;
  add(runId: string, fence: number): void;
  /** The run was begun again, or the file now says that nobody owns it. */
  remove(runId: string, fence: number): void;
  stop(): void;
}

const FIRST_RETRY_MS = 25;
const LONGEST_RETRY_MS = 1_000;

/** `letGo` writes the release of one run. It is retried until it works or the store is closed; never holds the process. */
export function givenUpRuns(letGo: (runId: string, fence: number) => Promise<void>): GivenUp {
  const runs = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function retry(delayMs: number): void {
    if (stopped || timer !== undefined || runs.size === 0) return;
    timer = setTimeout(() => void writeAll(delayMs), delayMs);
    timer.unref();
  }

  async function writeAll(waitedMs: number): Promise<void> {
    // Requested together, so that it is one transaction.
    const ends = [...runs].map(([runId, fence]) => letGo(runId, fence));
    await Promise.allSettled(ends);
    timer = undefined;
    retry(Math.min(2 * waitedMs, LONGEST_RETRY_MS));
  }

  return {
    has: (runId, fence) => runs.get(runId) === fence,
    add(runId, fence) {
      runs.set(runId, fence);
      retry(FIRST_RETRY_MS);
    },
    remove(runId, fence) {
      if (runs.get(runId) === fence) runs.delete(runId);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
