export interface RepeatedOptions {
  readonly everyMs: number;
  /** Whether it keeps the process alive while it is active. */
  readonly holds: boolean;
  /** The work. If it fails, it is tried again the next time. */
  readonly work: () => Promise<void>;
}

/** Work that runs at intervals, and soon after it is requested; never twice at once. */
export interface Repeated {
  begin(): void;
  /** Stops it until it begins again. */
  pause(): void;
  /** Runs it at once, or once more if it is running. Does nothing while it is paused. */
  readonly soon: () => void;
  /** Stops it for good. Resolves when no work is running. */
  stop(): Promise<void>;
}

export function repeated({ everyMs, holds, work }: RepeatedOptions): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let isOn = false;
  let stopped = false;
  let again = false;
  let working: Promise<void> | undefined;

  function arm(): void {
    clearTimeout(timer);
    if (!isOn) return;
    timer = setTimeout(soon, everyMs);
    if (!holds) timer.unref();
  }

  async function workOnce(): Promise<void> {
    do {
      again = false;
      await work().catch(() => undefined);
    } while (again && isOn);
    working = undefined;
    arm();
  }

  function soon(): void {
    if (!isOn) return;
    again = true;
    working ??= workOnce();
  }

  return {
    soon,
    begin() {
      if (stopped || isOn) return;
      isOn = true;
      arm();
    },
    pause() {
      isOn = false;
      clearTimeout(timer);
    },
    async stop() {
      stopped = true;
      isOn = false;
      clearTimeout(timer);
      await working;
    },
  };
}
