import type { Agent } from "../agent.ts";
import { promiseOf } from "../async/hear.ts";
import { inTurns, type Steps } from "../async/in-turns.ts";
import { untilAborted } from "../async/until-aborted.ts";
import { describeThrown } from "../errors.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  alone,
  type Candidate,
  type Comparator,
  type CompareContext,
  type Grouping,
} from "./compare.ts";
import { similar as similarTexts } from "./similar.ts";
import { stepsOf } from "./steps-of.ts";
import type { Subject } from "./subject.ts";
import { subjectSteps, type Material } from "./subjects.ts";

type Comparing = Pick<Material, "compare" | "similar">;
type MaybeComparing = { readonly [K in keyof Comparing]: Comparing[K] | undefined };

/** Whether any of the comparators has to ask somebody. */
function asksToCompare({ compare, similar }: MaybeComparing): boolean {
  if (similar?.groupLater !== undefined) return true;
  if (compare === undefined || compare.size === 0) return false;
  return [...compare.values()].some(({ groupLater }) => groupLater !== undefined);
}

/** What comparing later takes. */
export interface LaterContext extends Pick<CompareContext, "ask" | "signal"> {
  /** Aborted when nobody wants to know any more; `signal` may be aborted before, when there is no time left to ask. */
  readonly stopped?: AbortSignal | undefined;
}

/** With more to compare, others have their turn in between: about a tenth of a second's work. */
const MANY = { texts: 1_000, chars: 100_000 } as const;

/** Whether comparing is to be left to {@link comparedLater}: a comparator has to ask somebody, or there is very much. */
export function comparesLater(material: Material): boolean {
  return asksToCompare(material) || stepsThrough(material);
}

function stepsThrough({ claims = [], findings = [], compare, similar }: Material): boolean {
  const inSteps = [...(compare?.values() ?? [])].some(stepsOf);
  const texts = similar === undefined || stepsOf(similar) !== undefined ? findings : [];
  const positions = inSteps ? claims : [];
  if (texts.length + positions.length > MANY.texts) return true;
  let chars = 0;
  // What is no finding and no claim is refused later.
  for (const finding of texts) chars += charsIn((finding as Finding | null)?.text);
  for (const claim of positions) chars += charsIn((claim as Claim | null)?.position);
  return chars > MANY.chars;
}

function charsIn(value: unknown): number {
  return typeof value === "string" ? value.length : 0;
}

/** The agents that comparators ask. */
export function askedToCompare({ compare, similar }: MaybeComparing): readonly Agent[] {
  const all = [...(compare?.values() ?? []), ...(similar === undefined ? [] : [similar])];
  return [...new Set(all.flatMap(({ asks = [] }) => asks))];
}

/**
 * Has all comparators that ask or that go in steps group what the material has for them, one after another, and answers with
 * comparators that know what came out: `subjects()` with those is what the material comes to. Rejects only when the run ends; a
 * comparator that has not answered when the signal is aborted has failed, but one that asks nobody goes on.
 */
export async function comparedLater(given: Material, context: LaterContext): Promise<Comparing> {
  const { stopped, ...asking } = context;
  const { similar = similarTexts() } = given;
  const material = { ...given, similar };
  const together = {};
  const groupings = new Map<string | undefined, Grouping>();
  const wanted = await inTurns(candidatesIn(material), stopped);
  for (const { comparator, subject, candidates } of wanted) {
    const about = { ...asking, subject, together };
    const grouping = await groupLater(comparator, candidates, about, stopped);
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
  stopped: AbortSignal | undefined,
): Promise<Grouping> {
  const ended: unknown[] = [];
  const ask: CompareContext["ask"] = (agent, task, key) =>
    context.ask(agent, task, key).catch((reason: unknown) => {
      ended.push(reason);
      throw reason;
    });
  try {
    const steps = stepsOf(comparator);
    if (steps !== undefined) return await inTurns(steps(candidates), stopped);
    const grouping = await untilAborted(
      promiseOf(comparator.groupLater?.(candidates, { ...context, ask })),
      context.signal,
    );
    return (grouping as Grouping | undefined) ?? comparator.group(candidates);
  } catch (error) {
    if (ended.length > 0) throw ended[0];
    stopped?.throwIfAborted();
    const refused = `the comparison "${comparator.name}" failed: ${describeThrown(error)}`;
    return { groups: candidates.map(alone), refused };
  }
}

/** As `subjects()`, with comparators that ask or of very much. Rejects only when the run ends. */
export async function subjectsLater(
  material: Material,
  context: LaterContext,
): Promise<readonly Subject[]> {
  const comparing = await comparedLater(material, context);
  return inTurns(subjectSteps({ ...material, ...comparing }), context.stopped);
}

interface Wanted {
  readonly comparator: Comparator;
  readonly subject: string | undefined;
  readonly candidates: readonly Candidate[];
}

/** What each comparator that asks is to group, found by putting everything together as if nothing were alike. */
function* candidatesIn(material: Material): Steps<readonly Wanted[]> {
  const wanted: Wanted[] = [];
  const noting = withComparators(material, (comparator, subject) => ({
    ...comparator,
    group(candidates) {
      if (candidates.length > 1) wanted.push({ comparator, subject, candidates });
      return { groups: candidates.map(alone) };
    },
  }));
  yield* subjectSteps({ ...material, ...noting });
  return wanted;
}

function withComparators(
  { compare, similar }: Comparing,
  change: (comparator: Comparator, subject: string | undefined) => Comparator,
): Comparing {
  const changed = (comparator: Comparator, subject: string | undefined): Comparator =>
    comparator.groupLater === undefined && stepsOf(comparator) === undefined
      ? comparator
      : change(comparator, subject);
  return {
    ...(compare !== undefined && {
      compare: new Map([...compare].map(([subject, own]) => [subject, changed(own, subject)])),
    }),
    ...(similar !== undefined && { similar: changed(similar, undefined) }),
  };
}
