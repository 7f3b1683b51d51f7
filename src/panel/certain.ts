import {
  agreement,
  type Foresight,
  type ResolverMade,
  type SaidSoFar,
  type SureWinner,
  type ResolverView,
} from "../resolve/foresight.ts";

/** The foresight of a chain's resolvers about one subject; `undefined` for a resolver that cannot tell, such as a judge. */
export type Outlook = readonly (Foresight | undefined)[];

const AGREEMENT = agreement(1);
const NOBODY: ResolverMade = Object.freeze({ place: null, confidence: 0 });

/** A chain's ruling on what was said so far; `undefined` if a resolver that cannot tell would decide. */
export function madeOf(outlook: Outlook, said: SaidSoFar): ResolverMade | undefined {
  if (said.held.length === 0) return NOBODY;
  for (const view of viewsOf(outlook, said.held.length > 1)) {
    if (view === undefined) return undefined;
    const made = view.now(said);
    if (made !== undefined) return made;
  }
  return NOBODY;
}

/**
 * The certain winner, whatever those to come say and whichever of them fail: the index in `held`, or `null` for nobody; `undefined` while
 * that is open. It equals the chain's ruling once all answers are there.
 */
export function certain(
  outlook: Outlook,
  said: SaidSoFar,
  toCome: readonly string[],
): number | null | undefined {
  const { length } = said.held;
  if (length === 0) return toCome.length === 0 ? null : undefined;
  const contested = length > 1 || toCome.length > 0 ? walk(outlook, true, said, toCome) : undefined;
  if (length > 1) return contested;
  // Those to come may agree or not.
  const agreed = walk(outlook, false, said, toCome);
  return toCome.length === 0 || agreed === contested ? agreed : undefined;
}

function walk(
  outlook: Outlook,
  contested: boolean,
  said: SaidSoFar,
  toCome: readonly string[],
): Exclude<SureWinner, "defers"> {
  for (const view of viewsOf(outlook, contested)) {
    const sure = view?.sure(said, toCome);
    if (sure !== "defers") return sure;
  }
  return null;
}

/** The resolvers that may decide, in their order. If all agree, those that judge agreement, and at last whether anybody spoke. */
function viewsOf(outlook: Outlook, contested: boolean): readonly (ResolverView | undefined)[] {
  if (contested) return outlook.map((foresight) => foresight?.contested);
  const agreed = outlook.flatMap((foresight) => {
    if (foresight === undefined) return [undefined];
    return foresight.agreed === undefined ? [] : [foresight.agreed];
  });
  return [...agreed, AGREEMENT];
}

/** An upper bound of the confidence that answers of `next` may give a chain. */
export function mostSure(outlook: Outlook, said: SaidSoFar, next: readonly string[]): number {
  return [...viewsOf(outlook, true), ...viewsOf(outlook, false)].reduce(
    (most, view) => Math.max(most, view?.most(said, next) ?? 0),
    0,
  );
}

/** Whether answers of `next` may make the winner certain: `false` only if none can. */
export function couldBeCertain(
  outlook: Outlook,
  said: SaidSoFar,
  next: readonly string[],
  rest: readonly string[],
): boolean {
  if (rest.length === 0) return true;
  const views = viewsOf(outlook, true);
  // A resolver that cannot tell would decide, or those before it do.
  if (views.every((view) => view?.defers === true)) return true;
  return views.some((view) => view !== undefined && view.could(said, next, rest));
}
