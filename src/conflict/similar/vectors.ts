import { finish, turnTaker, type Steps } from "../../async/in-turns.ts";
import type { SparseVector } from "./average-link.ts";
import { reader, type Reading } from "../contradiction/reading.ts";
import type { Place } from "../place.ts";
import { comparedPart, words } from "../words.ts";

/** Texts that consist of the same words in the same order, with the same assertions, at one place if they have any. */
export interface Wording {
  /** One of the texts. */
  readonly text: string;
  readonly words: readonly string[];
  readonly reading: Reading;
  readonly place: Place | undefined;
  /** Indices of the candidates that consist of these words. */
  readonly candidates: number[];
  heldBy: number;
}

/** A word in this many texts or more weighs least. */
const COMMON = 60;
const LEAST_WEIGHT = 1;
const MOST_WEIGHT = 3;

/** How much of all texts together is compared; with very many texts, less of each. */
const MAX_COMPARED_CHARS = 8_000_000;

/** The texts by their words, in the order of the candidates; and the candidates that are not texts or have no words. */
export function wordingsOf(candidates: readonly Worded[]): Wordings {
  return finish(wordingSteps(candidates));
}

interface Worded {
  readonly value: unknown;
  readonly heldBy: number;
  readonly place?: Place;
}

interface Wordings {
  readonly wordings: readonly Wording[];
  readonly wordless: readonly number[];
}

/** The work of reading a character, compared with looking at one occurrence of a word. */
const READING = 20;

/** As {@link wordingsOf}, in steps. */
export function* wordingSteps(candidates: readonly Worded[]): Steps<Wordings> {
  const isTurn = turnTaker();
  const read = reader();
  const mostChars = Math.floor(MAX_COMPARED_CHARS / Math.max(1, candidates.length));
  const wordings = new Map<string, Wording>();
  const wordless: number[] = [];
  for (const [i, { value, heldBy, place }] of candidates.entries()) {
    const text = typeof value === "string" ? value : "";
    const found = words(text, mostChars);
    if (found.length === 0) {
      wordless.push(i);
      continue;
    }
    const part = comparedPart(text, mostChars);
    const reading = read(part);
    const at = place === undefined ? "" : JSON.stringify(place);
    const key = `${found.join(" ")}\n${at}\n${reading.key}`;
    const wording = wordings.get(key) ?? {
      text,
      words: found,
      reading,
      place,
      candidates: [],
      heldBy: 0,
    };
    wordings.set(key, wording);
    wording.candidates.push(i);
    wording.heldBy += heldBy;
    if (isTurn(part.length * READING)) yield;
  }
  return { wordings: [...wordings.values()], wordless };
}

/**
 * Vectors of length 1. A word that a text has n times weighs (1 + ln n) × w, where w is 1 + ln(61 / (1 + texts with
 * it)), at least 1 and at most 3: TF-IDF with sublinear counts, bounded at both ends. It does not depend on how many
 * texts there are, so a text without a word in common with others does not change them; and a word of only one
 * text (a number, a name) cannot outweigh everything that it shares with a thousand others.
 */
export function vectorsOf(wordings: readonly Wording[]): readonly SparseVector[] {
  return finish(vectorSteps(wordings));
}

/** The work of weighing a word. */
const WEIGHING = 20;

/** As {@link vectorsOf}, in steps. */
export function* vectorSteps(wordings: readonly Wording[]): Steps<readonly SparseVector[]> {
  const isTurn = turnTaker();
  const bags: ReadonlyMap<string, number>[] = [];
  const numbers = new Map<string, number>();
  const holders: number[] = [];
  for (const { words: found, heldBy } of wordings) {
    const bag = bagOf(found);
    bags.push(bag);
    for (const word of bag.keys()) {
      const term = numbers.get(word) ?? numbers.size;
      numbers.set(word, term);
      holders[term] = (holders[term] ?? 0) + heldBy;
    }
    if (isTurn(found.length * WEIGHING)) yield;
  }
  const vectors: SparseVector[] = [];
  for (const [i, bag] of bags.entries()) {
    const terms: number[] = [];
    const weights: number[] = [];
    for (const [word, often] of bag) {
      const term = numbers.get(word) ?? 0;
      terms.push(term);
      weights.push((1 + Math.log(often)) * rarity(holders[term] ?? 1));
    }
    const file = wordings[i]?.place?.file;
    if (file !== undefined) {
      // No word equals it. It weighs nothing, and is rare, so a search that is cut short finds texts in the same file.
      const key = `\n${file}`;
      const term = numbers.get(key) ?? numbers.size;
      numbers.set(key, term);
      terms.push(term);
      weights.push(0);
    }
    const length = Math.hypot(...weights);
    vectors.push({ terms, weights: weights.map((weight) => weight / length) });
    if (isTurn(bag.size * WEIGHING)) yield;
  }
  return vectors;
}

function rarity(texts: number): number {
  const weight = 1 + Math.log((1 + COMMON) / (1 + texts));
  return Math.min(MOST_WEIGHT, Math.max(LEAST_WEIGHT, weight));
}

function bagOf(found: readonly string[]): ReadonlyMap<string, number> {
  const bag = new Map<string, number>();
  for (const word of found) bag.set(word, (bag.get(word) ?? 0) + 1);
  return bag;
}

/**
 * Vectors that have both parts: their cosine is `weight` times that of the dense vectors, and the rest that of the sparse ones.
 * All have length 1, and the dense ones have the same number of entries.
 */
export function mixed(
  sparse: readonly SparseVector[],
  dense: readonly (readonly number[])[],
  weight: number,
): readonly SparseVector[] {
  let terms = 0;
  for (const vector of sparse) for (const term of vector.terms) terms = Math.max(terms, term + 1);
  return sparse.map((vector, i) => {
    const own = dense[i] ?? [];
    return {
      terms: [...vector.terms, ...own.map((_, k) => terms + k)],
      weights: [
        ...vector.weights.map((value) => value * Math.sqrt(1 - weight)),
        ...own.map((value) => value * Math.sqrt(weight)),
      ],
    };
  });
}
