import type { Lane } from "./lanes.ts";
import type { Subject } from "./subjects.ts";

/** Tests texts against a search; `undefined` without a search. */
export type Finder = ((...texts: readonly (string | undefined)[]) => boolean) | undefined;

/** A text, ignoring case, or `/a regular expression/`; an incomplete one finds nothing. */
export function finderFor(query: string): Finder {
  const wanted = query.trim();
  if (wanted === "") return undefined;
  const [, pattern] = /^\/(.+)\/$/.exec(wanted) ?? [];
  if (pattern === undefined && !(wanted.startsWith("/") && wanted.length > 1)) {
    const small = wanted.toLowerCase();
    return (...texts) => texts.some((text) => text?.toLowerCase().includes(small));
  }
  try {
    const expression = new RegExp(pattern ?? "(?!)", "iu");
    return (...texts) => texts.some((text) => text !== undefined && expression.test(text));
  } catch {
    return () => false;
  }
}

export function finds(finder: Finder, { text, finding, positions, name }: Subject): boolean {
  if (finder === undefined) return true;
  const said = positions.flatMap(({ heldBy }) =>
    heldBy.flatMap(({ agent, evidence }) => (evidence === undefined ? [] : [agent, evidence])),
  );
  return finder(text, name, finding?.severity, finding?.category, finding?.rule, ...said);
}

export function findsLane(finder: Finder, { name, word, note }: Lane): boolean {
  return finder === undefined || finder(name, word, note);
}
