import { stem } from "./stem.ts";
import { NO_PREFIX, opposites } from "./word-lists.ts";

/** That something holds, or that it does not: a stem, or a line of opposites. */
export interface Stance {
  readonly about: string;
  readonly holds: boolean;
}

const PREFIX = /^(?:un|in|im|ir|il|dis|non)(?=\p{L}{3})/u;

const DEGREE = /^(?:over|under)(?=\p{L}{4})/u;

const noPrefix: ReadonlySet<string> = new Set([...NO_PREFIX].map(stem));

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

/** What a word by itself says: that its stem holds, and what follows from that for its opposites. */
export function stancesOf(word: string, own: string): readonly Stance[] {
  const stances: Stance[] = [{ about: own, holds: true }, ...(sidesOf.get(own) ?? [])];
  const prefix = noPrefix.has(own) ? null : PREFIX.exec(word);
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

/** The same denied. */
export function opposed(stances: readonly Stance[]): readonly Stance[] {
  return stances.map(({ about, holds }) => ({ about, holds: !holds }));
}

/** Whether a word has an opposite. */
export function hasOpposite(word: string): boolean {
  return stancesOf(word, stem(word)).length > 1;
}

/** Whether two words are opposites: `faster` and `slower`. */
export function areOpposites(one: string, other: string): boolean {
  const [mine, others] = [one, other].map((word) => stancesOf(word, stem(word)));
  return (mine ?? []).some(({ about, holds }) =>
    (others ?? []).some((stance) => stance.about === about && stance.holds !== holds),
  );
}
