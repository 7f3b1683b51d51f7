import { haveChangedPlaces, haveOthersInOnePlace } from "./one-place.ts";
import { haveOtherCauses, haveTurnedSides } from "./sides.ts";
import { MAX_PLACED, type Reading, type Slot } from "./reading.ts";
import type { Stance } from "./stances.ts";
import { agree } from "./value.ts";
import { wordsIn } from "./word-lists.ts";

// Two texts contradict each other if they are about the same thing and
//   1. one denies what the other says: "safe" and "not safe", "validates" and "fails to validate", "checked" and "unchecked"; or
//   2. they say opposites: "enabled" and "disabled", "too many" and "too few"; or
//   3. they have two values of one kind in the same place: "30 seconds" and "300 seconds", two files, two names, two codes; or
//   4. they are short, and the same up to one place, in which other words stand, or up to two things that have changed places; or
//   5. they are short, and have the same two sides the other way round, or other causes of one thing (sides.ts).
// What only one of them mentions is no contradiction: an additional value, or a denial of something on which the other is
// silent. It is no contradiction either if both deny the same in other words ("not validated", "missing validation"), if one says that
// something is so and the other that it should not be, or if a text has both opposites.
//
// The less alike the rest of the two texts is, the more it takes. Texts that differ in only a few words are `close`: any of the
// above is enough. For texts that are `near`, the words next to the two places must show that they are the same place, and
// conditions and reasons do not count. Texts that are `far` from each other never contradict.

type Distance = "close" | "near" | "far";

/** If the texts share less than this part of the words of the shorter one, they are far. */
const LEAST_SHARED = 0.6;
/** Near: this alike (Dice's coefficient of the words without opposites), or differing in this few of them. */
const NEAR = { likeness: 0.6, differing: 4 } as const;
/** Close: the same over all words and values. */
const CLOSE = { likeness: 0.85, differing: 5 } as const;
/** On how many sides of a place in a near text the neighbours must be the same. Long texts name many things. */
const SIDES = { name: 2, other: 1 } as const;
/** A shorter word is a letter rather than a thing. */
const LEAST_CHARS = 2;

/** Whether two texts contradict each other. Symmetric; takes time linear in their lengths, except for their values. */
export function contradict(a: Reading, b: Reading): boolean {
  if (a.slots.length > 0 && a.frame === b.frame) return !sameInFrame(a, b);
  if (isShort(a) && isShort(b)) {
    const turned = haveTurnedSides(a, b);
    if (turned !== undefined) return turned;
    if (haveOthersInOnePlace(a, b) || haveChangedPlaces(a, b)) return true;
    if (haveOtherCauses(a, b)) return true;
  }
  if (!hasCharges(a, b)) return false;
  const distance = distanceOf(a, b);
  if (distance === "far") return false;
  return denies(a, b, distance) || denies(b, a, distance) || differs(a, b, distance);
}

function isShort({ tokens }: Reading): boolean {
  return tokens.length <= MAX_PLACED;
}

/** Whether there is anything that two texts could contradict each other about. */
export function mayContradict(a: Reading, b: Reading): boolean {
  return (isShort(a) && isShort(b)) || hasCharges(a, b);
}

/** Whether a text denies something, has a word with an opposite, or both have values. */
export function hasCharges(a: Reading, b: Reading): boolean {
  return a.charges.length > 0 || b.charges.length > 0 || (a.slots.length > 0 && b.slots.length > 0);
}

function distanceOf(a: Reading, b: Reading): Distance {
  const shared = sharedBy(a.topic, b.topic);
  const fewer = Math.min(a.topic.size, b.topic.size);
  if (shared < LEAST_SHARED * fewer) return "far";
  const both = a.topic.size + b.topic.size;
  if (both - 2 * shared > NEAR.differing && 2 * shared < NEAR.likeness * both) return "far";
  const common = sharedBy(a.vocabulary, b.vocabulary);
  const total = a.vocabulary.size + b.vocabulary.size;
  return total - 2 * common <= CLOSE.differing || 2 * common >= CLOSE.likeness * total
    ? "close"
    : "near";
}

function sharedBy(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const few = a.size <= b.size ? a : b;
  const many = few === a ? b : a;
  let shared = 0;
  for (const word of few) if (many.has(word)) shared++;
  return shared;
}

/** Whether `b` says the opposite of something that `a` denies, or of one of its words that has an opposite. */
function denies(a: Reading, b: Reading, distance: Distance): boolean {
  return a.charges.some((charge) => {
    if (distance === "near" && charge.aside) return false;
    if (charge.stances.some((stance) => saysSame(b, stance, charge.denied))) return false;
    const meant = distance === "close" ? charge.wide : charge.head;
    return charge.stances.some(
      ({ about, holds }) =>
        about.length >= LEAST_CHARS &&
        meant.includes(about) &&
        !isSaid(a, about, !holds) &&
        (b.mentions.get(about) ?? []).some(
          (mention) =>
            mention.holds !== holds &&
            (mention.mood & charge.mood) !== 0 &&
            (distance === "close" || sameSides(a, charge.at, b, mention.at) >= SIDES.other),
        ),
    );
  });
}

function isSaid({ mentions }: Reading, about: string, holds: boolean): boolean {
  const known = mentions.get(about);
  return known !== undefined && known.some((mention) => mention.holds === holds);
}

/** Who does not release a lock says nothing of what locks and releases it: both have the opposite of what is denied. */
function saysSame(b: Reading, { about, holds }: Stance, denied: boolean): boolean {
  if (!isSaid(b, about, holds)) return false;
  const said = denied ? (b.mentions.get(about) ?? []) : [];
  return !said.some((mention) => mention.holds !== holds && !mention.aside);
}

/** Whether two values that the other text does not have stand in the same place. */
function differs(a: Reading, b: Reading, distance: Distance): boolean {
  const left = missingIn(b, a.slots);
  const right = left.length === 0 ? left : missingIn(a, b.slots);
  return left.some((one) =>
    right.some(
      (other) =>
        one.value.kind === other.value.kind &&
        ((distance === "close" && isOnly(left, one) && isOnly(right, other)) ||
          sameSides(a, one.at, b, other.at) >=
            (distance === "near" && one.value.kind === "name" ? SIDES.name : SIDES.other)),
    ),
  );
}

/** How many values are looked at; a text with more of them is a list. */
const MAX_SLOTS = 60;

function missingIn({ slots }: Reading, of: readonly Slot[]): readonly Slot[] {
  const there = slots.slice(0, MAX_SLOTS);
  return of
    .slice(0, MAX_SLOTS)
    .filter(({ value }) => !there.some((other) => agree(value, other.value)));
}

function isOnly(slots: readonly Slot[], { value }: Slot): boolean {
  return slots.filter((other) => other.value.kind === value.kind).length === 1;
}

/** On how many sides the same stands next to two places: a word, a value, or the end of the text. */
function sameSides(a: Reading, at: number, b: Reading, other: number): number {
  const before = a.tokens[at - 1] === b.tokens[other - 1] ? 1 : 0;
  return before + (a.tokens[at + 1] === b.tokens[other + 1] ? 1 : 0);
}

/** From 1.2 to 1.3 is not from 1.3 to 1.2, and to replace a by b is not to replace b by a. */
const DIRECTED = wordsIn(
  "from to into by over than before after instead replace replaces replaced replacing",
);

/** Whether texts of the same words have the same values; the order of adjacent values does not matter. */
function sameInFrame(a: Reading, b: Reading): boolean {
  for (const [i, slot] of a.slots.entries()) {
    const other = b.slots[i];
    if (other === undefined) return false;
    if (agree(slot.value, other.value)) continue;
    if (a.words.some((word) => DIRECTED.has(word)) || !isBeside(b, slot) || !isBeside(a, other))
      return false;
  }
  return true;
}

/** Whether a text has the value of a slot right beside that place. */
function isBeside({ slots }: Reading, { value, at }: Slot): boolean {
  return slots.some((slot) => Math.abs(slot.at - at) === 1 && agree(slot.value, value));
}
