import type { Agent } from "../describe/agent.ts";
import { hear, promiseOf } from "../model/hear.ts";
import type { Stopping } from "../async/abort-controller.ts";
import { inTurns } from "../async/in-turns.ts";
import { untilAborted } from "../async/until-aborted.ts";
import { describeThrown } from "../model/errors.ts";
import type { Json } from "../model/json.ts";
import { requireSync } from "../check/require-sync.ts";
import { foldedKey } from "./canonical.ts";
import {
  equal,
  type Candidate,
  type Comparator,
  type CompareContext,
  type Grouping,
} from "./compare.ts";
import { oneLineOfWords } from "./plain.ts";
import { stepsOf } from "./steps-of.ts";

/** A checked grouping: every candidate in at most one group, and no two groups with the same value. */
export interface CheckedGrouping<C extends Candidate> {
  readonly groups: readonly CheckedGroup<C>[];
  readonly setAside: readonly C[];
  readonly refused?: string;
  readonly note?: string;
}

export interface CheckedGroup<C extends Candidate> {
  readonly value: Json;
  /** The canonical text of `value`. */
  readonly key: string;
  readonly members: readonly C[];
  readonly note?: string;
}

/** What comparators may use, and for how long. */
export interface GroupingContext extends Pick<CompareContext, "ask"> {
  /** Aborted when there is no time left to ask. */
  readonly asking: Stopping;
  /** Aborted when the result is no longer needed, which may be later. */
  readonly stopping: Stopping;
}

const MAX_NOTE_CHARS = 500;

/**
 * A comparator's grouping of the candidates, without asking agents. If it throws, or does not return a
 * grouping, the candidates stay as they are, and `refused` says why.
 */
export function groupAtOnce<C extends Candidate>(
  comparator: Comparator,
  candidates: readonly C[],
): CheckedGrouping<C> {
  if (comparator === equal()) return { groups: apart(candidates), setAside: [] };
  let grouping: unknown;
  try {
    grouping = requireSync(() => comparator.group(candidates), "it");
    return checkGrouping(grouping as Grouping, candidates);
  } catch (error) {
    return failed(comparator, candidates, error, grouping);
  }
}

/**
 * Like {@link groupAtOnce}, but a comparator may ask agents, and lets other work run if it
 * has much to do. Rejects only if the run ends. A comparator that is still asking when `asking` is aborted has failed; one that
 * asks no agents continues until `stopping` is aborted. Answers synchronously if there is nothing to wait for.
 */
export function groupWith<C extends Candidate>(
  comparator: Comparator,
  candidates: readonly C[],
  context: GroupingContext,
  about: Pick<CompareContext, "subject" | "together">,
): CheckedGrouping<C> | Promise<CheckedGrouping<C>> {
  const isLong = stepsOf(comparator) !== undefined || comparator.groupLater !== undefined;
  return isLong && candidates.length > 1
    ? groupLater(comparator, candidates, context, about)
    : groupAtOnce(comparator, candidates);
}

async function groupLater<C extends Candidate>(
  comparator: Comparator,
  candidates: readonly C[],
  { asking, stopping, ...context }: GroupingContext,
  about: Pick<CompareContext, "subject" | "together">,
): Promise<CheckedGrouping<C>> {
  const steps = stepsOf(comparator);
  const { signal } = asking;
  const ended: unknown[] = [];
  const ask: CompareContext["ask"] = (agent, task, key) =>
    context.ask(agent, task, key).catch((reason: unknown) => {
      ended.push(reason);
      throw reason;
    });
  let grouping: unknown;
  try {
    grouping =
      steps === undefined
        ? await untilAborted(
            promiseOf(comparator.groupLater?.(candidates, { ...about, ask, signal })),
            signal,
          )
        : await inTurns(steps(candidates), stopping.signal);
    return checkGrouping(grouping as Grouping, candidates);
  } catch (error) {
    if (ended.length > 0) throw ended[0];
    stopping.signal?.throwIfAborted();
    return failed(comparator, candidates, error, grouping);
  }
}

/** The agents that comparators ask. */
export function askedToCompare({
  compare,
  similar,
}: {
  readonly compare: ReadonlyMap<string, Comparator> | undefined;
  readonly similar: Comparator | undefined;
}): readonly Agent[] {
  const all = [...(compare?.values() ?? []), ...(similar === undefined ? [] : [similar])];
  return [...new Set(all.flatMap(({ asks = [] }) => asks))];
}

function failed<C extends Candidate>(
  { name }: Comparator,
  candidates: readonly C[],
  error: unknown,
  given: unknown,
): CheckedGrouping<C> {
  hear(given);
  const refused = `the comparison "${name}" failed: ${describeThrown(error)}`;
  return { groups: apart(candidates), setAside: [], refused };
}

function apart<C extends Candidate>(candidates: readonly C[]): readonly CheckedGroup<C>[] {
  return candidates.map((candidate) => ({
    value: candidate.value,
    key: candidate.key,
    members: [candidate],
  }));
}

function checkGrouping<C extends Candidate>(
  { groups, refused, note }: Grouping,
  candidates: readonly C[],
): CheckedGrouping<C> {
  const left = new Set(candidates);
  const keys = new Set<string>();
  const checked = groups.map(({ value, members, note: own }) => {
    const found = members.map((index) => {
      const candidate = candidates[index];
      if (candidate === undefined || !left.delete(candidate))
        throw new TypeError(`member ${index} is not a candidate, or is in two groups`);
      return candidate;
    });
    const [first] = found;
    if (first === undefined) throw new TypeError("a group has no members");
    const key = first.value === value ? first.key : foldedKey(value);
    if (keys.has(key)) throw new TypeError("two groups have the same value");
    keys.add(key);
    return { value, key, members: found, ...noteOf(own) };
  });
  return {
    groups: checked,
    setAside: [...left],
    ...refusedOf(refused),
    ...noteOf(note),
  };
}

function refusedOf(refused: unknown): { readonly refused?: string } {
  if (refused === undefined) return {};
  if (typeof refused === "string") return { refused };
  throw new TypeError(`refused is ${typeof refused}; give a sentence`);
}

function noteOf(note: unknown): { readonly note?: string } {
  hear(note);
  return typeof note === "string" && note !== ""
    ? { note: oneLineOfWords(note, MAX_NOTE_CHARS) }
    : {};
}
