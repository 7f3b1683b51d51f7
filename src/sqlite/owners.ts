import { cut } from "../model/text.ts";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../async/clock.ts";
import { isNoProcess, thisPlace } from "./process-identity.ts";

/**
 * Stores of this process that were closed but could not record that in their file. Other stores cannot tell them from open ones, since their
 * process is alive.
 */
const closed = new Set<number>();

/** How many times an owner shows that it is alive within the time after which it counts as gone. */
export const BEATS_PER_LEASE = 3;

/** The possible owners of runs: the stores, of any process, that have this file open. This store is one of them. */
export interface Owners {
  /** This store's id: random, so that no id is used twice. */
  readonly id: number;
  /** In an open transaction: records that this store is alive, if that is due. */
  beat(): void;
  /** To be called when the transaction was rolled back, with what `beat` wrote. */
  undone(): void;
  /** Removes this store as an owner. */
  leave(): void;
  /**
   * A description of an owner, by its id, if it is alive; `undefined` if it is gone. To be called for each reading, since it checks the clock and
   * this machine's processes.
   */
  living(): (owner: number | null) => string | undefined;
}

/**
 * An owner is gone if it has left, has been silent for its own `leaseMs`, or is of this machine and its process does not exist. A process that was
 * suspended for longer is not asked: if its runs were taken in the meantime, their fence refuses its appends.
 */
export function ownersTable(db: DatabaseSync, leaseMs: number, clock: Pick<Clock, "now">): Owners {
  // 48 bits, so that it is an exact number.
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
  // Half the time between two beats, so that one that comes early is not skipped.
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
