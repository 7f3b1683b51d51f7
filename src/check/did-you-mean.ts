/** From this length on, a name may have two letters wrong, swapped, missing or too many; a shorter one only one. */
const LONG = 6;

/**
 * The name that a caller may have meant, for the end of a message: the same except for case, or for a letter or two; or one that begins with
 * the given name, or the other way round. `undefined` if none is near.
 */
export function didYouMean(given: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  const meant = given.toLowerCase();
  const lower = all.map((name) => name.toLowerCase());
  const near = (name: string): boolean => {
    const shorter = Math.min(meant.length, name.length);
    // All names of one letter are one letter apart.
    return shorter > 1 && distance(meant, name) <= (shorter < LONG ? 1 : 2);
  };
  const index = [
    lower.indexOf(meant),
    lower.findIndex(near),
    lower.findIndex((name) => meant !== "" && name.startsWith(meant)),
    lower.findIndex((name) => name !== "" && meant.startsWith(name)),
  ].find((found) => found !== -1);
  return index === undefined ? undefined : all[index];
}

/** The most letters that are compared: no name is longer, and the work grows with their square. */
const MAX_LETTERS = 100;

/**
 * How many letters must be changed, added, left out or swapped with the next: the optimal string alignment distance (R. Wagner, R. Lowrance,
 * "An Extension of the String-to-String Correction Problem", 1975, restricted to edits that do not overlap).
 */
function distance(one: string, other: string): number {
  const [a, b] = [one.slice(0, MAX_LETTERS), other.slice(0, MAX_LETTERS)];
  let before: readonly number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + same,
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
