import type { Clock } from "../../async/clock.ts";
import { PassingMap } from "../../model/passing-map.ts";
import type { Values } from "../../store/values.ts";
import { admitWaiting } from "../admission.ts";
import { makeLimit, type Condition, type Limit } from "../limit.ts";
import type { Permit, PermitRequest } from "../permit.ts";
import type { NoRoom, Scoped } from "./scoped.ts";

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
  /** The store had no room for an attempt that asks for this, when this many releases had happened. */
  refused(releases: number, request: PermitRequest, why: NoRoom, clock: Clock): void;
  /** Something was released. */
  released(): void;
}

function scopeQueue({ fair, waitsFor }: Scoped): ScopeQueue {
  let doubtful = false;
  let closedUntilMs = -Infinity;
  let probe: Permit | undefined;
  let releases = 0;
  const condition: Condition = {
    waitMs({ clock }) {
      return probe === undefined ? Math.max(0, closedUntilMs - clock.monotonic()) : Infinity;
    },
    take(permit) {
      if (doubtful) probe = permit;
    },
    left(permit) {
      if (probe === permit) probe = undefined;
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
    refused(before, request, { waitMs, filledBy }, clock) {
      doubtful = true;
      limit.filledBy = undefined;
      // If something was released in the meantime, there may be room by now.
      if (before !== releases) return;
      const pollMs = waitMs === Infinity ? POLL_MS : Math.min(waitMs, MOST_POLL_MS);
      closedUntilMs = clock.monotonic() + pollMs;
      if (filledBy === undefined) return;
      // Slots are alike; how much money is needed, only the first of those who wait for it has asked.
      limit.filledBy = (holders) =>
        (fair || limit.queue.first?.permit.request === request) &&
        filledBy(new Set(holders.flatMap(({ elsewhere }) => elsewhere?.id ?? [])));
    },
    released() {
      limit.filledBy = undefined;
      releases++;
      closedUntilMs = -Infinity;
      admitWaiting([limit]);
    },
  };
}

/**
 * The queues of the attempts that have one clock, for each scope in each store. A queue is kept from when a request asks for its scope until the request has failed, or
 * what its permit held in the store is released: until then, new attempts must learn of it here.
 */
export interface ScopeQueues {
  /** The queue of a scope, for one more user. */
  use(values: Values, scoped: Scoped): ScopeQueue;
  /** One user less; without users, the queue is removed. */
  leave(values: Values, scoped: Scoped): void;
}

const byClock = new WeakMap<Clock, ScopeQueues>();

/** The queues of all supervisors with a clock: attempts of one may begin runs of another, and wait for what they hold themselves. */
export function scopeQueuesOf(clock: Clock): ScopeQueues {
  const known = byClock.get(clock) ?? scopeQueues();
  byClock.set(clock, known);
  return known;
}

export function scopeQueues(): ScopeQueues {
  const byStore = new WeakMap<
    Values,
    PassingMap<string, { readonly queue: ScopeQueue; users: number }>
  >();
  return {
    use(values, scoped) {
      let ofStore = byStore.get(values);
      if (ofStore === undefined) byStore.set(values, (ofStore = new PassingMap()));
      let used = ofStore.get(scoped.key);
      if (used === undefined)
        ofStore.set(scoped.key, (used = { queue: scopeQueue(scoped), users: 0 }));
      used.users++;
      return used.queue;
    },
    leave(values, { key }) {
      const ofStore = byStore.get(values);
      const used = ofStore?.get(key);
      if (used !== undefined && --used.users === 0) ofStore?.delete(key);
    },
  };
}
