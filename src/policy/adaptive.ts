/** How many attempts what they call can take at once, as learned from which of them it turned away. */
export interface Adaptive {
  /** How many may be in flight. */
  readonly limit: number;
  /** One was answered, while so many were in flight with it. */
  answered(inFlight: number): void;
  /**
   * One was turned away at `nowMs`, while so many were in flight with it. Whether that is news: those that were admitted before
   * the last time it was are of the same burst.
   */
  turnedAway(inFlight: number, admittedMs: number, nowMs: number): boolean;
}

const DECREASE = 0.5;
/** For so many rounds nothing is tried where the next step is the one that failed the last time. */
const PATIENCE = 8;

/**
 * Additive increase, multiplicative decrease (Chiu and Jain 1989), as TCP has it (RFC 5681, 3.1): one more after as many
 * answers as may be in flight, half of what was in flight at the first refusal of a burst. An answer counts only where all
 * that may be in flight was: else it says nothing about more of them (RFC 7661). As in CUBIC (RFC 9438, 4.1) it stays for a
 * while below where it was turned away the last time, and is fast before and after: most of the time is spent near what
 * there is room for. Between 1 and `most`; begins with `most`.
 */
export function adaptive(most: number): Adaptive {
  // The limit and what has been gained towards the next one.
  let size = most;
  let toldAt = Infinity;
  let toldMs = -Infinity;
  return {
    get limit() {
      return Math.floor(size);
    },
    answered(inFlight) {
      if (size >= most || inFlight < Math.floor(size)) return;
      const rounds = size >= toldAt - 1 ? PATIENCE : 1;
      size = Math.min(most, size + 1 / (rounds * size));
      if (size >= toldAt) toldAt = Infinity;
    },
    turnedAway(inFlight, admittedMs, nowMs) {
      if (admittedMs <= toldMs) return false;
      toldMs = nowMs;
      toldAt = Math.min(size, inFlight);
      size = Math.max(1, toldAt * DECREASE);
      return true;
    },
  };
}
