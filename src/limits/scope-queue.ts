import type { Clock } from "../async/clock.ts";
import type { Values } from "../store/values.ts";
import { admitWaiting } from "./admission.ts";
import { makeLimit, type Condition, type Limit } from "./limit.ts";
import type { Permit } from "./permit.ts";
import type { Scoped } from "./scoped.ts";

// For how long releases of other processes go unnoticed; those of this process are noticed at once. A scope whose minute is used up is
// looked at less often.
const POLL_MS = 200;
const MOST_POLL_MS = 1_000;

/**
 * Where the attempts of this process wait for what processes share under one scope, the oldest first. It is a limit of this process:
 *
 *     open ── the store refuses an attempt ──▶ closed: everybody waits
 *     closed ── something is released here, or time passes ──▶ half-open: the first attempt asks the store; the others wait
 *     half-open ── the store takes it ──▶ half-open for the next one; open if none waits
 *     half-open ── the store refuses it ──▶ closed
 */
export interface ScopeQueue {
  readonly limit: Limit;
  /** How often something was released here. */
  readonly releases: number;
  /** The store has taken an attempt that had passed. */
  taken(permit: Permit): void;
  /** The store had no room for it, when this many releases had happened; it may have some after this many ms. */
  refused(releases: number, waitMs: number, clock: Clock): void;
  /** Something was released. */
  released(): void;
  /** What a permit that has left held in the store is released there, or the store has failed. */
  gone(): void;
}

function scopeQueue({ fair, waitsFor }: Scoped, idle: () => void): ScopeQueue {
  let doubtful = false;
  let closedUntilMs = -Infinity;
  let probe: Permit | undefined;
  let releases = 0;
  // How many have left and hold their part of the store until it is released: new attempts must learn of that here.
  let leaving = 0;
  const rest = (): void => {
    if (limit.inFlight + leaving === 0 && limit.queue.first === undefined) idle();
  };
  const condition: Condition = {
    waitMs({ clock }) {
      return probe === undefined ? Math.max(0, closedUntilMs - clock.monotonic()) : Infinity;
    },
    take(permit) {
      if (doubtful) probe = permit;
    },
    left(permit) {
      if (probe === permit) probe = undefined;
      if (permit.elsewhere === undefined) rest();
      else leaving++;
    },
  };
  const limit = makeLimit(Infinity, condition, { fair, waitsFor });
  return {
    limit,
    get releases() {
      return releases;
    },
    taken(permit) {
      if (probe !== permit) return;
      probe = undefined;
      doubtful = limit.queue.first !== undefined;
      admitWaiting([limit]);
    },
    refused(before, waitMs, clock) {
      doubtful = true;
      // If something was released in the meantime, there may be room by now.
      if (before !== releases) return;
      const pollMs = waitMs === Infinity ? POLL_MS : Math.min(waitMs, MOST_POLL_MS);
      closedUntilMs = clock.monotonic() + pollMs;
    },
    released() {
      releases++;
      closedUntilMs = -Infinity;
      admitWaiting([limit]);
    },
    gone() {
      leaving--;
      rest();
    },
  };
}

/** The queues of one supervisor, for each scope in each store. Unused ones are removed. */
export interface ScopeQueues {
  of(values: Values, scoped: Scoped): ScopeQueue;
}

export function scopeQueues(): ScopeQueues {
  const byStore = new WeakMap<Values, Map<string, ScopeQueue>>();
  return {
    of(values, scoped) {
      const { key } = scoped;
      const known = byStore.get(values) ?? new Map<string, ScopeQueue>();
      byStore.set(values, known);
      const queue = known.get(key) ?? scopeQueue(scoped, () => known.delete(key));
      known.set(key, queue);
      return queue;
    },
  };
}
