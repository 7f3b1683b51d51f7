/** By word, in which groups it occurs and with which weight. Groups are known by the index with which they began. */
export interface Postings {
  /** In how many groups a word occurred at first. */
  readonly often: (term: number) => number;
  /**
   * The product of a group's sum with those of the groups that share a word with it. The rarest words are visited
   * first, and about `mostVisits` occurrences at most. The caller resets the `products` of the groups found to 0.
   */
  readonly search: (
    id: number,
    sum: ReadonlyMap<number, number>,
    mostVisits: number,
  ) => SearchResult;
  /** From now on, occurrences in `from` are in `into`. */
  readonly merge: (from: number, into: number) => void;
  /** A finished group, which is not found again. */
  readonly remove: (id: number) => void;
  /** Words looked up and occurrences visited so far. */
  readonly steps: () => number;
}

export interface SearchResult {
  readonly found: readonly number[];
  /** By group. If the search was cut short, only lower bounds. */
  readonly products: Float64Array;
  /** Whether all words were visited. */
  readonly whole: boolean;
}

// A word's occurrences stand in one stretch of two long arrays. Merged groups leave several occurrences of one group:
// a visit adds them up, and drops those of removed groups. So stretches shrink as groups grow.
const GONE = -1;
const SIZES = 32;

/** The postings of groups with one member each: their words with weights. */
export function postingsOf(sums: readonly ReadonlyMap<number, number>[]): Postings {
  let terms = 0;
  for (const sum of sums) for (const term of sum.keys()) terms = Math.max(terms, term + 1);
  const length = new Int32Array(terms);
  for (const sum of sums) for (const term of sum.keys()) length[term] = (length[term] ?? 0) + 1;
  const often = length.slice();
  const start = new Int32Array(terms);
  let total = 0;
  for (let term = 0; term < terms; term++) {
    start[term] = total;
    total += length[term] ?? 0;
  }
  const groupAt = new Int32Array(total);
  const weightAt = new Float64Array(total);
  const filled = start.slice();
  sums.forEach((sum, id) => {
    for (const [term, weight] of sum) {
      const at = filled[term] ?? 0;
      groupAt[at] = id;
      weightAt[at] = weight;
      filled[term] = at + 1;
    }
  });

  const parent = Int32Array.from(sums, (_, id) => id);
  const products = new Float64Array(sums.length);
  const foundIn = new Int32Array(sums.length);
  const placeOf = new Int32Array(sums.length);
  const seenIn = new Int32Array(sums.length);
  let searches = 0;
  let visits = 0;
  let steps = 0;

  /** The group that a vector is in by now. */
  function groupOf(vector: number): number {
    let at = vector;
    for (;;) {
      const above = parent[at] ?? GONE;
      if (above === at || above === GONE) return above;
      const over = parent[above] ?? GONE;
      if (over === GONE) return GONE;
      parent[at] = over;
      at = over;
    }
  }

  /** Visits at most `most` occurrences of a word, and compacts them on the way. */
  function visit(term: number, weight: number, id: number, most: number, found: number[]): number {
    const from = start[term] ?? 0;
    let end = from + (length[term] ?? 0);
    let at = from;
    visits++;
    while (at < end && at - from < most) {
      steps++;
      const group = groupOf(groupAt[at] ?? 0);
      const again = group !== GONE && seenIn[group] === visits;
      if (group === GONE || again) {
        if (again) {
          const place = placeOf[group] ?? 0;
          const more = weightAt[at] ?? 0;
          weightAt[place] = (weightAt[place] ?? 0) + more;
          if (group !== id) products[group] = (products[group] ?? 0) + weight * more;
        }
        end--;
        groupAt[at] = groupAt[end] ?? 0;
        weightAt[at] = weightAt[end] ?? 0;
        continue;
      }
      groupAt[at] = group;
      seenIn[group] = visits;
      placeOf[group] = at;
      if (group !== id) {
        if (foundIn[group] !== searches) {
          foundIn[group] = searches;
          found.push(group);
        }
        products[group] = (products[group] ?? 0) + weight * (weightAt[at] ?? 0);
      }
      at++;
    }
    length[term] = end - from;
    return at - from;
  }

  function search(id: number, sum: ReadonlyMap<number, number>, mostVisits: number): SearchResult {
    searches++;
    steps += sum.size;
    const found: number[] = [];
    let all = 0;
    for (const term of sum.keys()) all += length[term] ?? 0;
    if (all <= mostVisits) {
      for (const [term, weight] of sum) visit(term, weight, id, Infinity, found);
      return { found, products, whole: true };
    }
    let left = mostVisits;
    for (const terms of bySize(sum.keys(), length)) {
      for (const term of terms) {
        if (left <= 0) return { found, products, whole: false };
        left -= visit(term, sum.get(term) ?? 0, id, left, found);
      }
    }
    return { found, products, whole: left > 0 };
  }

  return {
    often: (term) => often[term] ?? 0,
    search,
    merge: (from, into) => void (parent[from] = into),
    remove: (id) => void (parent[id] = GONE),
    steps: () => steps,
  };
}

/** Words by how many occurrences they have, to a factor of two, the rarest first. */
function bySize(terms: Iterable<number>, length: Int32Array): readonly (readonly number[])[] {
  const sizes: number[][] = [];
  for (const term of terms) {
    const size = SIZES - Math.clz32(length[term] ?? 0);
    (sizes[size] ??= []).push(term);
  }
  return sizes.filter((found) => found.length > 0);
}
