import type { Token } from "./tokens.ts";
import { ADVERBS, CLAUSE_WORDS, GONE, NO, NOT, NOUN_ENDS, wordsIn } from "./word-lists.ts";

/** How many words a denial is about at most. */
const MAX_SCOPE = 3;

/** A word that denies, and the tokens that it may deny, all by index. */
export interface Denial {
  readonly by: number;
  readonly scope: readonly number[];
  /** It denies a noun: it is uncertain which of the words in its scope that is. */
  readonly ofNoun: boolean;
  /** Another one takes it back: `never deploy without a test`. */
  readonly isUndone?: boolean;
}

/** What a text denies, in the order of its words. */
export function denialsIn(tokens: readonly Token[]): readonly Denial[] {
  const denials: Denial[] = [];
  for (const [by, { word, value, ends }] of tokens.entries()) {
    if (value !== undefined) continue;
    const next = ends ? undefined : tokens[by + 1]?.word;
    const isPair = next !== undefined && NOT_PAIRS.get(next)?.has(word) === true;
    if (word === "except") {
      const every = everyBefore(tokens, by);
      if (every !== undefined) denials.push({ by, scope: [every], ofNoun: false });
    } else if ((word === "without" || word === "unless") && isDenied(denials.at(-1), tokens, by)) {
      const [last] = denials.splice(-1);
      if (last !== undefined) denials.push({ ...last, scope: [], isUndone: true });
    } else if (isPair || isNot(word)) {
      if (next === "only" || next === "just") continue;
      // `not because of a`
      const from = by + (isPair || next === "because" ? 2 : 1);
      const said =
        word === "unless"
          ? clauseScope(tokens, from)
          : verbScope(tokens, by, ends ? tokens.length : from);
      // What does not exist is missing.
      const exists = said.some((index) => tokens[index]?.word === "exist");
      const scope = exists ? [...said, ...nounsBefore(tokens, by)] : said;
      denials.push({ by, scope, ofNoun: false });
    } else if (NO.has(word) && !(next !== undefined && COMPARED.has(next))) {
      const isGone = GONE.has(word) && (next === undefined || NOUN_ENDS.has(next));
      const scope = isGone
        ? nounsBefore(tokens, by)
        : withVerb(tokens, nounsFrom(tokens, ends ? tokens.length : by + 1, MAX_SCOPE, true));
      denials.push({ by, scope, ofNoun: true });
    }
  }
  return denials;
}

const EVERY = wordsIn("every all everything everyone everybody");

/** Where the `every` stands to which there is an exception. */
function everyBefore(tokens: readonly Token[], by: number): number | undefined {
  for (let i = by - 1; i >= 0 && tokens[i]?.ends === false; i--)
    if (EVERY.has(tokens[i]?.word ?? "")) return i;
  return undefined;
}

/** Whether what a word is said of is denied in the same clause. */
function isDenied(last: Denial | undefined, tokens: readonly Token[], at: number): boolean {
  const by = last === undefined ? undefined : tokens[last.by]?.word;
  if (last === undefined || by === undefined || !(by === "no" || isNot(by))) return false;
  return tokens.slice(last.by, at).every(({ ends, word }) => !ends && !CLAUSE_WORDS.has(word));
}

/** Two words that together say no of what follows: the second one, with those that may stand before it. */
const NOT_PAIRS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["to", wordsIn("fail fails failed failing failure refuse refuses refused")],
  ["longer", wordsIn("no")],
  ["from", wordsIn("far")],
  ["but", wordsIn("anything")],
  [
    "against",
    wordsIn(
      "am are is be was were recommend recommends recommended advise advises advised vote votes voted argue argues decide decides decided",
    ),
  ],
]);
/** `no more than`, `no later than`: nothing is denied. */
const COMPARED: ReadonlySet<string> = new Set(["more", "less", "later", "earlier", "fewer"]);

function isNot(word: string): boolean {
  return NOT.has(word) || word.endsWith("n't") || word === "!";
}

export function isGerund(token: Token | undefined): boolean {
  return token?.word.endsWith("ing") === true;
}

/** Whether a `not` follows a comma, without a verb. */
export function isContrast(tokens: readonly Token[], by: number): boolean {
  return by > 0 && tokens[by - 1]?.ends === true && tokens[by]?.word === "not";
}

/** What a verb's denial is about: the next word with a meaning and what follows it, or the one before if a clause ends. */
function verbScope(tokens: readonly Token[], by: number, from: number): readonly number[] {
  for (let i = from; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined || CLAUSE_WORDS.has(token.word)) break;
    if (token.stem !== "" && !ADVERBS.has(token.word))
      return [i, ...nounsFrom(tokens, token.ends ? tokens.length : i + 1, MAX_SCOPE - 1, false)];
    if (token.ends) break;
  }
  for (let i = by - 1; i >= 0 && tokens[i]?.ends === false; i--)
    if (tokens[i]?.stem !== "") return [i];
  return [];
}

/** What an `unless` denies: the words of its clause. */
function clauseScope(tokens: readonly Token[], from: number): readonly number[] {
  const found: number[] = [];
  for (let i = from; i < tokens.length && found.length < MAX_SCOPE; i++) {
    if (tokens[i]?.stem !== "") found.push(i);
    if (tokens[i]?.ends === true) break;
  }
  return found;
}

/** The words of the noun that begins there; with `after`, a preposition may come first. */
function nounsFrom(
  tokens: readonly Token[],
  from: number,
  most: number,
  after: boolean,
): readonly number[] {
  const found: number[] = [];
  for (let i = from; i < tokens.length && found.length < most; i++) {
    const token = tokens[i];
    if (token === undefined || CLAUSE_WORDS.has(token.word)) break;
    if (NOUN_ENDS.has(token.word) && (found.length > 0 || !after)) break;
    if (token.stem !== "" && !isNot(token.word) && !NO.has(token.word)) found.push(i);
    if (token.ends) break;
  }
  return found;
}

/** `no tests that cover the parser`: what no test does is denied too. */
function withVerb(tokens: readonly Token[], scope: readonly number[]): readonly number[] {
  const last = scope.at(-1);
  const verb = last === undefined ? undefined : last + 2;
  const follows = last !== undefined && /^(?:that|which|who)$/.test(tokens[last + 1]?.word ?? "");
  return follows && verb !== undefined && tokens[verb]?.stem ? [...scope, verb] : scope;
}

/** The words of the noun that stands there, without what is said of it: of `the index on the id`, the index. */
function nounsBefore(tokens: readonly Token[], by: number): readonly number[] {
  let found: number[] = [];
  let more: readonly number[] = [];
  for (let i = by - 1; i >= 0 && found.length < MAX_SCOPE; i--) {
    const token = tokens[i];
    if (token === undefined || token.ends || CLAUSE_WORDS.has(token.word)) break;
    if (NOUN_ENDS.has(token.word)) {
      if (found.length > 0) more = found;
      found = [];
    } else if (token.stem !== "") {
      found.push(i);
    }
  }
  return found.length > 0 ? found : more;
}
