/** Shows that a store lives, while it drives runs. */
export interface Heartbeat {
  /** The store drives this run from now on. */
  began(runId: string, fence: number): void;
  /** The store does not drive it any more under this fence; it may have taken the run again since. */
  ended(runId: string, fence: number): void;
  stop(): void;
}

/** Calls `beat` every `everyMs` while there are runs; never holds the process. Each call waits for the one before. */
export function heartbeat(everyMs: number, beat: () => Promise<unknown>): Heartbeat {
  const open = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  // The timer ends by itself when the last run has ended: setting and clearing one per run would cost more.
  function arm(): void {
    if (stopped || timer !== undefined || open.size === 0) return;
    timer = setTimeout(() => void fire(), everyMs);
    timer.unref();
  }

  async function fire(): Promise<void> {
    // The next beat makes up for one that fails.
    if (open.size > 0) await beat().catch(() => undefined);
    timer = undefined;
    arm();
  }

  return {
    began(runId, fence) {
      open.set(runId, fence);
      arm();
    },
    ended(runId, fence) {
      if (open.get(runId) === fence) open.delete(runId);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
