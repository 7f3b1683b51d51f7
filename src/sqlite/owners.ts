import { cut } from "../model/text.ts";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../async/clock.ts";
import { isNoProcess, thisPlace } from "./place.ts";

/**
 * Stores of this process that were closed and could not say so in their file. Nobody else can tell them from those that live, as their
 * process does.
 */
const closed = new Set<number>();

/** How often an owner shows itself within the time after which it counts as gone. */
export const BEATS_PER_LEASE = 3;

/** Who may own runs: the stores, of any process, that have this file open. This store is one of them. */
export interface Owners {
  /** This store's own id: random, so that none is ever used again. */
  readonly id: number;
  /** For an open transaction: shows that this store lives, when that is due. */
  beat(): void;
  /** The transaction was undone, and with it what `beat` wrote. */
  undone(): void;
  /** Nobody owns anything through this store any more. */
  leave(): void;
  /**
   * Whether an owner, by its id, lives, in some words for a person; `undefined` when it is gone. Asked again for each
   * reading: it looks at the clock and at the processes of this machine.
   */
  living(): (owner: number | null) => string | undefined;
}

/**
 * An owner is gone when it has left, when it has not shown itself for its own `leaseMs`, or when it is of this machine and
 * its process does not exist. A process that was stopped for longer than that is not asked: what it appends to runs that
 * were taken meanwhile is refused by their fence.
 */
export function ownersTable(db: DatabaseSync, leaseMs: number, clock: Pick<Clock, "now">): Owners {
  // 48 bits, so that it stays an exact number.
  const id = Math.floor(Math.random() * 2 ** 48);
  const { host, space } = thisPlace();
  const show = db.prepare(`
    INSERT INTO owners (owner, pid, host, space, lease_ms, seen_ms) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (owner) DO UPDATE SET seen_ms = excluded.seen_ms`);
  const removeSilent = db.prepare("DELETE FROM owners WHERE seen_ms + lease_ms < ?");
  const remove = db.prepare("DELETE FROM owners WHERE owner = ?");
  const select = db.prepare(
    "SELECT pid, host, space, lease_ms, seen_ms FROM owners WHERE owner = ?",
  );
  // Half of what lies between two beats, so that one which comes early is not left out.
  const leastMs = leaseMs / BEATS_PER_LEASE / 2;
  let shown = false;
  let shownAtMs = -Infinity;

  function describe(owner: number, nowMs: number): string | undefined {
    if (owner === id) return "this store";
    if (closed.has(owner)) return undefined;
    const row = select.get(owner);
    if (row === undefined) return undefined;
    const pid = Number(row["pid"]);
    const silentMs = nowMs - Number(row["seen_ms"]);
    const ownLeaseMs = Number(row["lease_ms"]);
    if (silentMs > ownLeaseMs) return undefined;
    if (row["host"] === host && row["space"] === space && isNoProcess(pid)) return undefined;
    const seen = `last seen ${Math.max(0, Math.round(silentMs / 1000))} s ago, gone after ${ownLeaseMs / 1000} s of silence`;
    return `process ${pid} on host ${JSON.stringify(cut(String(row["host"]), 100))} (${seen})`;
  }

  return {
    id,
    beat() {
      const nowMs = clock.now();
      // A clock that was set back must not silence it.
      if (Math.abs(nowMs - shownAtMs) < leastMs) return;
      if (!shown) removeSilent.run(nowMs);
      show.run(id, process.pid, host, space, leaseMs, nowMs);
      shown = true;
      shownAtMs = nowMs;
    },
    undone() {
      shownAtMs = -Infinity;
    },
    leave() {
      if (!shown) return;
      closed.add(id);
      remove.run(id);
      closed.delete(id);
    },
    living() {
      const nowMs = clock.now();
      const known = new Map<number, string | undefined>();
      return (owner) => {
        if (owner === null) return undefined;
        if (!known.has(owner)) known.set(owner, describe(owner, nowMs));
        return known.get(owner);
      };
    },
  };
}
