export interface RepeatedOptions {
  readonly everyMs: number;
  /** Whether it keeps the process alive while it goes on. */
  readonly holds: boolean;
  /** What fails is tried again the next time. */
  readonly work: () => Promise<void>;
}

/** Work that is done from time to time, and soon after somebody asks for it; never twice at once. */
export interface Repeated {
  begin(): void;
  /** Is not done any more until it begins again. */
  pause(): void;
  /** Has it done at once, or once more when it is being done. Nothing happens while it pauses. */
  readonly soon: () => void;
  /** For good. Resolves when nothing is being done. */
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
