import type { Clock } from "../async/clock.ts";

const PRUNE_EVERY_MS = 3_600_000;

/** Deletes old runs from time to time. */
export interface Retention {
  pruneWhenDue(): void;
}

/** Prunes now, and then, when asked, at most once an hour. A failed prune is retried an hour later. */
export function retention(
  retainMs: number,
  clock: Pick<Clock, "now">,
  prune: (beforeMs: number) => Promise<unknown>,
): Retention {
  let dueAtMs = retainMs === Infinity ? Infinity : -Infinity;
  function pruneWhenDue(): void {
    if (dueAtMs === Infinity) return;
    const nowMs = clock.now();
    if (nowMs < dueAtMs) return;
    dueAtMs = nowMs + PRUNE_EVERY_MS;
    prune(nowMs - retainMs).catch(() => undefined);
  }
  pruneWhenDue();
  return { pruneWhenDue };
}
