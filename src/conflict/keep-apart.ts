/** Which of some things, by index, must not be in one group. */
export interface Apart {
  readonly apart: (a: number, b: number) => boolean;
  /** Things of one kind are never apart. */
  readonly kindOf: (index: number) => number;
}

/** Groups that grow by taking each other in, and which of them may do so. */
export interface KeptApart {
  /** Groups are known by the index that they began with. */
  readonly mayJoin: (a: number, b: number) => boolean;
  readonly join: (from: number, into: number) => void;
  /** Pairs of things that were looked at so far. */
  readonly steps: () => number;
}

interface ApartGroup {
  /** In the order in which they joined: earlier entries never change. */
  readonly members: number[];
  readonly byKind: Map<number, number[]>;
}

/** How far two groups have been compared: no pair among these members is apart. `undefined`: some pair is. */
type ComparedPair = readonly [number, number] | undefined;

/** Smaller pairs of groups are compared again each time. */
const LEAST_KEPT = 16;

/** Groups of one member each. */
export function keptApart(count: number, { apart, kindOf }: Apart): KeptApart {
  const groups = Array.from({ length: count }, (_, index): ApartGroup => ({
    members: [index],
    byKind: new Map([[kindOf(index), [index]]]),
  }));
  const compared = new Map<number, ComparedPair>();
  let steps = 0;

  function isApartFrom(index: number, { byKind }: ApartGroup): boolean {
    const own = kindOf(index);
    for (const [kind, members] of byKind) {
      steps++;
      if (kind === own) continue;
      for (const other of members) {
        steps++;
        if (apart(index, other)) return true;
      }
    }
    return false;
  }

  function mayJoin(a: number, b: number): boolean {
    const [first, second] = a < b ? [a, b] : [b, a];
    const [one, other] = [groups[first], groups[second]];
    if (one === undefined || other === undefined) return false;
    const [few, many] = one.members.length < other.members.length ? [one, other] : [other, one];
    if (one.members.length * other.members.length < LEAST_KEPT)
      return few.members.every((index) => !isApartFrom(index, many));
    const place = first * count + second;
    const known = compared.get(place);
    if (known === undefined && compared.has(place)) return false;
    const [from, otherFrom] = known ?? [0, 0];
    const may =
      known === undefined
        ? few.members.every((index) => !isApartFrom(index, many))
        : !hasApart(one, from, other) && !hasApart(other, otherFrom, one);
    compared.set(place, may ? [one.members.length, other.members.length] : undefined);
    return may;
  }

  function hasApart({ members }: ApartGroup, from: number, other: ApartGroup): boolean {
    for (let i = from; i < members.length; i++)
      if (isApartFrom(members[i] ?? 0, other)) return true;
    return false;
  }

  function join(from: number, into: number): void {
    const [part, whole] = [groups[from], groups[into]];
    if (part === undefined || whole === undefined) return;
    for (const member of part.members) whole.members.push(member);
    for (const [kind, members] of part.byKind) {
      const own = whole.byKind.get(kind);
      if (own === undefined) whole.byKind.set(kind, members);
      else for (const member of members) own.push(member);
    }
  }

  return { mayJoin, join, steps: () => steps };
}
