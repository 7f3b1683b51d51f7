import { MAX_TIMER_MS } from "./clock.ts";

/** Keeps the process alive until it is disposed, if nothing else does. */
export function keepAwake(): Disposable {
  const timer = setInterval(() => {}, MAX_TIMER_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
