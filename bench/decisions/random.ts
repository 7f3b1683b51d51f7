export { seeded } from "../../src/eval/quality.ts";

/** `count` of these, drawn without repetition, in a random order. */
export function draw<T>(from: readonly T[], count: number, random: () => number): readonly T[] {
  const pool = [...from];
  const end = Math.min(count, pool.length);
  for (let i = 0; i < end; i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j] as T, pool[i] as T];
  }
  return pool.slice(0, end);
}
