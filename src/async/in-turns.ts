import { setImmediate } from "node:timers";

/** Work that can be interrupted at every `yield` and continued later, with the same result. */
export type Steps<T> = Generator<void, T, void>;

/** How much work is done between two turns of the event loop: some milliseconds. */
const TURN = 100_000;

/** Does all of the work now. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Does the work, and lets other work run at every `yield`. Rejects with the signal's reason when it is aborted. */
export async function inTurns<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    const { done, value } = steps.next();
    if (done === true) return value;
    await nextTurn();
  }
}

/** Resolves when other work has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Counts work: returns true each time that enough has been done since the last time to let other work run. */
export function turnTaker(): (work: number) => boolean {
  let left = TURN;
  return (work) => {
    left -= work;
    if (left > 0) return false;
    left = TURN;
    return true;
  };
}
