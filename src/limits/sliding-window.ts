const MINUTE_MS = 60_000;
const SLICE_MS = 250;
// The slice that has begun, and as many as the minute before it has.
const SLICES = MINUTE_MS / SLICE_MS + 1;

/** Counts something over any 60 seconds. Times are monotonic, in ms; an amount above the limit counts as the limit. */
export interface SlidingWindow {
  /** How long this much more has to wait, in ms. An amount of 0 counts as 1: an attempt that states no tokens still uses some. */
  waitMs(amount: number, nowMs: number): number;
  /** Counts this much, even if it does not fit. */
  add(amount: number, nowMs: number): void;
  /** Corrects an earlier amount to what it really was. A lower amount is taken back, as far as it still counts; a higher one counts now. */
  correct(amount: number, really: number, addedMs: number, nowMs: number): void;
}

/**
 * At most `limit` in any 60 seconds. A sliding window, not a token bucket, which lets through twice its limit in its first
 * minute. Amounts are kept by the quarter of a second and count until that is a minute old: so the memory is the same for
 * any limit, and a minute is up to 60.25 s.
 */
export function slidingWindow(limit: number): SlidingWindow {
  const slices = new Float64Array(SLICES);
  let current = -Infinity;
  let total = 0;

  function advance(nowMs: number): void {
    const slice = Math.floor(nowMs / SLICE_MS);
    const oldest = Math.max(current + 1, slice - SLICES + 1);
    // A clock that went back counts as standing still.
    for (let next = oldest; next <= slice; next++) {
      const place = placeOf(next);
      total -= slices[place] ?? 0;
      slices[place] = 0;
    }
    current = Math.max(current, slice);
  }

  function change(slice: number, amount: number): void {
    const place = placeOf(slice);
    slices[place] = (slices[place] ?? 0) + amount;
    total += amount;
  }

  return {
    waitMs(amount, nowMs) {
      advance(nowMs);
      let left = total + Math.max(1, Math.min(amount, limit));
      if (left <= limit) return 0;
      let slice = current - SLICES;
      while (left > limit && slice < current) left -= slices[placeOf(++slice)] ?? 0;
      return Math.max(1, (slice + SLICES) * SLICE_MS - nowMs);
    },
    add(amount, nowMs) {
      advance(nowMs);
      change(current, Math.min(amount, limit));
    },
    correct(amount, really, addedMs, nowMs) {
      advance(nowMs);
      const more = Math.min(really, limit) - Math.min(amount, limit);
      if (more >= 0) return change(current, more);
      const slice = Math.floor(addedMs / SLICE_MS);
      if (slice > current - SLICES && slice <= current) change(slice, more);
    },
  };
}

function placeOf(slice: number): number {
  return ((slice % SLICES) + SLICES) % SLICES;
}
