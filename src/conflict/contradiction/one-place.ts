import type { WordPlace, Reading } from "./reading.ts";
import { stem } from "./stem.ts";
import { meansLike } from "./synonyms.ts";
import { UNSPACED } from "./value.ts";
import { PREPOSITIONS, wordsIn } from "./word-lists.ts";

// Two short texts that are the same up to one place, with other words in it, are about two things: "the culprit is the scheduler" and "the
// culprit is the garbage collector". So are texts in which two things have changed places: "a happens before b", "b happens before a".

/** How many words may stand in the place. */
const MAX_PLACE = 2;
/** Things that change places have this many words at most. */
const MAX_THING = 3;

/** Whether two texts are the same up to one place, and have words there that do not mean the same. */
export function haveOthersInOnePlace(a: Reading, b: Reading): boolean {
  const start = sameFrom(a.tokens, b.tokens);
  const most = Math.min(a.tokens.length, b.tokens.length) - start;
  let end = 0;
  while (end < most && a.tokens.at(-1 - end) === b.tokens.at(-1 - end)) end++;
  if (start + end === 0) return false;
  const one = placeIn(a, start, end);
  const other = placeIn(b, start, end);
  if (one === undefined || other === undefined) return false;
  if (joined(one) === joined(other)) return false;
  if (abbreviates(one, other) || abbreviates(other, one)) return false;
  return !one.some((word) => other.some((else_) => isLike(word, else_)));
}

/** `hard-coded` is `hardcoded`. */
function joined(words: readonly PlacedWord[]): string {
  return words.map(({ stem }) => stem).join("");
}

/** `HR` stands for human resources. */
function abbreviates(
  [short, ...more]: readonly PlacedWord[],
  long: readonly PlacedWord[],
): boolean {
  return (
    more.length === 0 && long.length > 1 && short?.stem === long.map(({ stem }) => stem[0]).join("")
  );
}

interface PlacedWord extends WordPlace {
  readonly stem: string;
}

/** The words of a place; `undefined` if it is empty or too long. */
function placeIn(
  { tokens, placed }: Reading,
  start: number,
  end: number,
): readonly PlacedWord[] | undefined {
  const stop = tokens.length - end;
  if (stop - start < 1 || stop - start > MAX_PLACE) return undefined;
  return placed.slice(start, stop).map((one, at) => ({ ...one, stem: tokens[start + at] ?? "" }));
}

/** Whether two words may mean the same, or are no two things at all. */
function isLike(a: PlacedWord, b: PlacedWord): boolean {
  // What is denied, and what is advised, other rules compare.
  if (a.denied !== b.denied || (a.mood & b.mood) === 0) return true;
  if (a.value !== undefined || b.value !== undefined) return isLikeName(a, b);
  if (!LETTER.test(a.stem) && !LETTER.test(b.stem)) return false;
  if (PREPOSITIONS.has(a.stem) !== PREPOSITIONS.has(b.stem)) return true;
  if (UNSPACED.test(a.stem) || UNSPACED.test(b.stem) || meansLike(a.stem, b.stem)) return true;
  return a.senses.some(({ about, holds }) =>
    b.senses.some((other) => other.about === about && other.holds === holds),
  );
}

const LETTER = /\p{L}/u;

/** Values are compared elsewhere; only a name and a word may stand in one place, if neither is in the other. */
function isLikeName(a: PlacedWord, b: PlacedWord): boolean {
  const [name, word] = a.value === undefined ? [b, a] : [a, b];
  if (word.value !== undefined || name.value?.kind !== "name") return true;
  return name.stem.includes(word.stem) || word.stem.includes(name.stem);
}

/** Between words that may change places: `reader and writer`. */
const CONNECTING = wordsIn("and or between with vs versus & && || both either neither");
/** What is said of two things may be said of them the other way round: `a differs from b`. */
const MUTUAL = wordsIn(
  `equal equals equality same differ differs different difference == != race races racing deadlock deadlocks conflict conflicts
  conflicting disagree disagrees disagreement agree agrees match matches mismatch overlap overlaps collide collides mixed mixes mix
  swapped swap swaps unlike alike share shares`,
);

/** These have no meaning of their own, and say who does something to whom. */
const DIRECTED = wordsIn("to into than from over for of");

/** Whether a text says of two things what the other says of them the other way round. */
export function haveChangedPlaces(a: Reading, b: Reading): boolean {
  const { words } = a;
  if (words.length !== b.words.length || words.length < 3) return false;
  const start = sameFrom(words, b.words);
  let end = words.length;
  while (end > start && words[end - 1] === b.words[end - 1]) end--;
  if (end - start < 3) return false;
  const meant = new Set(a.tokens);
  const meantIn = (some: readonly string[]): readonly string[] =>
    some.map(stem).filter((word) => meant.has(word));
  const [mine, others] = [words.slice(start, end), b.words.slice(start, end)];
  if (mine.some((word) => MUTUAL.has(word))) return false;
  for (let first = 1; first <= MAX_THING; first++)
    for (let last = 1; last <= MAX_THING && first + last < mine.length; last++) {
      const between = mine.slice(first, mine.length - last);
      const said = meantIn(between);
      if (between.some((word) => CONNECTING.has(word))) {
        // `the tenant id and the request id` is a list; in `alice reviews a and bob approves b` each does something else.
        const after = meantIn(words.slice(end)).slice(0, said.length);
        if (said.length === 0 || said.join(" ") === after.join(" ")) continue;
      } else if (said.length === 0 && !between.some((word) => DIRECTED.has(word))) {
        // `the quantity may overflow` and `overflow, may the quantity`: nothing between says who does what to whom.
        continue;
      }
      const swapped = [...mine.slice(-last), ...between, ...mine.slice(0, first)];
      if (swapped.every((word, at) => word === others[at])) return true;
    }
  return false;
}

function sameFrom(a: readonly string[], b: readonly string[]): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same++;
  return same;
}
