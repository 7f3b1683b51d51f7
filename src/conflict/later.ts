import type { Agent } from "../agent.ts";
import { promiseOf } from "../async/hear.ts";
import { untilAborted } from "../async/until-aborted.ts";
import { describeThrown } from "../errors.ts";
import {
  alone,
  type Candidate,
  type Comparator,
  type CompareContext,
  type Grouping,
} from "./compare.ts";
import { subjects, type Material } from "./subjects.ts";

type Comparing = Pick<Material, "compare" | "similar">;
type MaybeComparing = { readonly [K in keyof Comparing]: Comparing[K] | undefined };

/** Whether any of the comparators has to ask somebody. */
export function asksToCompare({ compare, similar }: MaybeComparing): boolean {
  if (similar?.groupLater !== undefined) return true;
  if (compare === undefined || compare.size === 0) return false;
  return [...compare.values()].some(({ groupLater }) => groupLater !== undefined);
}

/** The agents that comparators ask. */
export function askedToCompare({ compare, similar }: MaybeComparing): readonly Agent[] {
  const all = [...(compare?.values() ?? []), ...(similar === undefined ? [] : [similar])];
  return [...new Set(all.flatMap(({ asks = [] }) => asks))];
}

/**
 * Has all comparators that ask group what the material has for them, one after another, and answers with comparators that
 * know what came out: `subjects()` with those is what the material comes to. Rejects only when the run ends; a comparator that has not answered when the signal is aborted has
 * failed.
 */
export async function comparedLater(
  material: Material,
  context: Pick<CompareContext, "ask" | "signal">,
): Promise<Comparing> {
  const together = {};
  const groupings = new Map<string | undefined, Grouping>();
  for (const { comparator, subject, candidates } of candidatesIn(material)) {
    const grouping = await groupLater(comparator, candidates, { ...context, subject, together });
    groupings.set(subject, grouping);
  }
  return withComparators(material, (comparator, subject) => {
    const grouping = groupings.get(subject);
    return grouping === undefined ? comparator : { ...comparator, group: () => grouping };
  });
}

async function groupLater(
  comparator: Comparator,
  candidates: readonly Candidate[],
  context: CompareContext,
): Promise<Grouping> {
  const ended: unknown[] = [];
  const ask: CompareContext["ask"] = (agent, task, key) =>
    context.ask(agent, task, key).catch((reason: unknown) => {
      ended.push(reason);
      throw reason;
    });
  try {
    const grouping = await untilAborted(
      promiseOf(comparator.groupLater?.(candidates, { ...context, ask })),
      context.signal,
    );
    return (grouping as Grouping | undefined) ?? comparator.group(candidates);
  } catch (error) {
    if (ended.length > 0) throw ended[0];
    const refused = `the comparison "${comparator.name}" failed: ${describeThrown(error)}`;
    return { groups: candidates.map(alone), refused };
  }
}

interface Wanted {
  readonly comparator: Comparator;
  readonly subject: string | undefined;
  readonly candidates: readonly Candidate[];
}

/** What each comparator that asks is to group, found by putting everything together as if nothing were alike. */
function candidatesIn(material: Material): readonly Wanted[] {
  const wanted: Wanted[] = [];
  const noting = withComparators(material, (comparator, subject) => ({
    ...comparator,
    group(candidates) {
      if (candidates.length > 1) wanted.push({ comparator, subject, candidates });
      return { groups: candidates.map(alone) };
    },
  }));
  subjects({ ...material, ...noting });
  return wanted;
}

function withComparators(
  { compare, similar }: Comparing,
  change: (comparator: Comparator, subject: string | undefined) => Comparator,
): Comparing {
  const changed = (comparator: Comparator, subject: string | undefined): Comparator =>
    comparator.groupLater === undefined ? comparator : change(comparator, subject);
  return {
    ...(compare !== undefined && {
      compare: new Map([...compare].map(([subject, own]) => [subject, changed(own, subject)])),
    }),
    ...(similar !== undefined && { similar: changed(similar, undefined) }),
  };
}
