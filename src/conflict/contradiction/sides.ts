import type { Reading } from "./reading.ts";
import { stem } from "./stem.ts";
import { areOpposites, hasOpposite } from "./stances.ts";
import { meansLike } from "./synonyms.ts";
import { ADVISED, type Token } from "./tokens.ts";
import { CLAUSE_WORDS, wordsIn } from "./word-lists.ts";

// Some sentences have two sides: what comes first and what second ("a, then b"), what is chosen and what is not ("a rather than b"), what
// is more and what is less ("a is faster than b"), an effect and its cause ("a is caused by b"). The same two sides the other way round say
// the opposite, or, with the opposite word between them, the same. Other causes of the same effect contradict each other.

/** Where the two sides of a text meet: the first one goes from `from` to before `at`, the second one begins at `next`. */
export interface Parting {
  readonly from: number;
  readonly at: number;
  readonly next: number;
  /** Its clause ends before this one. */
  readonly end: number;
  /** What the first side is with respect to the second: a word that compares, or one of these. */
  readonly relation: string;
}

const BEFORE = "before";
const REPLACED = "replaced";
const CAUSED = "caused";

/** What stands between two sides: the first one comes first or is chosen, but for `after`. */
const BETWEEN = wordsIn("before then rather instead after");
/** At the end of a text, these say that what an `and` connects comes in this order. */
const LATER = wordsIn("afterwards afterward later next second");
const COMPARED = wordsIn("more less fewer worse");
const CAUSED_BY = wordsIn("caused triggered produced explained introduced created");
const CAUSED_FROM = wordsIn(
  "come comes came stem stems stemmed result results resulted arise arises arose originate originates originated",
);
const DUE_TO: ReadonlyMap<string, string> = new Map([
  ["due", "to"],
  ["because", "of"],
]);
const IS = wordsIn("is are was were");
const CAUSE = wordsIn("cause culprit origin reason trigger");

/** Where the sides of a text meet; `undefined` if it has none. */
export function partingIn(tokens: readonly Token[]): Parting | undefined {
  const words = tokens.map(({ word }) => word);
  const parting = (at: number, relation: string, from = 0, next = at + 1): Parting | undefined => {
    const start = Math.max(from, 1 + tokens.findLastIndex(({ ends }, i) => i < at - 1 && ends));
    const last = tokens.findIndex(({ ends }, i) => i >= next && ends);
    const end = last < 0 ? words.length : last + 1;
    return at > start ? { from: start, at, next, end, relation } : undefined;
  };
  const than = words.indexOf("than");
  const rather = words.indexOf("rather");
  // `I would rather do a than b`
  if (rather >= 0 && rather < than - 1) return parting(than, BEFORE, rather + 1);
  if (than >= 0 && rather !== than - 1) {
    // `faster than`, `more often than`
    const at = [than - 1, than - 2].find((index) => compares(words[index] ?? ""));
    return at === undefined ? undefined : parting(at, words[at] ?? "", 0, than + 1);
  }
  const between = words.findIndex((word, index) => index > 0 && BETWEEN.has(word));
  if (between > 0) {
    const next = between + (words[between + 1] === "than" ? 2 : 1);
    return parting(between, words[between] === "after" ? "after" : BEFORE, 0, next);
  }
  const replaced = words.findIndex((word) => word.startsWith("replac"));
  if (replaced >= 0) {
    const by = words.findIndex((word, i) => i > replaced && (word === "with" || word === "by"));
    return parting(by, REPLACED, replaced + 1);
  }
  if (LATER.has(words.at(-1) ?? "")) return parting(words.indexOf("and"), BEFORE);
  const [caused, next] = causedAt(words);
  if (caused > 0) return parting(caused, CAUSED, 0, next);
  // `north of`
  const place = words.findIndex((word, i) => words[i + 1] === "of" && hasOpposite(word));
  return parting(place, words[place] ?? "", 0, place + 2);
}

function compares(word: string): boolean {
  return COMPARED.has(word) || /..er$/.test(word);
}

/** Where the words between an effect and its cause begin, and where the cause does. */
function causedAt(words: readonly string[]): readonly [at: number, next: number] {
  for (const [i, word] of words.entries()) {
    const [before = "", after = ""] = [words[i - 1], words[i + 1]];
    if (word === "by" && CAUSED_BY.has(before)) return [i - 1, i + 1];
    if (word === "from" && CAUSED_FROM.has(before)) return [i - 1, i + 1];
    if (!IS.has(word)) continue;
    // `it is due to a`; without the verb it may be one reason of several
    if (DUE_TO.has(after) && DUE_TO.get(after) === words[i + 2]) return [i, i + 3];
    if (words.slice(0, i).some((each) => CAUSE.has(each))) return [i, i + 1];
  }
  return [-1, 0];
}

interface Sides {
  readonly one: ReadonlySet<string>;
  readonly other: ReadonlySet<string>;
  readonly relation: string;
}

/** So many of the words of both texts must have changed their side, at least. */
const LEAST_TURNED = 0.5;
/** So many of them must be in both, if that is to mean that the texts say the same. */
const LEAST_SAME = 0.8;
/** Two causes that share more than this part of the words of the shorter one may be one. */
const MOST_SHARED = 0.5;

/** Whether two texts have the same sides the other way round: `true` if they contradict each other, `false` if they say the same. */
export function haveTurnedSides(a: Reading, b: Reading): boolean | undefined {
  const same = sameAtEnd(a, b);
  const [left, right] = [sidesOf(a, same), sidesOf(b, same)];
  if (left === undefined || right === undefined) return undefined;
  const [there, back] = [common(left.one, right.other), common(left.other, right.one)];
  const all = left.one.size + left.other.size + right.one.size + right.other.size;
  const turned = 2 * (there + back);
  if (there === 0 || back === 0) return undefined;
  const sameRelation = left.relation === right.relation;
  const sameDenial = hasDenied(a) === hasDenied(b);
  if (sameRelation && sameDenial) {
    if (turned < LEAST_TURNED * all) return undefined;
    // Who is said to use a rather than b is advised to use b rather than a.
    return sameMood(a, b) ? true : undefined;
  }
  // `a runs before b`, `b runs after a`, `b does not run before a`
  const isReversed = sameDenial ? areOpposites(left.relation, right.relation) : sameRelation;
  const kept = 2 * (common(left.one, right.one) + common(left.other, right.other));
  const isSame = turned + kept >= LEAST_SAME * all && haveSameValues(a, b);
  return isReversed && isSame ? false : undefined;
}

function haveSameValues(a: Reading, b: Reading): boolean {
  const [one, other] = [a, b].map(({ slots }) => slots.map(({ value }) => value.text).toSorted());
  return one?.join("\n") === other?.join("\n");
}

function hasDenied({ placed }: Reading): boolean {
  return placed.some(({ denied }) => denied);
}

/** Whether both state something, or both advise it. */
function sameMood(a: Reading, b: Reading): boolean {
  if (a.tokens[0] === b.tokens[0] && a.placed[0]?.mood !== b.placed[0]?.mood) return false;
  return (mayCommand(a) && mayCommand(b)) || advises(a) === advises(b);
}

function mayCommand({ placed, parting }: Reading): boolean {
  return parting?.from === 0 && ((placed[0]?.mood ?? 0) & ADVISED) !== 0;
}

function advises({ placed, words }: Reading): boolean {
  return words.includes("expected") || placed.some(({ mood }) => mood === ADVISED);
}

/** Whether two texts name different causes of the same thing. */
export function haveOtherCauses(a: Reading, b: Reading): boolean {
  if (a.parting?.relation !== CAUSED || b.parting?.relation !== CAUSED) return false;
  const same = sameAtEnd(a, b);
  const [left, right] = [sidesOf(a, same), sidesOf(b, same)];
  if (left === undefined || right === undefined) return false;
  const { size } = left.one;
  if (size === 0 || size !== right.one.size || common(left.one, right.one) !== size) return false;
  const fewer = Math.min(left.other.size, right.other.size);
  if (fewer === 0 || common(left.other, right.other) > MOST_SHARED * fewer) return false;
  const [first = ""] = left.other;
  const [second = ""] = right.other;
  return !meansLike(first, second) && first !== second;
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const word of a) if (b.has(word)) both++;
  return both;
}

/** How many words are the same at the end of two texts: they are part of neither side. */
function sameAtEnd({ words }: Reading, b: Reading): number {
  const most = Math.min(words.length, b.words.length);
  let same = 0;
  while (same < most && words.at(-1 - same) === b.words.at(-1 - same)) same++;
  return same;
}

function sidesOf(text: Reading, atEnd: number): Sides | undefined {
  const { parting, words } = text;
  if (parting === undefined) return undefined;
  const { from, at, next, relation } = parting;
  const end = Math.min(words.length - atEnd, parting.end);
  return {
    one: meantIn(text, from, Math.min(at, end)),
    other: meantIn(text, next, end),
    relation,
  };
}

/** Not a part of a side. */
const SILENT = wordsIn("of first one ones");

/** The stems of the words with a meaning between two places of a text, within one clause. */
function meantIn({ words, vocabulary }: Reading, from: number, to: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const word of words.slice(from, to)) {
    if (CLAUSE_WORDS.has(word) && word !== "and") break;
    const own = vocabulary.has(word) ? word : stem(word);
    if (vocabulary.has(own) && !SILENT.has(word)) found.add(own);
  }
  return found;
}
