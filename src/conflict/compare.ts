import type { Agent } from "../describe/agent.ts";
import { hear, isThenable } from "../model/hear.ts";
import type { AgentResult } from "../model/call.ts";
import { QuorateError } from "../model/errors.ts";
import type { Json } from "../model/json.ts";
import type { Place } from "./place.ts";

/** One distinct value that was claimed about a subject; for findings, one text at one place. */
export interface Candidate {
  readonly value: Json;
  /** Distinguishes candidates: the value's canonical text with trimmed, lower-cased strings, and its place if it has one. */
  readonly key: string;
  /** How many hold it. */
  readonly heldBy: number;
  /**
   * The place of the finding with this text; absent for claims and if no file was given. Candidates at other places are never grouped
   * with it, whatever a comparator says.
   */
  readonly place?: Place;
}

/** Candidates that count as the same position. */
export interface Group {
  /** The value that represents the position: one of the members' values, or a declared spelling of it. */
  readonly value: Json;
  /** Indices of candidates: first the one that has `value`, or is nearest to it. */
  readonly members: readonly number[];
  /** A sentence about how it was formed, if that is not obvious. */
  readonly note?: string;
}

/** How the candidates of one subject were grouped. A candidate in no group is set aside: it is not a position. */
export interface Grouping {
  readonly groups: readonly Group[];
  /** Why the candidates cannot be compared. The subject is then left undecided, with each candidate a position. */
  readonly refused?: string;
  /** A sentence about the comparison, for every verdict that is based on it. */
  readonly note?: string;
}

/** What a comparator that asks agents may use. */
export interface CompareContext {
  /** Asks an agent through all the steps of a call, as resolvers do; rejects only when the run ends. `key` names the call. */
  readonly ask: (agent: Agent, task: unknown, key: string) => Promise<AgentResult>;
  /** Aborted when the run ends. */
  readonly signal: AbortSignal | undefined;
  /** A claim's subject; `undefined` for findings. */
  readonly subject: string | undefined;
  /** The same object for everything that is compared together, so that nothing is asked twice. */
  readonly together: object;
}

/**
 * Says which claimed values are the same position. It gets the distinct values in canonical order, whoever
 * answered first, and must be a pure function of them.
 */
export interface Comparator {
  readonly name: string;
  /** Its options as data: with different options it is a different comparator, and a nested team a different team. */
  readonly definition?: Json;
  readonly group: (candidates: readonly Candidate[]) => Grouping;
  /**
   * Used instead of `group` if agents can be asked: in `settle()` and in supervisors. If it rejects, the candidates stay
   * as they are, and the subject undecided.
   */
  readonly groupLater?: (
    candidates: readonly Candidate[],
    context: CompareContext,
  ) => Promise<Grouping>;
  /** Values are equal only if their keys are, so later values never change a group. A panel can rely on that. */
  readonly exact?: true;
  /** Agents that `groupLater` asks; a supervisor must know them before the run. */
  readonly asks?: readonly Agent[];
  /** How often `groupLater` asks each of them at most; a plan needs it to say what that can cost. */
  readonly callsAtMost?: number;
}

/** Whether two values are the same position. It need not be transitive or symmetric. */
export type Same = (a: Json, b: Json) => boolean;

/** How positions are compared, by subject. Unlisted subjects are compared with `equal()`. */
export type Compare = Readonly<Record<string, Comparator | Same>>;

/** How many distinct values a function of the caller compares; with more, the subject is left undecided. */
const MAX_OWN_COMPARED = 100;

const EQUAL: Comparator = Object.freeze({
  name: "equal",
  exact: true,
  group: (candidates: readonly Candidate[]) => ({ groups: candidates.map(alone) }),
});

/**
 * The default: values are the same position if their JSON is, in any order of keys; strings are trimmed, and case is
 * ignored, at every depth. The most common spelling represents the position.
 */
export function equal(): Comparator {
  return EQUAL;
}

/** A value in a group of its own. */
export function alone({ value }: Candidate, index: number): Group {
  return { value, members: [index] };
}

/** The comparators by subject. Throws `BAD_OPTIONS` for a value that is neither a comparator nor a function. */
export function comparators(compare: Compare | undefined): ReadonlyMap<string, Comparator> {
  const bySubject = new Map<string, Comparator>();
  for (const [subject, given] of Object.entries(compare ?? {})) {
    if (typeof given === "function") bySubject.set(subject, own(given));
    else if (isComparator(given)) bySubject.set(subject, given);
    else
      throw new QuorateError(
        "BAD_OPTIONS",
        `compare.${subject} is not a comparator; use equal(), within(), oneOf(), similar() or a function (a, b) => boolean`,
      );
  }
  return bySubject;
}

export function isComparator(value: unknown): value is Comparator {
  return (
    typeof value === "object" &&
    value !== null &&
    "group" in value &&
    typeof value.group === "function"
  );
}

/**
 * Complete link with a function of the caller: in canonical order, each value joins the first group whose members are all the
 * same as it, else it begins one. The function is called with the canonically smaller value first; the most held
 * member represents its group.
 */
function own(same: Same): Comparator {
  return {
    name: "own",
    group(candidates) {
      if (candidates.length > MAX_OWN_COMPARED) {
        const refused = `there are ${candidates.length} distinct positions, and a function compares at most ${MAX_OWN_COMPARED}`;
        return { groups: candidates.map(alone), refused };
      }
      const groups: number[][] = [];
      for (const [index, { value }] of candidates.entries()) {
        const joins = (member: number): boolean => {
          const answer: unknown = same(candidates[member]?.value ?? null, value);
          if (typeof answer === "boolean") return answer;
          hear(answer);
          const got = `${typeof answer}${isThenable(answer) ? " (a promise)" : ""}`;
          throw new TypeError(`it returned ${got}, not true or false at once`);
        };
        const group = groups.find((members) => members.every(joins));
        if (group === undefined) groups.push([index]);
        else group.push(index);
      }
      const heldBy = (index: number): number => candidates[index]?.heldBy ?? 0;
      return {
        groups: groups.map((members) => {
          const mostHeldFirst = members.toSorted((a, b) => heldBy(b) - heldBy(a) || a - b);
          return {
            value: candidates[mostHeldFirst[0] ?? 0]?.value ?? null,
            members: mostHeldFirst,
          };
        }),
      };
    },
  };
}
