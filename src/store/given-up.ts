/**
 * Runs that a store has given up while it could not write so: the file still has it as their owner. For this store they are nobody's;
 * others hear of it by the next transaction that works.
 */
export interface GivenUp {
  has(runId: string, fence: number): boolean;
  add(runId: string, fence: number): void;
  /** The run is begun anew, or the file says by now that nobody owns it. */
  remove(runId: string, fence: number): void;
  stop(): void;
}

const FIRST_RETRY_MS = 25;
const LONGEST_RETRY_MS = 1_000;

/** `letGo` writes it of one run. Tried again until it works or the store is closed; never holds the process. */
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
    // Asked for together: it is one transaction.
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
