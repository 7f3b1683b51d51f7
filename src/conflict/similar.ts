import { QuorateError } from "../errors.ts";
import { averageLink, type SparseVector } from "./average-link.ts";
import type { Candidate, Comparator, Group } from "./compare.ts";
import { words } from "./words.ts";

/** How {@link similar} compares texts. */
export interface SimilarOptions {
  /**
   * How alike two groups of texts must be on average to be one, as a cosine between 0 (no word in common) and 1
   * (the same words). Default 0.25.
   */
  readonly threshold?: number;
}

const DEFAULT_THRESHOLD = 0.25;

/** Above so many distinct texts only those with the same words are grouped. */
export const MAX_SIMILAR_TEXTS = 5_000;

/** Bounds the pairs of occurrences of one word, summed over the words; the most common words are left out first. */
const MAX_PAIRS = 50_000_000;

/**
 * Texts that say the same in similar words are the same position; the one most like its whole group stands for it.
 * Lexical: TF-IDF with identifiers split, compared by cosine and grouped by average link. No model is asked. Only
 * the first 4,000 characters of a text count. Values that are not texts are compared by equality, and so are texts
 * when there are more than 5,000 distinct ones.
 */
export function similar(options: SimilarOptions = {}): Comparator {
  const { threshold = DEFAULT_THRESHOLD } = options;
  if (typeof threshold !== "number" || !(threshold > 0 && threshold <= 1)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `similar: threshold is ${String(threshold)}; use a number above 0, at most 1`,
    );
  }
  return Object.freeze({
    name: "similar",
    definition: { threshold },
    group: (candidates: readonly Candidate[]) => ({ groups: groupTexts(candidates, threshold) }),
  });
}

interface Wording {
  readonly words: readonly string[];
  /** Indices of the candidates that consist of these words. */
  readonly candidates: number[];
  heldBy: number;
}

function groupTexts(candidates: readonly Candidate[], threshold: number): readonly Group[] {
  const groups: Group[] = [];
  const wordings = new Map<string, Wording>();
  candidates.forEach(({ value, heldBy }, i) => {
    const found = typeof value === "string" ? words(value) : [];
    if (found.length === 0) {
      groups.push({ value, members: [i] });
      return;
    }
    const key = found.join(" ");
    const wording = wordings.get(key) ?? { words: found, candidates: [], heldBy: 0 };
    wordings.set(key, wording);
    wording.candidates.push(i);
    wording.heldBy += heldBy;
  });
  for (const members of cluster([...wordings.values()], threshold)) {
    const indices = members.flatMap((wording) => wording.candidates);
    const [nearest = 0] = indices;
    groups.push({ value: candidates[nearest]?.value ?? null, members: indices });
  }
  return groups;
}

/** The groups, each with the wording most like the whole group first. */
function cluster(wordings: readonly Wording[], threshold: number): readonly (readonly Wording[])[] {
  if (wordings.length === 1 || wordings.length > MAX_SIMILAR_TEXTS)
    return wordings.map((wording) => [wording]);
  const vectors = vectorsOf(wordings);
  const counts = wordings.map(({ heldBy }) => heldBy);
  return averageLink(vectors, counts, threshold).map((members) => {
    const likeness = likenessToSum(members, vectors, counts);
    return members
      .toSorted((a, b) => (likeness.get(b) ?? 0) - (likeness.get(a) ?? 0) || a - b)
      .flatMap((index) => wordings[index] ?? []);
  });
}

function likenessToSum(
  members: readonly number[],
  vectors: readonly SparseVector[],
  counts: readonly number[],
): ReadonlyMap<number, number> {
  const sum = new Map<number, number>();
  const eachTerm = (index: number, use: (term: number, weight: number) => void): void =>
    vectors[index]?.terms.forEach((term, i) => use(term, vectors[index]?.weights[i] ?? 0));
  for (const index of members) {
    eachTerm(index, (term, weight) =>
      sum.set(term, (sum.get(term) ?? 0) + weight * (counts[index] ?? 1)),
    );
  }
  const likeness = new Map<number, number>();
  for (const index of members) {
    let product = 0;
    eachTerm(index, (term, weight) => (product += weight * (sum.get(term) ?? 0)));
    likeness.set(index, product);
  }
  return likeness;
}

/**
 * TF-IDF vectors of length 1. A word weighs (1 + ln n) × (1 + ln((1 + texts) / (1 + texts with it))) where n is how
 * often the text has it: scikit-learn's `TfidfVectorizer` with `sublinear_tf`.
 */
function vectorsOf(wordings: readonly Wording[]): readonly SparseVector[] {
  const bags = wordings.map((wording) => bagOf(wording.words));
  const holders = new Map<string, number>();
  const occurrences = new Map<string, number>();
  bags.forEach((bag, i) => {
    for (const word of bag.keys()) {
      holders.set(word, (holders.get(word) ?? 0) + (wordings[i]?.heldBy ?? 0));
      occurrences.set(word, (occurrences.get(word) ?? 0) + 1);
    }
  });
  const texts = wordings.reduce((sum, { heldBy }) => sum + heldBy, 0);
  const numbers = new Map<string, number>();
  for (const word of affordable(occurrences)) numbers.set(word, numbers.size);
  return bags.map((bag) => {
    const terms: number[] = [];
    const weights: number[] = [];
    for (const [word, often] of bag) {
      const term = numbers.get(word);
      if (term === undefined) continue;
      terms.push(term);
      weights.push(
        (1 + Math.log(often)) * (1 + Math.log((1 + texts) / (1 + (holders.get(word) ?? 0)))),
      );
    }
    const length = Math.hypot(...weights);
    return { terms, weights: weights.map((weight) => weight / length) };
  });
}

function bagOf(found: readonly string[]): ReadonlyMap<string, number> {
  const bag = new Map<string, number>();
  for (const word of found) bag.set(word, (bag.get(word) ?? 0) + 1);
  return bag;
}

/** All words, unless comparing them would take more than {@link MAX_PAIRS}: then the rarest ones that fit. */
function affordable(occurrences: ReadonlyMap<string, number>): Iterable<string> {
  let pairs = 0;
  for (const often of occurrences.values()) pairs += often * often;
  if (pairs <= MAX_PAIRS) return occurrences.keys();
  pairs = 0;
  const rarestFirst = [...occurrences].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  const end = rarestFirst.findIndex(([, often]) => (pairs += often * often) > MAX_PAIRS);
  return rarestFirst.slice(0, end).map(([word]) => word);
}
