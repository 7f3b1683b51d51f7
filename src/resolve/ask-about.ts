import type { Subject } from "../conflict/subject.ts";
import type { Resolver } from "./resolver.ts";

/** Whether a resolver may ask agents about a subject, which costs. */
export function asksAgents({ asks = [] }: Resolver): boolean {
  return asks.length > 0;
}

/** Whether a subject needs to be settled. */
export function isContested({ positions, refused }: Subject): boolean {
  return positions.length > 1 && refused === undefined;
}

/** Whether resolvers of the chain could ask about more subjects than they may. */
export function mayAskTooMany(
  subjects: readonly Subject[],
  resolve: readonly Resolver[],
  maxSubjects: number,
): boolean {
  if (subjects.length <= maxSubjects || !resolve.some(asksAgents)) return false;
  return subjects.filter(isContested).length > maxSubjects;
}

/** The given number of subjects on which most agents hold a position; of equals the first. */
export function mostHeld(subjects: readonly Subject[], many: number): ReadonlySet<Subject> {
  const ranked = subjects
    .map((subject) => ({ subject, holders: holdersOf(subject) }))
    .toSorted((a, b) => b.holders - a.holders);
  return new Set(ranked.slice(0, many).map(({ subject }) => subject));
}

function holdersOf({ positions }: Subject): number {
  return positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0);
}

/** The chain for subjects about which no agents are asked: resolvers that would ask defer, and say so. */
export function withoutAsking(
  resolve: readonly Resolver[],
  maxSubjects: number,
): readonly Resolver[] {
  const defer = `it is asked about at most ${maxSubjects} subjects of a run: those on which most agents hold a position`;
  return resolve.map((resolver) =>
    asksAgents(resolver) ? { name: resolver.name, settle: () => ({ defer }) } : resolver,
  );
}
