import type { Permit } from "../permit.ts";

/** How often a permit is renewed while its attempt waits for its turn elsewhere, in ms. */
export const RENEW_EVERY_MS = 20_000;

/**
 * Keeps a permit from expiring while its attempt waits in a queue elsewhere, for an unknown time. Disposed when the attempt
 * begins, so that the permit is held for its whole life from then on, or is over. A failed renewal is tried again.
 */
export function renewing(permit: Permit): Disposable {
  const again = (): Disposable =>
    permit.clock.timer(
      RENEW_EVERY_MS,
      () => {
        void permit.renew().catch(() => undefined);
        timer = again();
      },
      { hold: false },
    );
  let timer = again();
  return {
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      void permit.renew().catch(() => undefined);
    },
  };
}
