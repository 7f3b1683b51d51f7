import { denialsIn, isContrast, isGerund } from "./denials.ts";
import { partingIn, type Parting } from "./sides.ts";
import { opposed, stancesOf, type Stance } from "./stances.ts";
import { SAID, tokensOf, type Lexicon, type Token } from "./tokens.ts";
import type { Value } from "./value.ts";

/** A word that has an opposite, or a denial: what another text can contradict. */
export interface ChargedWord {
  /** It is denied, rather than that it has an opposite. */
  readonly denied: boolean;
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
  /** As in a charged word. */
  readonly aside: boolean;
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
  /** Where the sides of a text meet, if it is short and has sides. */
  readonly parting: Parting | undefined;
  /** Two texts with the same key do not contradict each other. */
  readonly key: string;
}

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
  const denying = new Set(
    denials.flatMap(({ by, scope, isUndone }) => (scope.length > 0 || isUndone ? [by] : [])),
  );
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
      const { aside } = token;
      const mention = { at, holds: holds !== isDenied, mood, aside };
      const known = mentions.get(about);
      if (known === undefined) mentions.set(about, [mention]);
      else known.push(mention);
    }
    if (own.length === 1) {
      if (token.value === undefined) topic.add(token.stem);
    } else if (!isDenied) {
      const head = own.map(({ about }) => about);
      const { aside } = token;
      charges.push({ denied: false, stances: own.slice(1), head, wide: head, at, mood, aside });
    }
  });
  for (const { by, scope, ofNoun } of denials) {
    const stances = scope.flatMap((index) => opposed(stancesIn(all[index])));
    if (stances.length === 0) continue;
    const [first = 0] = scope;
    const main = ofNoun && first > by && !isGerund(all[first]) ? (scope.at(-1) ?? first) : first;
    const head = stancesIn(all[main]).map(({ about }) => about);
    charges.push({
      denied: true,
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
    parting: tokens.length <= MAX_PLACED ? partingIn(all) : undefined,
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
