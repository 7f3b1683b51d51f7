import { foldedKey } from "../../conflict/canonical.ts";
import { oneLineOfWords, shown } from "../../conflict/plain.ts";
import { isThenable } from "../../model/hear.ts";
import type { Json } from "../../model/json.ts";
import type { JudgeAnswer, JudgeOption } from "./question.ts";

/** A judge's answer, read: which option, or why that is unclear. */
export type ReadChoice =
  | {
      /** The place of the option in the question. */
      readonly place: number;
      /** The judge's own words. */
      readonly words: string;
      readonly wrong?: undefined;
    }
  | {
      /** What is wrong with it, without its own words: the judge is told this when it is asked again. */
      readonly wrong: string;
      /** The same for a person, with what it said. */
      readonly detail: string;
    };

const MAX_REASONING_CHARS = 500;

/**
 * Reads which option an answer means: `{ choice, reasoning }`, or the choice alone. A choice is the id of an option as in the
 * question; else `B.`, `Option B`, `B: hold`, or the text of a position, if that means one option and no other.
 */
export function readChoice(output: unknown, options: readonly JudgeOption[]): ReadChoice {
  const isAnswer = typeof output === "object" && output !== null && !Array.isArray(output);
  const { choice, reasoning } = (isAnswer ? output : { choice: output }) as Readonly<
    Partial<Record<keyof JudgeAnswer, unknown>>
  >;
  const words = typeof reasoning === "string" ? oneLineOfWords(reasoning, MAX_REASONING_CHARS) : "";
  const meant = placesMeant(choice, options);
  const [place, another] = meant;
  if (place !== undefined && another === undefined) return { place, words };
  const ids = options.map(({ id }) => id).join(", ");
  const got = typeof choice === "string" ? shown(choice) : `of type ${typeof choice}`;
  const several = meant.map((at) => options[at]?.id ?? "").join(" and ");
  return {
    wrong:
      place === undefined
        ? `it names none of the options, which are ${ids}`
        : `it may mean the options ${several}`,
    detail: `the choice is ${got}, ${place === undefined ? `and the options are ${ids}` : `which may mean ${several}`}`,
  };
}

/** The indexes of all options that a choice may mean. An id alone means that option, whatever positions say. */
function placesMeant(choice: unknown, options: readonly JudgeOption[]): readonly number[] {
  if (typeof choice !== "string") return positionsLike(choice, options);
  const byId = placeOf(choice.trim(), options);
  if (byId >= 0) return [byId];
  const bare = bareText(choice);
  const [, id = "", rest] = NAMED.exec(bare) ?? [];
  const named = placeOf(id, options);
  const isNamed = named >= 0 && (rest === undefined || isTextOf(rest, options[named]));
  const texts = new Set([choice, bare].flatMap((text) => positionsLike(text, options)));
  return [...new Set([...(isNamed ? [named] : []), ...texts])].toSorted((a, b) => a - b);
}

// `B`, `Option B`, `the answer: B`, and with the position after it: `B: hold`, `Option B) hold`.
const NAMED =
  /^(?:(?:the\s+)?(?:option|choice|answer|id)\b[\s:#("'*]*)?([a-z])(?:\s*[.:)–—-]\s*(\S.*))?$/is;

/** A text without quotes, brackets and marks around it. */
function bareText(text: string): string {
  return text
    .replace(/^[\s"'`*_([{<]+/, "")
    .replace(/(?<![\s"'`*_)\]}>.,;:!])[\s"'`*_)\]}>.,;:!]+$/, "");
}

function isTextOf(text: string, option: JudgeOption | undefined): boolean {
  return [text, bareText(text)].some((one) => isLike(one, option?.position));
}

function placeOf(id: string, options: readonly JudgeOption[]): number {
  const wanted = id.toUpperCase();
  return options.findIndex((option) => option.id === wanted);
}

function positionsLike(value: unknown, options: readonly JudgeOption[]): readonly number[] {
  return options.flatMap(({ position }, place) => (isLike(value, position) ? [place] : []));
}

/** Whether a value is a position as it was shown, or the text of one. */
function isLike(value: unknown, position: Json | undefined): boolean {
  if (value === undefined || value === null || position === undefined || isThenable(value)) {
    return false;
  }
  try {
    const key = foldedKey(value);
    if (key === foldedKey(position)) return true;
    return typeof position !== "string" && key === foldedKey(JSON.stringify(position));
  } catch {
    // It is not JSON.
    return false;
  }
}
