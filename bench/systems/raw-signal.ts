import { byHand } from "./by-hand.ts";
import { TIMEOUT_MS, type System } from "./system.ts";

/** As the raw timer, with `AbortSignal.timeout`. */
export const rawSignal: System = byHand(
  (run, task, results, timeoutMs = TIMEOUT_MS) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const late = (): void => reject(signal.reason);
      signal.addEventListener("abort", late, { once: true });
      run(task, { signal, results })
        .finally(() => signal.removeEventListener("abort", late))
        .then(resolve, reject);
    }),
);
