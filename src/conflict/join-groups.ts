import { likeness, type GroupSum, type NearPair } from "./similar/near-pairs.ts";

/** A pair of groups about which a judge may have been asked. */
export interface AnsweredPair extends NearPair {
  /** Whether they are the same; `undefined` if there is no answer. */
  readonly same: boolean | undefined;
}

interface Joined {
  readonly sum: Map<number, number>;
  size: number;
  readonly members: number[];
  /** Groups with which it must not be joined, because a judge said so. */
  readonly apart: Set<number>;
}

const NOTHING: Joined = { sum: new Map(), size: 1, members: [], apart: new Set() };

/**
 * Joins groups: first those that were said to be the same, the most alike first; then, of the pairs without an answer,
 * those whose groups are alike enough on average by then. Groups that were said to differ are never in one,
 * not even through others: of two contradicting answers, the one about more alike groups counts. Groups that
 * `contradict` each other are joined only if these two were said to be the same.
 *
 * Returns lists of group indices, ascending, ordered by their first one.
 */
export function joinGroups(
  groups: readonly GroupSum[],
  pairs: readonly AnsweredPair[],
  threshold: number,
  contradict: (first: number, second: number) => boolean = () => false,
): readonly (readonly number[])[] {
  const said = new Set(
    pairs.flatMap(({ first, second, same }) => (same === true ? [placeOf(first, second)] : [])),
  );
  const rootOf = groups.map((_, index) => index);
  const joined = groups.map(({ sum, size }, index): Joined => ({
    sum: new Map(sum),
    size,
    members: [index],
    apart: new Set(),
  }));
  const at = (root: number): Joined => joined[root] ?? NOTHING;

  function mayJoin(first: number, second: number): boolean {
    if (at(first).apart.has(second)) return false;
    return at(first).members.every((one) =>
      at(second).members.every((other) => said.has(placeOf(one, other)) || !contradict(one, other)),
    );
  }

  function join(first: number, second: number): void {
    const [into, from] =
      at(first).members.length >= at(second).members.length ? [first, second] : [second, first];
    const whole = at(into);
    const part = at(from);
    for (const [term, weight] of part.sum) whole.sum.set(term, (whole.sum.get(term) ?? 0) + weight);
    whole.size += part.size;
    for (const member of part.members) {
      rootOf[member] = into;
      whole.members.push(member);
    }
    for (const other of part.apart) {
      at(other).apart.delete(from);
      at(other).apart.add(into);
      whole.apart.add(other);
    }
    part.members.length = 0;
  }

  const rootsOf = ({ first, second }: NearPair): readonly [number, number] => [
    rootOf[first] ?? first,
    rootOf[second] ?? second,
  ];
  const mostAlikeFirst = pairs.toSorted(
    (a, b) => b.likeness - a.likeness || a.first - b.first || a.second - b.second,
  );
  for (const pair of mostAlikeFirst) {
    const [first, second] = rootsOf(pair);
    if (pair.same === undefined || first === second) continue;
    if (!pair.same) {
      at(first).apart.add(second);
      at(second).apart.add(first);
    } else if (mayJoin(first, second)) {
      join(first, second);
    }
  }
  for (const pair of mostAlikeFirst) {
    const [first, second] = rootsOf(pair);
    if (pair.same !== undefined || first === second) continue;
    if (likeness(at(first), at(second)) >= threshold && mayJoin(first, second)) join(first, second);
  }
  return joined
    .filter(({ members }) => members.length > 0)
    .map(({ members }) => members.toSorted((a, b) => a - b))
    .sort(([a = 0], [b = 0]) => a - b);
}

/** The same for a pair in either order. */
function placeOf(one: number, other: number): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
