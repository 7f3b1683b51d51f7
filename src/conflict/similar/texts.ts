import { turnTaker, type Steps } from "../../async/in-turns.ts";
import type { SparseVector } from "./average-link.ts";
import type { Candidate, Group } from "../compare.ts";
import { contradictionsAmong } from "../contradiction/among.ts";
import type { Apart } from "../keep-apart.ts";
import { isElsewhere } from "../place.ts";
import { inOrderOfStanding } from "./stand-for.ts";
import { vectorSteps, wordingSteps, type Wording } from "./vectors.ts";

/** With more distinct texts, only those with the same words are grouped. */
export const MAX_SIMILAR_TEXTS = 100_000;

/** Candidates, prepared for comparison by their words. */
export interface Texts {
  readonly candidates: readonly Candidate[];
  readonly wordings: readonly Wording[];
  /** Candidates that are not texts, or have no words. */
  readonly wordless: readonly number[];
  /** For the wordings, and how many hold each; empty if there are too many to compare. */
  readonly vectors: readonly SparseVector[];
  readonly counts: readonly number[];
  /** Which wordings contradict each other, or are at other places. */
  readonly contradictions: Apart;
  /** Which wordings are at other places: no judge can join them. */
  readonly elsewhere: (a: number, b: number) => boolean;
}

/** Wordings that are one group, by index. */
export interface Cluster {
  readonly members: readonly number[];
  readonly note?: string;
}

/** The texts among candidates, in steps. */
export function* textSteps(candidates: readonly Candidate[]): Steps<Texts> {
  const { wordings, wordless } = yield* wordingSteps(candidates);
  const compared = wordings.length > 1 && wordings.length <= MAX_SIMILAR_TEXTS;
  const vectors = compared ? yield* vectorSteps(wordings) : [];
  const counts = wordings.map(({ heldBy }) => heldBy);
  const elsewhere = (a: number, b: number): boolean =>
    isElsewhere(wordings[a]?.place, wordings[b]?.place);
  const among = contradictionsAmong(wordings.map(({ reading }) => reading));
  const isPlaced = wordings.some(({ place }) => place !== undefined);
  const contradictions: Apart = isPlaced
    ? { kindOf: (index) => index, apart: (a, b) => elsewhere(a, b) || among.apart(a, b) }
    : among;
  return { candidates, wordings, wordless, vectors, counts, contradictions, elsewhere };
}

/** Each wording by itself. */
export function alone({ wordings }: Texts): readonly Cluster[] {
  return wordings.map((_, index) => ({ members: [index] }));
}

/** The work of looking at a word of a group's member, to find which member represents the group. */
const STANDING = 4;

/** The groups of candidates behind groups of wordings; a candidate without words is alone. */
export function* groupSteps(texts: Texts, clusters: readonly Cluster[]): Steps<readonly Group[]> {
  const { candidates, wordings, wordless, vectors, counts } = texts;
  const isTurn = turnTaker();
  const valueOf = (index: number): Group["value"] => candidates[index]?.value ?? null;
  const groups = wordless.map((index): Group => ({ value: valueOf(index), members: [index] }));
  for (const { members, note } of clusters) {
    const indices = inOrderOfStanding(members, vectors, counts).flatMap(
      (index) => wordings[index]?.candidates ?? [],
    );
    const value = valueOf(indices[0] ?? 0);
    groups.push({ value, members: indices, ...(note !== undefined && { note }) });
    let work = members.length;
    for (const index of members) work += STANDING * (vectors[index]?.terms.length ?? 0);
    if (isTurn(work)) yield;
  }
  return groups;
}
