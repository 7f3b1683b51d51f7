import {
  ADVICE,
  CLAUSE_WORDS,
  FUNCTION_WORDS,
  HANGING,
  LOOKS_INTO,
  MAKES,
  MODAL,
  NAMED_AFTER,
  NO,
  NOT,
  NUMBERED,
  opposites,
  PHRASES,
} from "./word-lists.ts";
import { EACH, NUMBER_WORDS, OFTEN, UNITS } from "./units.ts";
import { stem } from "./stem.ts";
import {
  asVersion,
  dateWordOf,
  kebabName,
  LINE,
  NUMBER,
  numeric,
  valuesOf,
  withUnit,
  type Value,
} from "./value.ts";

/** It is stated as a fact. */
export const SAID = 1;
/** It is advice, a wish or an assumption. */
export const ADVISED = 2;

/** A word or a value in a text. */
export interface Token {
  /** In lower case; for a value its text. */
  readonly word: string;
  /** For a word, what its forms share; for a value, its text; `""` for words that say nothing about the topic. */
  readonly stem: string;
  readonly value: Value | undefined;
  /** A clause ends after it. */
  readonly ends: boolean;
  /** {@link SAID}, {@link ADVISED} or both, if it may be either. */
  readonly mood: number;
  /** It is in a condition, a reason or another subordinate clause. */
  readonly aside: boolean;
}

/** Words that were met before, with their stems. */
export type Lexicon = Map<string, { readonly word: string; readonly stem: string }>;

type DraftToken = { -readonly [K in keyof Token]: Token[K] };

const PART =
  /\p{L}[\p{L}\p{M}]*(?:'\p{L}+)?|\p{N}+(?:\.\p{N}+)?(?:%|\p{L}+)?|%|[=!<>]=+|≤|≥|≠|&&|\|\||[<>]|!(?=[\p{L}_])/gu;
const PLAIN = /^\p{Ll}+$/u;
const OPENING = /^(?:[[({"'`*_~]|<(?!=|$))+/;
const CLOSING = new Set("])}\"'`*_~.,;:!?");
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ["≠", "!="],
  ["≤", "<="],
  ["≥", ">="],
]);
/** Characters without a space between them; a longer run is split. */
const RUN = /\S{1,300}/g;
/** How many words after a modal verb count as advice, within their clause. */
const MODAL_REACH = 5;

const haveOpposites: ReadonlySet<string> = new Set(opposites.flat(2));

/** The words and values of a text, in time linear in its length. */
export function tokensOf(text: string, lexicon: Lexicon): readonly Token[] {
  const plain = text
    .normalize("NFKC")
    // One character may become eighteen.
    .slice(0, 2 * text.length)
    .replace(/[‘’ʼ´]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[−–]/g, "-");
  const phrased = PHRASES.reduce((read, [phrase, word]) => read.replace(phrase, word), plain);
  const joined = phrased.replace(ORDER, (order) => order.replaceAll(" ", ""));
  const draft: Drafting = { tokens: [], lexicon, letters: LETTERS.test(joined) };
  for (const [run] of joined.matchAll(RUN)) readRun(run, draft);
  markMoods(draft.tokens);
  return draft.tokens;
}

/** `O(n log n)` */
const ORDER = /(?<!\p{L})[OΘΩ]\((?:[^()]|\([^()]{0,20}\)){1,40}\)/gu;

/** A capital alone, other than `A` and `I`, which may be words. */
const LETTERS = /(?<![^\s("'`])[B-HJ-Z](?![\p{L}\p{N}'+#&/-])/u;

interface Drafting {
  readonly tokens: DraftToken[];
  readonly lexicon: Lexicon;
  /** Letters are names in this text: `A depends on B`. */
  readonly letters: boolean;
}

function readRun(run: string, draft: Drafting): void {
  if (PLAIN.test(run)) return readWord(run, draft);
  const { tokens } = draft;
  const opening = OPENING.exec(run)?.[0] ?? "";
  if (opening.includes("(")) endClause(tokens);
  let end = run.length;
  while (end > opening.length && isClosing(run, end - 1)) end--;
  const closing = run.slice(end);
  // A run that ends in an empty pair of brackets is a call.
  const isCall = run[end - 1] === "(" && closing.startsWith(")");
  const bare = run.slice(opening.length, isCall ? end + 1 : end).replace(/^(non|un)-/i, "$1");
  const count = tokens.length;
  if (bare !== "" && !readSpecial(bare, opening, draft)) {
    const quoted = /[`"']/.test(opening) && /[`"']/.test(closing);
    const values = valuesOf(bare, quoted) ?? nameAfter(tokens.at(-1), bare);
    if (values !== undefined) for (const value of values) pushValue(value, tokens);
    else for (const [part] of bare.matchAll(PART)) readPart(part, draft);
  }
  const ends = /[.,;:)?!]/.test(isCall ? closing.slice(1) : closing);
  if (ends && (tokens.length > count || bare === "")) endClause(tokens);
}

/** Reads what is a word or a unit, though it is written like something else; `false` if it is not. */
function readSpecial(run: string, opening: string, draft: Drafting): boolean {
  const { tokens } = draft;
  const last = tokens.at(-1);
  const other = CAPITALS.get(run);
  if (other !== undefined) readWord(other, draft);
  else if (run === "L" && last?.value?.kind === NUMBER && !last.ends) readWord("l", draft);
  else if (isLetter(run, opening, draft)) {
    const word = run.toLowerCase();
    tokens.push({ word, stem: word, value: undefined, ends: false, mood: SAID, aside: false });
  } else if (last?.value?.kind === NUMBER && !last.ends && UNITS.has(run.toLowerCase())) {
    readWord(run.toLowerCase(), draft);
  } else {
    const [, counted, unit] = RATE.exec(run) ?? [];
    if (counted === undefined || unit === undefined || !isTime(unit)) return false;
    readWord(counted.toLowerCase(), draft);
    pushTime(1, unit, tokens);
  }
  return true;
}

/** Words that mean something else in capitals. */
const CAPITALS: ReadonlyMap<string, string> = new Map([
  ["AND", "&&"],
  ["OR", "||"],
  // Written small, it is a pronoun.
  ["US", "usa"],
]);
/** `req/s` */
const RATE = /^(\p{L}+)\/(\p{L}+)$/u;

/** Whether a run is a letter, or a Roman number, that names something: `option A`, `(a)`, `phase I`. */
function isLetter(run: string, opening: string, { tokens, letters }: Drafting): boolean {
  if (!/^\p{L}$/u.test(run)) return false;
  if (opening.endsWith("(")) return true;
  if (run === run.toLowerCase()) return false;
  const last = tokens.at(-1);
  if (last !== undefined && NUMBERED.has(last.word)) return true;
  return run === "A" ? letters || (last !== undefined && !last.ends) : run !== "I";
}

function isTime(unit: string): boolean {
  return UNITS.get(unit)?.[0] === "time";
}

function pushTime(count: number, unit: string, tokens: DraftToken[]): void {
  const time = withUnit(numeric("", count), unit);
  if (time !== undefined) pushValue(time, tokens);
}

function isClosing(run: string, at: number): boolean {
  const character = run[at] ?? "";
  return CLOSING.has(character) || (character === ">" && /\w/.test(run[at - 1] ?? ""));
}

function endClause(tokens: readonly DraftToken[]): void {
  const last = tokens.at(-1);
  if (last !== undefined) last.ends = true;
}

function nameAfter(before: DraftToken | undefined, run: string): readonly Value[] | undefined {
  const named = before !== undefined && !before.ends && NAMED_AFTER.has(before.word);
  const name = named ? kebabName(run) : undefined;
  return name === undefined ? undefined : [name];
}

function readPart(part: string, draft: Drafting): void {
  const { tokens } = draft;
  if (/^\p{N}/u.test(part)) {
    const values = valuesOf(part, false);
    if (values !== undefined) return values.forEach((value) => pushValue(value, tokens));
    const [digits = part] = /^[\p{N}.]+/u.exec(part) ?? [];
    for (const value of valuesOf(digits, false) ?? []) pushValue(value, tokens);
    return readWord(part.slice(digits.length).toLowerCase(), draft);
  }
  // The first word of a text has a capital anyway, and `May` may begin a sentence.
  const last = tokens.at(-1);
  const inside = last !== undefined && !(last.ends && part === "May");
  const date = inside ? dateWordOf(part) : undefined;
  if (date === undefined) readWord(part.toLowerCase(), draft);
  else pushValue(date, tokens);
}

function readWord(word: string, draft: Drafting): void {
  const { tokens } = draft;
  const last = tokens.at(-1);
  if (last?.value !== undefined && !last.ends) {
    const measured = withUnit(last.value, word);
    if (measured !== undefined) {
      last.value = measured;
      return;
    }
  }
  const often = OFTEN.get(word);
  if (often !== undefined) return pushTime(...often, tokens);
  if (isTime(word) && isEach(tokens)) return pushTime(1, word, tokens);
  const spelled = NUMBER_WORDS.get(word);
  const counts = spelled !== undefined && (word !== "one" || mayCount(last));
  if (counts) pushValue(numeric("", spelled), tokens);
  else tokens.push(wordToken(word, draft));
}

/** Whether what follows says how often: `every`, `once a`. */
function isEach(tokens: readonly DraftToken[]): boolean {
  const last = tokens.at(-1);
  if (last === undefined || last.ends) return false;
  return EACH.has(last.word) || (last.word === "a" && tokens.at(-2)?.value?.kind === NUMBER);
}

/** Whether a `one` may be a number here: mostly it is not. */
function mayCount(last: DraftToken | undefined): boolean {
  return last !== undefined && /^(?:is|are|takes?|after|for|to|within|every)$/.test(last.word);
}

function pushValue(value: Value, tokens: DraftToken[]): void {
  const last = tokens.at(-1);
  const ofLines = last?.word === "line" || last?.word === "lines" || last?.value?.kind === LINE;
  const isLine = ofLines && value.kind === NUMBER && value.number !== undefined;
  const isVersion = value.kind === NUMBER && VERSIONED.test(last?.word ?? "");
  const placed = isLine ? numeric("line", value.number) : isVersion ? asVersion(value) : value;
  const { text } = placed;
  tokens.push({ word: text, stem: text, value: placed, ends: false, mood: SAID, aside: false });
}

const VERSIONED = /^(?:versions?|releases?)$/;

function wordToken(given: string, { lexicon }: Drafting): DraftToken {
  const known = lexicon.get(given) ?? entryOf(OPERATORS.get(given) ?? given.replace(/'s$/, ""));
  lexicon.set(given, known);
  const { word, stem: own } = known;
  return { word, stem: own, value: undefined, ends: false, mood: SAID, aside: false };
}

function entryOf(word: string): { readonly word: string; readonly stem: string } {
  const silent =
    FUNCTION_WORDS.has(word) ||
    MODAL.has(word) ||
    NOT.has(word) ||
    NO.has(word) ||
    word.endsWith("n't") ||
    word === "!";
  return { word, stem: !silent || haveOpposites.has(word) ? stem(word) : "" };
}

/** Finds out what is stated, what is advised, and what is in subordinate clauses. */
function markMoods(tokens: readonly DraftToken[]): void {
  let left = 0;
  let aside = false;
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    const starts = before === undefined || before.ends;
    aside = (aside && !starts) || HANGING.has(token.word);
    token.aside = aside;
    if (starts && commands(token, tokens[i + 1])) left = MODAL_REACH;
    const looksInto = token.word === "that" && LOOKS_INTO.has(before?.word ?? "");
    const advises = MODAL.has(token.word) || looksInto;
    if (advises) left = MODAL_REACH;
    token.mood = moodOf(token, before, left);
    if (token.ends) left = 0;
    else if (!advises && token.stem !== "" && left > 0) left--;
  }
}

/** `do not ship`, `never retry`, `always retry`, `create an index` are commands; `never retries` states something. */
function commands({ word }: Token, next: Token | undefined): boolean {
  if (word === "never" || word === "always") return next?.word.endsWith("s") === false;
  return word === "don't" || MAKES.has(word);
}

function moodOf(token: Token, before: Token | undefined, left: number): number {
  if (left > 0) return ADVISED;
  if (before?.word === "to") return SAID | ADVISED;
  const starts = before === undefined || before.ends || CLAUSE_WORDS.has(before.word);
  if (!starts || NO.has(token.word)) return SAID;
  return ADVICE.has(token.word) ? ADVISED : SAID | ADVISED;
}
