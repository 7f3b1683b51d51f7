import type { Cancellation } from "./cancellation.ts";
import type { Clock } from "./clock.ts";

/** Something that many wait for, and look again when it has happened. */
export class Bell {
  readonly #hearers = new Set<() => void>();

  /** Wakes all who wait. */
  ring(): void {
    const woken = [...this.#hearers];
    this.#hearers.clear();
    for (const wake of woken) wake();
  }

  /** Resolves when it rings, at the latest after so many ms; rejects with the reason when cancelled before. */
  wait(clock: Clock, atMostMs: number, cancellation: Cancellation): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        timer[Symbol.dispose]();
        this.#hearers.delete(wake);
        cancellation.unwatch(cancel);
      };
      const wake = (): void => {
        end();
        resolve();
      };
      const cancel = (reason: unknown): void => {
        end();
        reject(reason);
      };
      const timer = clock.timer(atMostMs, wake);
      this.#hearers.add(wake);
      cancellation.watch(cancel);
    });
  }
}
