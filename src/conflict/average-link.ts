/** A text as the words in it: word numbers, each once, with weights of Euclidean length 1. */
export interface SparseVector {
  readonly terms: readonly number[];
  /** As long as `terms`. */
  readonly weights: readonly number[];
}

interface Cluster {
  /** Index of the cluster, and of the vector that it began with. */
  readonly id: number;
  /** The sum of the members, each as often as it counts. */
  readonly sum: Map<number, number>;
  readonly members: number[];
  /** The lowest of `members`. */
  first: number;
  size: number;
  /** Nothing else is near enough: it stays as it is. */
  finished: boolean;
}

// Two similarities closer than this are the same one, added up in another order.
const SAME = 1e-9;

/** After so many additions (a second or two) nothing more is merged. */
const MAX_STEPS = 400_000_000;

/**
 * Groups vectors by average link: the two groups whose members are most alike on average (by cosine) are merged
 * until no two reach `threshold`. Vector `i` counts `counts[i]` times. Answers ascending lists of indices, ordered
 * by their first one.
 *
 * A group is kept as the sum of its vectors: the average cosine between two groups is the product of their sums over
 * the product of their sizes, so no table of pairs is needed, and only groups that share a word are looked at.
 */
// Nearest-neighbour chain (Benzécri 1982): follow nearest neighbours until two are each other's, merge them, go on
// from what is left of the chain. A merged group is never more like a third than the better of its parts was, so the
// merges are those of the order "best pair first", and a group with no neighbour within the threshold is finished.
// The chain ends because it turns back unless the next step is better than the last by more than SAME.
export function averageLink(
  vectors: readonly SparseVector[],
  counts: readonly number[],
  threshold: number,
): readonly (readonly number[])[] {
  const clusters = vectors.map((vector, i) => single(vector, i, counts[i] ?? 1));
  const clusterOf = Int32Array.from(vectors, (_, i) => i);
  const occurrences = invert(clusters);
  const products = new Float64Array(vectors.length);
  let steps = 0;

  function nearest(cluster: Cluster, before: Cluster | undefined): Cluster | undefined {
    const touched: number[] = [];
    for (const [term, weight] of cluster.sum) {
      const { vectors: where, weights } = occurrences[term] ?? NOWHERE;
      steps += where.length;
      for (let i = 0; i < where.length; i++) {
        const other = clusterOf[where[i] ?? 0] ?? 0;
        if (products[other] === 0) touched.push(other);
        products[other] = (products[other] ?? 0) + weight * (weights[i] ?? 0);
      }
    }
    let best: Cluster | undefined;
    let most = threshold - SAME;
    let back = 0;
    for (const id of touched) {
      const other = clusters[id];
      if (other !== undefined && other !== cluster && !other.finished) {
        const likeness = (products[id] ?? 0) / (cluster.size * other.size);
        if (
          likeness > most ||
          (likeness === most && best !== undefined && other.first < best.first)
        ) {
          best = other;
          most = likeness;
        }
        if (other === before) back = likeness;
      }
      products[id] = 0;
    }
    return best !== undefined && back >= most - SAME ? before : best;
  }

  function merge(a: Cluster, b: Cluster): Cluster {
    const [into, from] = a.sum.size >= b.sum.size ? [a, b] : [b, a];
    for (const [term, weight] of from.sum) into.sum.set(term, (into.sum.get(term) ?? 0) + weight);
    for (const member of from.members) {
      clusterOf[member] = into.id;
      into.members.push(member);
    }
    into.first = Math.min(into.first, from.first);
    into.size += from.size;
    from.sum.clear();
    return into;
  }

  for (let start = 0; start < vectors.length; start++) {
    const chain: Cluster[] = [];
    let current = clusters[clusterOf[start] ?? 0];
    while (current !== undefined && !current.finished && steps < MAX_STEPS) {
      const before = chain.at(-1);
      const next = nearest(current, before);
      if (next === undefined) {
        current.finished = true;
        current = chain.pop();
      } else if (next === before) {
        chain.pop();
        const merged = merge(current, next);
        current = chain.pop() ?? merged;
      } else {
        chain.push(current);
        current = next;
      }
    }
  }
  return clusters
    .filter(({ id }) => clusterOf[id] === id)
    .map(({ members }) => members.toSorted((a, b) => a - b))
    .sort(([a = 0], [b = 0]) => a - b);
}

interface Occurrences {
  readonly vectors: number[];
  readonly weights: number[];
}

const NOWHERE: Occurrences = { vectors: [], weights: [] };

/** By word, where it occurs, with its weight there. Words of one vector only connect nothing and are left out. */
function invert(clusters: readonly Cluster[]): readonly (Occurrences | undefined)[] {
  const occurrences: Occurrences[] = [];
  for (const { id, sum } of clusters) {
    for (const [term, weight] of sum) {
      const found = (occurrences[term] ??= { vectors: [], weights: [] });
      found.vectors.push(id);
      found.weights.push(weight);
    }
  }
  return occurrences.map((found) => (found.vectors.length > 1 ? found : undefined));
}

function single(vector: SparseVector, id: number, size: number): Cluster {
  const sum = new Map<number, number>();
  vector.terms.forEach((term, i) => sum.set(term, (vector.weights[i] ?? 0) * size));
  return { id, sum, members: [id], first: id, size, finished: false };
}
