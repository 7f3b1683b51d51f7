import { finish, turnTaker, type Steps } from "../../async/in-turns.ts";
import { keptApart, type Apart } from "../keep-apart.ts";
import { likeness } from "./near-pairs.ts";
import { postingsOf, type Postings } from "./postings.ts";

/** A text as the words in it: word numbers, each once, with weights of Euclidean length 1. */
export interface SparseVector {
  readonly terms: readonly number[];
  /** As long as `terms`. */
  readonly weights: readonly number[];
}

/** Groups of vectors, and the work of finding them. */
export interface Linked {
  /** Ascending lists of indices, ordered by their first one. Every vector is in one of them. */
  readonly groups: readonly (readonly number[])[];
  /** Words looked up and occurrences gone through. */
  readonly steps: number;
}

interface LinkedCluster {
  /** Index of the vector with which it began. */
  readonly id: number;
  /** The sum of the members, each as often as it counts. */
  readonly sum: Map<number, number>;
  readonly members: number[];
  /** The lowest of `members`. */
  first: number;
  size: number;
  /** No other group is near enough: it stays as it is. */
  finished: boolean;
  /** It is in the current chain. */
  linked: boolean;
}

// Two similarities closer than this are equal, added up in another order.
const SAME = 1e-9;

/** About how many occurrences are visited in all, and how many in any one search at least. */
const MAX_VISITS = 30_000_000;
const LEAST_VISITS = 256;
/** An upper bound of the searches, by the number of vectors. */
const SEARCHES = 5;
/** The cost of noting an occurrence, compared with visiting one. */
const COUNTING = 8;
/** How many groups are compared exactly if a search was cut short. */
const MAX_COMPARED = 8;
/** A group with more words is represented by the heaviest half of this many: the others weigh next to nothing. */
const MAX_WORDS = 1_024;

/**
 * Groups vectors by average link: the two groups whose members are most alike on average (by cosine) are merged
 * until no two reach `threshold`. Vector `i` counts `counts[i]` times. Two groups with members that are `apart` are never
 * merged, however alike they are, so that such members are not in one group by way of a third either.
 *
 * A group is kept as the sum of its vectors: the average cosine between two groups is the product of their sums over
 * the product of their sizes, so no table of pairs is needed, and only groups that share a word are looked at. The
 * work grows with the number of vectors, not with that of pairs: if a search would take more than its share, it
 * goes through the rarest words first and compares the few groups that these find. So it is exact for some hundred
 * texts, and a good approximation beyond.
 */
// Nearest-neighbour chain (Benzécri 1982): follow nearest neighbours until two are each other's, merge them, go on
// from what is left of the chain. A merged group is never more like a third than the better of its parts was, so the
// merges are those of the order "best pair first", and a group with no neighbour within the threshold is finished.
// That holds with groups that are apart too: they are not alike at all, and what is apart from a part is apart from the whole.
// The chain ends because it turns back unless the next step is better than the last by more than SAME. Groups that
// have lost words look less alike from one side than from the other: so that no chain runs in a circle, it never goes
// to a group that is in it already, except back.
export function averageLink(
  vectors: readonly SparseVector[],
  counts: readonly number[],
  threshold: number,
  apart?: Apart,
): Linked {
  return finish(averageLinkSteps(vectors, counts, threshold, apart));
}

/** As {@link averageLink}, in steps. */
export function* averageLinkSteps(
  vectors: readonly SparseVector[],
  counts: readonly number[],
  threshold: number,
  apart: Apart | undefined,
): Steps<Linked> {
  const isTurn = turnTaker();
  const clusters: LinkedCluster[] = [];
  for (const [i, vector] of vectors.entries()) {
    clusters.push(single(vector, i, counts[i] ?? 1));
    if (isTurn(COUNTING * vector.terms.length)) yield;
  }
  const postings = postingsOf(clusters.map(({ sum }) => sum));
  if (isTurn(COUNTING * clusters.reduce((all, { sum }) => all + sum.size, 0))) yield;
  for (const { sum } of clusters) {
    forgetLonely(sum, postings);
    if (isTurn(COUNTING * sum.size)) yield;
  }
  const mostVisits = Math.max(
    LEAST_VISITS,
    Math.floor(MAX_VISITS / (SEARCHES * Math.max(1, vectors.length))),
  );
  const kept = apart === undefined ? undefined : keptApart(vectors.length, apart);
  let compared = 0;
  const steps = (): number => postings.steps() + compared + (kept?.steps() ?? 0);

  function counted(a: LinkedCluster, b: LinkedCluster): number {
    compared += Math.min(a.sum.size, b.sum.size);
    return likeness(a, b);
  }

  function nearest(
    cluster: LinkedCluster,
    before: LinkedCluster | undefined,
  ): LinkedCluster | undefined {
    const { found, products, whole } = postings.search(cluster.id, cluster.sum, mostVisits);
    const alike = (id: number): number =>
      (products[id] ?? 0) / (cluster.size * (clusters[id]?.size ?? 1));
    const mayJoin = (id: number): boolean => kept?.mayJoin(cluster.id, id) ?? true;
    const promising = whole ? found : topOf(found, alike, mayJoin);
    const back = before === undefined ? 0 : whole ? alike(before.id) : counted(cluster, before);
    let best: LinkedCluster | undefined;
    let most = threshold - SAME;
    for (const id of promising) {
      const other = clusters[id];
      if (other === undefined || (other.linked && other !== before)) continue;
      const exact = whole ? alike(id) : counted(cluster, other);
      const better =
        exact > most || (exact === most && best !== undefined && other.first < best.first);
      if (!better || (whole && other !== before && !mayJoin(id))) continue;
      best = other;
      most = exact;
    }
    for (const id of found) products[id] = 0;
    // The pair that led here was near enough, whether or not this search found it.
    return before !== undefined && back >= most - SAME ? before : best;
  }

  function merge(a: LinkedCluster, b: LinkedCluster): LinkedCluster {
    // The larger group takes the smaller one in, so that a member moves only a few times.
    const [into, from] = a.members.length >= b.members.length ? [a, b] : [b, a];
    for (const [term, weight] of from.sum) into.sum.set(term, (into.sum.get(term) ?? 0) + weight);
    for (const member of from.members) into.members.push(member);
    into.first = Math.min(into.first, from.first);
    into.size += from.size;
    from.sum.clear();
    postings.merge(from.id, into.id);
    kept?.join(from.id, into.id);
    if (into.sum.size > MAX_WORDS) keepHeaviest(into.sum, MAX_WORDS / 2);
    return into;
  }

  const merged = new Set<LinkedCluster>();
  for (const start of clusters) {
    const chain: LinkedCluster[] = [];
    let current: LinkedCluster | undefined = merged.has(start) ? undefined : start;
    while (current !== undefined && !current.finished) {
      const before = chain.at(-1);
      const stepsBefore = steps();
      const next = nearest(current, before);
      if (isTurn(steps() - stepsBefore)) yield;
      if (next === undefined) {
        current.finished = true;
        postings.remove(current.id);
        current = chain.pop();
        if (current !== undefined) current.linked = false;
      } else if (next === before) {
        chain.pop();
        const both: LinkedCluster = merge(current, next);
        merged.add(both === next ? current : next);
        both.linked = false;
        current = chain.pop() ?? both;
        current.linked = false;
      } else {
        current.linked = true;
        chain.push(current);
        current = next;
      }
    }
  }
  const groups = clusters
    .filter((cluster) => !merged.has(cluster))
    .map(({ members }) => members.toSorted((a, b) => a - b))
    .sort(([a = 0], [b = 0]) => a - b);
  return { groups, steps: steps() };
}

function single(vector: SparseVector, id: number, size: number): LinkedCluster {
  const sum = new Map<number, number>();
  vector.terms.forEach((term, i) => sum.set(term, (vector.weights[i] ?? 0) * size));
  return { id, sum, members: [id], first: id, size, finished: false, linked: false };
}

/** A word of one vector only connects nothing. */
function forgetLonely(sum: Map<number, number>, postings: Postings): void {
  for (const term of sum.keys()) if (postings.often(term) < 2) sum.delete(term);
}

/** The few of `found` that are most alike, of those that may be `taken`; the first found first where they are equally so. */
function topOf(
  found: readonly number[],
  alike: (id: number) => number,
  taken: (id: number) => boolean,
): readonly number[] {
  const top: number[] = [];
  const scores: number[] = [];
  let least = -Infinity;
  for (const id of found) {
    const score = alike(id);
    if (score <= least || !taken(id)) continue;
    let place = top.length;
    while (place > 0 && score > (scores[place - 1] ?? 0)) place--;
    top.splice(place, 0, id);
    scores.splice(place, 0, score);
    if (top.length <= MAX_COMPARED) continue;
    top.pop();
    scores.pop();
    least = scores[MAX_COMPARED - 1] ?? least;
  }
  return top;
}

function keepHeaviest(sum: Map<number, number>, most: number): void {
  const heaviest = [...sum].sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || a - b);
  sum.clear();
  for (const [term, weight] of heaviest.slice(0, most)) sum.set(term, weight);
}
