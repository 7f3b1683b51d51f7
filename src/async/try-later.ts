import type { Clock } from "./clock.ts";

// 25 ms, then twice as long each time: about 26 s in all.
const FIRST_RETRY_MS = 25;
const MAX_RETRIES = 10;

/** Calls `attempt` later until it resolves to true, up to ten times, without keeping the process alive. It must not reject. */
export function tryLater(clock: Clock, attempt: () => Promise<boolean>, retries = 0): void {
  if (retries === MAX_RETRIES) return;
  const again = async (): Promise<void> => {
    if (!(await attempt())) tryLater(clock, attempt, retries + 1);
  };
  clock.timer(FIRST_RETRY_MS * 2 ** retries, () => void again(), { hold: false });
}
