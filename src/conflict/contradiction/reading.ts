import { stem } from "./stem.ts";
import { SAID, tokensOf, type Lexicon, type Token } from "./tokens.ts";
import type { Value } from "./value.ts";
import {
  ADVERBS,
  CLAUSE_WORDS,
  GONE,
  NO,
  NO_PREFIX,
  NOT,
  NOUN_ENDS,
  opposites,
  wordsIn,
} from "./word-lists.ts";

/** That something holds, or that it does not: a stem, or a line of opposites. */
export interface Stance {
  readonly about: string;
  readonly holds: boolean;
}

/** A word that has an opposite, or a denial: what another text can contradict. */
export interface ChargedWord {
  /** All its possible meanings. Another text with one of these says the same. */
  readonly stances: readonly Stance[];
  /** The words that it is surely about. */
  readonly head: readonly string[];
  /** The words that it may be about. */
  readonly wide: readonly string[];
  /** Where it stands among the tokens. */
  readonly at: number;
  /** As in a token. */
  readonly mood: number;
  /** It is in a subordinate clause, or names what is not meant: `references, not values`. */
  readonly aside: boolean;
}

/** A value and its position among the tokens. */
export interface Slot {
  readonly value: Value;
  readonly at: number;
}

/** Where a text mentions something, and how. */
export interface Mention {
  readonly at: number;
  readonly holds: boolean;
  readonly mood: number;
}

/** A word or a value in its place. */
export interface WordPlace {
  /** What the word says there; nothing for a value. */
  readonly senses: readonly Stance[];
  readonly value: Value | undefined;
  /** It is denied, or denies itself: `not used`, `unused`. */
  readonly denied: boolean;
  /** As in a token. */
  readonly mood: number;
}

/** The parts of a text that can contradict another text. */
export interface Reading {
  /** Stems of words and texts of values in their order, without words that mean nothing by themselves. */
  readonly tokens: readonly string[];
  readonly vocabulary: ReadonlySet<string>;
  readonly charges: readonly ChargedWord[];
  readonly slots: readonly Slot[];
  readonly mentions: ReadonlyMap<string, readonly Mention[]>;
  /** Stems of the words that have no opposite. */
  readonly topic: ReadonlySet<string>;
  /** Two texts with the same frame differ only in their values. */
  readonly frame: string;
  /** For each of the tokens, how it stands in the text. */
  readonly placed: readonly WordPlace[];
  /** All words in their order, with those that mean nothing by themselves. */
  readonly words: readonly string[];
  /** Two texts with the same key do not contradict each other. */
  readonly key: string;
}

/** How many words a denial is about at most. */
const MAX_SCOPE = 3;
const PREFIX = /^(?:un|in|im|ir|il|dis|non)(?=\p{L}{3})/u;

const DEGREE = /^(?:over|under)(?=\p{L}{4})/u;

const sidesOf: ReadonlyMap<string, readonly Stance[]> = (() => {
  const found = new Map<string, Stance[]>();
  opposites.forEach((line, number) => {
    line.forEach((words, side) => {
      for (const own of new Set(words.map(stem))) {
        const stances = found.get(own) ?? [];
        found.set(own, stances);
        stances.push({ about: `#${number}`, holds: side === 0 });
      }
    });
  });
  return found;
})();

/** Reads texts, each in time linear in its length; what it found out about a word is reused for the next text. */
export function reader(): (text: string) => Reading {
  const lexicon: Lexicon = new Map();
  const known = new Map<string, readonly Stance[]>();
  return (text) => {
    const tokens = tokensOf(text, lexicon);
    return readingOf(tokens, (token) => {
      if (token === undefined || token.stem === "") return NOTHING;
      const { value, word } = token;
      if (value !== undefined) return [{ about: word, holds: true }];
      const found = known.get(word) ?? stancesOf(word, token.stem);
      known.set(word, found);
      return found;
    });
  };
}

const NOTHING: readonly Stance[] = [];

function readingOf(
  all: readonly Token[],
  stancesIn: (token: Token | undefined) => readonly Stance[],
): Reading {
  const denials = denialsIn(all);
  const denied = new Set(denials.flatMap(({ scope }) => scope));
  const denying = new Set(denials.flatMap(({ by, scope }) => (scope.length > 0 ? [by] : [])));
  const charges: ChargedWord[] = [];
  const slots: Slot[] = [];
  const mentions = new Map<string, Mention[]>();
  const topic = new Set<string>();
  const placed: WordPlace[] = [];
  const tokens: string[] = [];
  const placeOf: number[] = [];
  all.forEach((token, index) => {
    const at = tokens.length;
    placeOf.push(at);
    if (token.stem === "" || denying.has(index)) return;
    tokens.push(token.stem);
    if (token.value !== undefined) slots.push({ value: token.value, at });
    const own = stancesIn(token);
    const { value, mood } = token;
    const isDenied = denied.has(index);
    const denies = own.some(({ about, holds }) => !holds && !about.startsWith("#"));
    const said = isDenied ? opposed(own) : own;
    placed.push({
      senses: value === undefined ? said : [],
      value,
      denied: isDenied || denies,
      mood,
    });
    for (const { about, holds } of own) {
      const mention = { at, holds: holds !== isDenied, mood: token.mood };
      const known = mentions.get(about);
      if (known === undefined) mentions.set(about, [mention]);
      else known.push(mention);
    }
    if (own.length === 1) {
      if (token.value === undefined) topic.add(token.stem);
    } else if (!isDenied) {
      const head = own.map(({ about }) => about);
      const { aside } = token;
      charges.push({ stances: own.slice(1), head, wide: head, at, mood, aside });
    }
  });
  for (const { by, scope, ofNoun } of denials) {
    const stances = scope.flatMap((index) => opposed(stancesIn(all[index])));
    if (stances.length === 0) continue;
    const [first = 0] = scope;
    const main = ofNoun && first > by && !isGerund(all[first]) ? (scope.at(-1) ?? first) : first;
    const head = stancesIn(all[main]).map(({ about }) => about);
    charges.push({
      stances,
      head,
      wide: ofNoun ? stances.map(({ about }) => about) : head,
      at: placeOf[first] ?? 0,
      mood: all[by]?.mood ?? SAID,
      aside: all[by]?.aside === true || isContrast(all, by),
    });
  }
  return {
    tokens,
    vocabulary: new Set(tokens),
    charges,
    slots,
    mentions,
    topic,
    frame: all.map(({ value, word }) => value?.kind ?? word).join(" "),
    placed,
    words: all.map(({ word }) => word),
    key: keyOf(tokens, slots, charges),
  };
}

/** In a longer text, one word more or less does not say what the whole is about. */
export const MAX_PLACED = 16;

function keyOf(
  tokens: readonly string[],
  slots: readonly Slot[],
  charges: readonly ChargedWord[],
): string {
  const placed = tokens.length <= MAX_PLACED ? tokens.join(" ") : "";
  if (slots.length === 0 && charges.length === 0) return placed;
  const values = slots.map(({ value }) => value.text).join("\n");
  const said = charges.map(({ stances }) =>
    stances.map(({ about, holds }) => (holds ? about : `-${about}`)).join(" "),
  );
  return `${placed}\n${values}\n\n${said.join("\n")}`;
}

/** What a word by itself says: that its stem holds, and what follows from that for its opposites. */
function stancesOf(word: string, own: string): readonly Stance[] {
  const stances: Stance[] = [{ about: own, holds: true }, ...(sidesOf.get(own) ?? [])];
  const prefix = NO_PREFIX.has(word) ? null : PREFIX.exec(word);
  if (prefix !== null) {
    const base = stem(word.slice(prefix[0].length));
    stances.push({ about: base, holds: false }, ...opposed(sidesOf.get(base) ?? []));
  }
  // `overestimates` and `underestimates`
  const degree = DEGREE.exec(word);
  if (degree !== null) {
    const about = `#over ${stem(word.slice(degree[0].length))}`;
    stances.push({ about, holds: degree[0] === "over" });
  }
  return stances;
}

function opposed(stances: readonly Stance[]): readonly Stance[] {
  return stances.map(({ about, holds }) => ({ about, holds: !holds }));
}

/** A word that denies, and the tokens that it may deny, all by index. */
interface Denial {
  readonly by: number;
  readonly scope: readonly number[];
  /** It denies a noun: it is uncertain which of the words in its scope that is. */
  readonly ofNoun: boolean;
}

function denialsIn(tokens: readonly Token[]): readonly Denial[] {
  const denials: Denial[] = [];
  for (const [by, { word, value, ends }] of tokens.entries()) {
    if (value !== undefined) continue;
    const next = ends ? undefined : tokens[by + 1]?.word;
    const isPair = next !== undefined && NOT_PAIRS.get(next)?.has(word) === true;
    if (isPair || isNot(word)) {
      if (next === "only" || next === "just") continue;
      const from = by + (isPair ? 2 : 1);
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
        : nounsFrom(tokens, ends ? tokens.length : by + 1, MAX_SCOPE, true);
      denials.push({ by, scope, ofNoun: true });
    }
  }
  return denials;
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

function isGerund(token: Token | undefined): boolean {
  return token?.word.endsWith("ing") === true;
}

/** Whether a `not` follows a comma, without a verb. */
function isContrast(tokens: readonly Token[], by: number): boolean {
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
