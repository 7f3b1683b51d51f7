import { setImmediate } from "node:timers";

/** Work that can be left off at every `yield` and gone on with later, with the same result. */
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

/** Does the work, and lets everybody else have their turn at every `yield`. Rejects with the signal's reason when it is aborted. */
export async function inTurns<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    const { done, value } = steps.next();
    if (done === true) return value;
    await nextTurn();
  }
}

/** Resolves when everybody else has had their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Counts work: true each time that enough has been done since the last time to let others have their turn. */
export function turnTaker(): (work: number) => boolean {
  let left = TURN;
  return (work) => {
    left -= work;
    if (left > 0) return false;
    left = TURN;
    return true;
  };
}
