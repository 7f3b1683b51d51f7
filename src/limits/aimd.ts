/** How many attempts a service can take at once, as learned from which of them it rejected. */
export interface AdaptiveLimit {
  /** How many may be in flight. */
  readonly limit: number;
  /** An attempt was answered, while this many were in flight, including it. */
  answered(inFlight: number): void;
  /**
   * An attempt was rate-limited at `nowMs`, while this many were in flight, including it. Returns whether a burst begins with it: attempts that were
   * admitted before belong to the same burst.
   */
  turnedAway(inFlight: number, admittedMs: number, nowMs: number): boolean;
}

/** How many may be in flight at first if nobody says how many may be. */
const FIRST = 64;
const DECREASE = 0.5;
/** What part of the way to the last rejection is made up for in a round. */
const APPROACH = 0.25;
/** For this many rounds nothing is tried if the next step is the one that failed last. */
const PATIENCE = 8;

/**
 * Additive increase, multiplicative decrease (Chiu and Jain 1989), as in TCP (RFC 5681, 3.1): one more in a round, which is
 * as many answers as may be in flight; when a burst begins to be rejected, half of what was in flight, or the part of it that was
 * not rejected if that is less. An answer counts only if all that may be in flight was: otherwise it says nothing about
 * more of them (RFC 7661). As in CUBIC (RFC 9438, 4.1) it returns fast to the last rejection and stays
 * below that for a while: most of the time is spent near the real limit. Between 1 and `most`; begins with `most`. If that is
 * `Infinity` it begins with 64, and until the first rejection every answer lets one more in, so that a round doubles it (slow start, RFC
 * 5681, 3.1): thousands of calls that begin at once would nearly all be rejected.
 */
export function aimd(most: number): AdaptiveLimit {
  // The limit and the progress towards the next one.
  let size = most === Infinity ? FIRST : most;
  let isStarting = size < most;
  /** The size at the last rejection, as far as it is known. */
  let toldAt = Infinity;
  const burst = { atMs: -Infinity, inFlight: 0, away: 0 };
  return {
    get limit() {
      return Math.floor(size);
    },
    answered(inFlight) {
      if (size >= most || inFlight < Math.floor(size)) return;
      size = Math.min(most, size + (isStarting ? 1 : stepFrom(size, toldAt) / size));
      if (size >= toldAt) toldAt = Infinity;
    },
    turnedAway(inFlight, admittedMs, nowMs) {
      isStarting = false;
      const isNew = admittedMs > burst.atMs;
      if (isNew) Object.assign(burst, { atMs: nowMs, inFlight: Math.min(size, inFlight), away: 0 });
      burst.away++;
      const taken = Math.max(1, Math.floor(burst.inFlight) - burst.away);
      toldAt = taken + 1;
      size = Math.max(1, Math.min(size, burst.inFlight * DECREASE, taken));
      return isNew;
    },
  };
}

/** How much is gained in a round. */
function stepFrom(size: number, toldAt: number): number {
  if (toldAt === Infinity) return 1;
  const gap = toldAt - 1 - size;
  return gap > 0 ? 1 + gap * APPROACH : 1 / PATIENCE;
}
