import type { Clock } from "../async/clock.ts";

const PRUNE_EVERY_MS = 3_600_000;

/** Forgets runs by and by. */
export interface Retention {
  pruneWhenDue(): void;
}

/** Prunes now, and then at most once an hour when it is asked. What fails is tried again an hour later. */
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
