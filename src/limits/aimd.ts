/** How many attempts what they call can take at once, as learned from which of them it turned away. */
export interface AdaptiveLimit {
  /** How many may be in flight. */
  readonly limit: number;
  /** One was answered, while so many were in flight with it. */
  answered(inFlight: number): void;
  /**
   * One was turned away at `nowMs`, while so many were in flight with it. Whether a burst begins with it: those that were
   * admitted before that are of the same one.
   */
  turnedAway(inFlight: number, admittedMs: number, nowMs: number): boolean;
}

const DECREASE = 0.5;
/** Which part of the way to where something was turned away is made up for in a round. */
const APPROACH = 0.25;
/** For so many rounds nothing is tried where the next step is the one that failed the last time. */
const PATIENCE = 8;

/**
 * Additive increase, multiplicative decrease (Chiu and Jain 1989), as TCP has it (RFC 5681, 3.1): one more in a round, which is
 * as many answers as may be in flight; half of what was in flight when a burst begins to be turned away, or what of it was
 * not turned away where that is less. An answer counts only where all that may be in flight was: else it says nothing about
 * more of them (RFC 7661). As in CUBIC (RFC 9438, 4.1) it comes back fast to where it was turned away the last time and stays
 * below that for a while: most of the time is spent near what there is room for. Between 1 and `most`; begins with `most`.
 */
export function aimd(most: number): AdaptiveLimit {
  // The limit and what has been gained towards the next one.
  let size = most;
  /** Where something was turned away the last time, as far as is known. */
  let toldAt = Infinity;
  const burst = { atMs: -Infinity, inFlight: 0, away: 0 };
  return {
    get limit() {
      return Math.floor(size);
    },
    answered(inFlight) {
      if (size >= most || inFlight < Math.floor(size)) return;
      size = Math.min(most, size + stepFrom(size, toldAt) / size);
      if (size >= toldAt) toldAt = Infinity;
    },
    turnedAway(inFlight, admittedMs, nowMs) {
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
