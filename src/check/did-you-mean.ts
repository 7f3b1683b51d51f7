/** How many letters may be wrong, swapped, missing or too many: one in a short name, two in a longer one. */
const LONG = 6;

/**
 * The name that somebody may have meant, to end a message with: the same but for case, or a letter or two; or one that begins with what
 * was given, or with which that begins. `undefined` where none is near.
 */
export function didYouMean(given: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  const meant = given.toLowerCase();
  const lower = all.map((name) => name.toLowerCase());
  const near = (name: string): boolean => {
    const shorter = Math.min(meant.length, name.length);
    // Names of one letter are all one letter apart.
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

/** The most letters that are looked at: no name is longer, and the work grows with their square. */
const MAX_LETTERS = 100;

/**
 * How many letters have to be changed, added, left out or swapped with the next: the optimal string alignment distance (R. Wagner, R. Lowrance,
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
