import { foldedKey } from "../../conflict/canonical.ts";
import type { Position } from "../../model/conflict.ts";
import { oneLine, shown } from "../../conflict/plain.ts";
import { fewOf, type Subject } from "../../conflict/subject.ts";
import { rerunAgent } from "../../call/ladder.ts";
import type { ResolverContext, Deferral, Question } from "../../resolve/resolver.ts";
import { otherSides } from "../../resolve/other-sides.ts";
import type { OnceMore, Panel } from "./panel.ts";
import type { Team } from "../team.ts";

type Capability = NonNullable<ResolverContext["rerun"]>;

/** The reruns that resolvers want. */
export interface RerunWishes {
  readonly rerun: Capability;
  /** The members to ask, in the order of the team, each at most once, however many of these subjects it is about. */
  readonly wanted: (subjects: readonly Subject[]) => readonly OnceMore[];
}

/** What a resolver that wants a rerun is told after there was one. */
export const ONCE_ONLY: Capability = () => ({
  defer: "those who disagree have been asked once more",
});

/** Collects the subjects for which a rerun is wanted: they stop at that resolver, and later resolvers are not asked about them. */
export function rerunWishes({ indexOf, members }: Team, panel: Panel): RerunWishes {
  const wishes = new Map<
    string,
    { readonly question: Question; readonly tier: string | undefined }
  >();
  const ableOf = ({ positions }: Question): readonly number[] =>
    positions
      .flatMap(({ heldBy }) => heldBy.flatMap(({ agent }) => indexOf.get(agent) ?? []))
      .filter((index) => panel.memberAt(index) !== undefined);
  return {
    rerun(question, tier): Deferral {
      if (ableOf(question).length === 0) {
        return { defer: "none of those who disagree can be asked once more" };
      }
      wishes.set(question.subject, { question, tier });
      return { defer: "those who disagree are asked once more", status: "waiting" };
    },
    wanted(subjects) {
      // In the order of the subjects, because the order of the wishes may depend on who answered first.
      const wished = subjects.flatMap(({ subject }) => wishes.get(subject) ?? []);
      const tiers = new Map<number, string | undefined>();
      for (const { question, tier } of wished) {
        for (const index of ableOf(question)) tiers.set(index, tiers.get(index) ?? tier);
      }
      if (tiers.size === 0) return [];
      const sides = otherSides(wished.map(({ question }) => question));
      return [...members.entries()].flatMap(([index, { name }]): readonly OnceMore[] => {
        const configured = tiers.has(index) ? panel.memberAt(index) : undefined;
        if (configured === undefined) return [];
        const others = sides.get(name) ?? [];
        return [
          { index, configured: rerunAgent(configured, tiers.get(index)), why: "rerun", others },
        ];
      });
    },
  };
}

const MAX_NAMED = 5;
const MAX_NAME_CHARS = 100;

/**
 * The subjects after a rerun, each with a sentence that says which of the agents that were asked changed their mind, and which did
 * not.
 */
export function withChanges(
  { members }: Team,
  asked: readonly OnceMore[],
  before: readonly Subject[],
  after: readonly Subject[],
): readonly Subject[] {
  const names = asked.map(({ index }) => members[index]?.name ?? "");
  const known = new Map(before.map(({ subject, positions }) => [subject, holders(positions)]));
  return after.map((subject) => {
    const was = known.get(subject.subject);
    const is = holders(subject.positions);
    const changed: string[] = [];
    const same: string[] = [];
    for (const name of names) {
      const [old, now] = [was?.get(name), is.get(name)];
      if (old === undefined && now === undefined) continue;
      if (old !== undefined && now !== undefined && foldedKey(old.value) === foldedKey(now.value))
        same.push(name);
      else changed.push(`${oneLine(name, MAX_NAME_CHARS)} from ${spoken(old)} to ${spoken(now)}`);
    }
    if (changed.length === 0 && same.length === 0) return subject;
    const changes = changed.length === 0 ? "nobody" : fewOf(changed, MAX_NAMED, (one) => one);
    const rest =
      same.length === 0
        ? ""
        : `; not ${fewOf(same, MAX_NAMED, (name) => oneLine(name, MAX_NAME_CHARS))}`;
    const told = `Asked once more, knowing what the others hold, changed their mind: ${changes}${rest}.`;
    return { ...subject, note: subject.note === undefined ? told : `${told} ${subject.note}` };
  });
}

function spoken(position: Position | undefined): string {
  return position === undefined ? "nothing" : shown(position.value);
}

function holders(positions: readonly Position[]): ReadonlyMap<string, Position> {
  return new Map(
    positions.flatMap((position) => position.heldBy.map(({ agent }) => [agent, position] as const)),
  );
}
