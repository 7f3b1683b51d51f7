import { byHand, type Ask } from "./by-hand.ts";
import { TIMEOUT_MS, type System } from "./system.ts";

/** A promise, a timer and an AbortController: the least that a timeout with an abort takes. */
export const askWithTimer: Ask = (run, task, results, timeoutMs = TIMEOUT_MS) =>
  new Promise((resolve, reject) => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const late = new Error(`timed out after ${timeoutMs} ms`);
      controller.abort(late);
      reject(late);
    }, timeoutMs);
    run(task, { signal: controller.signal, results }).then(
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });

export const rawTimer: System = byHand(askWithTimer);
