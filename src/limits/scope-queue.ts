import type { Clock } from "../async/clock.ts";
import type { Values } from "../store/values.ts";
import { admitWaiting } from "./admission.ts";
import { makeLimit, type Limit } from "./limit.ts";
import type { Permit } from "./permit.ts";

// How long what other processes release is not heard of; what this one releases is heard of at once.
const POLL_MS = 200;

/**
 * Where the attempts of this process wait for what processes share under one scope, oldest first. It is a limit of this process:
 *
 *     open ── the store refuses an attempt ──▶ closed: everybody waits
 *     closed ── something is released here, or POLL_MS ──▶ half-open: one attempt, the first, asks the store; the others wait
 *     half-open ── the store takes it ──▶ half-open for the next one; open when nobody waits
 *     half-open ── the store refuses it ──▶ closed
 */
export interface ScopeQueue {
  readonly limit: Limit;
  /** How often something was released here. */
  readonly releases: number;
  /** The store has taken an attempt that had passed. */
  taken(permit: Permit): void;
  /** The store has refused it, when so much had been released; it comes again. */
  refused(releases: number, clock: Clock): void;
  /** Something was released. */
  released(): void;
}

function scopeQueue(): ScopeQueue {
  let doubtful = false;
  let closedUntilMs = -Infinity;
  let probe: Permit | undefined;
  let releases = 0;
  const limit = makeLimit(Infinity, {
    waitMs({ clock }) {
      return probe === undefined ? Math.max(0, closedUntilMs - clock.monotonic()) : Infinity;
    },
    take(permit) {
      if (doubtful) probe = permit;
    },
    left(permit) {
      if (probe === permit) probe = undefined;
    },
  });
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
    refused(before, clock) {
      doubtful = true;
      // Where something was released meanwhile, there may be room by now.
      if (before === releases) closedUntilMs = clock.monotonic() + POLL_MS;
    },
    released() {
      releases++;
      closedUntilMs = -Infinity;
      admitWaiting([limit]);
    },
  };
}

/** The queues of one supervisor, by store and scope. */
export interface ScopeQueues {
  of(values: Values, scope: string): ScopeQueue;
}

export function scopeQueues(): ScopeQueues {
  const byStore = new WeakMap<Values, Map<string, ScopeQueue>>();
  return {
    of(values, scope) {
      const known = byStore.get(values) ?? new Map<string, ScopeQueue>();
      byStore.set(values, known);
      const queue = known.get(scope) ?? scopeQueue();
      known.set(scope, queue);
      return queue;
    },
  };
}
