/** The same numbers for the same seed, on every machine: mulberry32, 0 (included) to 1 (not). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` of these, drawn without repetition; in another order than they came. */
export function draw<T>(from: readonly T[], count: number, random: () => number): readonly T[] {
  const pool = [...from];
  const end = Math.min(count, pool.length);
  for (let i = 0; i < end; i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j] as T, pool[i] as T];
  }
  return pool.slice(0, end);
}
