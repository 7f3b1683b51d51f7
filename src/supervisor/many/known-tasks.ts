import { hear } from "../../async/hear.ts";
import { QuorateError } from "../../errors.ts";
import { sha256 } from "../../hash.ts";
import { canonicalJson, takeJson } from "../../json.ts";
import { atOnce } from "../../policy/at-once.ts";
import { checkKeys, checkKind, shown } from "../../policy/check-kind.ts";
import { likenessOf, resemblance, type Likeness } from "./alike.ts";

/**
 * Which tasks are answered by one run besides equal ones. A function says so itself, at once, of a task and one before it. `true`,
 * or a threshold, compares their texts: by the part of the pairs of neighbouring words that both have, of those that either has, from 0
 * to 1 (0.8: of a text of 17 words one may be another). All else has to be equal: the shape, and every number, also within a
 * text.
 */
export type SimilarTasks<Task = never> =
  | boolean
  | { readonly threshold?: number }
  | Says<Task>["isSame"];

// A method, whose parameters are compared both ways: a supervisor stays one where others expect one of another task.
interface Says<Task> {
  isSame(task: Task, before: Task): boolean;
}

/** The threshold where none is given. */
export const DEFAULT_LIKENESS = 0.8;

// Equal tasks are known again among so many different ones: an endless list must not fill the memory with outcomes.
const MAX_REMEMBERED = 100;
// Where similar ones are looked for, each task is compared with so many at most.
const MAX_COMPARED = 1_000;

/** Tasks that were before, and what is remembered of each. */
export interface KnownTasks<T> {
  /**
   * What is remembered of an equal task, else of a similar one. Throws what the caller's own function throws, and `BAD_OPTIONS` when
   * that answers neither true nor false.
   */
  find(task: unknown): { readonly remembered: T; readonly isEqual: boolean } | undefined;
  remember(task: unknown, remembered: T): void;
}

interface Known<T> {
  readonly task: unknown;
  readonly likeness: Likeness | undefined;
  readonly remembered: T;
}

type Find<T> = (task: unknown, known: Iterable<Known<T>>) => Known<T> | undefined;

/** Tasks by what they are. Throws `BAD_OPTIONS` for a `similar` that cannot work; `where` begins its sentence. */
export function knownTasks<T>(similar: SimilarTasks | undefined, where: string): KnownTasks<T> {
  const known = new Map<string, Known<T>>();
  const threshold = thresholdOf(similar, where);
  const find: Find<T> | undefined =
    typeof similar === "function"
      ? bySaying(similar as (task: unknown, before: unknown) => unknown, where)
      : threshold === undefined
        ? undefined
        : byLikeness(threshold);
  const most = find === undefined ? MAX_REMEMBERED : MAX_COMPARED;
  return {
    find(task) {
      const taken = takeTask(task);
      if (taken === undefined) return undefined;
      const equal = known.get(taken.key);
      if (equal !== undefined) return { remembered: equal.remembered, isEqual: true };
      const like = find?.(taken.task, known.values());
      return like === undefined ? undefined : { remembered: like.remembered, isEqual: false };
    },
    remember(given, remembered) {
      const taken = takeTask(given);
      if (taken === undefined) return;
      const { key, task } = taken;
      const likeness = threshold === undefined ? undefined : likenessOf(task);
      known.set(key, { task, likeness, remembered });
      if (known.size <= most) return;
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    },
  };
}

const INSTEAD = "use true, { threshold: 0.9 } or (task, before) => boolean";
const SIMILAR_KEYS: ReadonlySet<string> = new Set(["threshold"]);

/** From where on texts are alike; `undefined` where they are not compared. */
function thresholdOf(similar: SimilarTasks | undefined, where: string): number | undefined {
  if (similar === undefined || similar === false || typeof similar === "function") return undefined;
  if (similar === true) return DEFAULT_LIKENESS;
  const what = `${where}: similar`;
  checkKind(similar, what, "object", INSTEAD);
  checkKeys(similar, SIMILAR_KEYS, what);
  const { threshold = DEFAULT_LIKENESS } = similar;
  if (typeof threshold === "number" && threshold > 0 && threshold <= 1) return threshold;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what}.threshold is ${shown(threshold)}; use a number above 0, at most 1`,
  );
}

/** The earliest of which a function says that it is the same. */
function bySaying<T>(isSame: (task: unknown, before: unknown) => unknown, where: string): Find<T> {
  return (task, known) => {
    for (const one of known) {
      const said = atOnce(() => isSame(task, one.task), `${where}: similar`);
      if (said === true) return one;
      if (said === false) continue;
      hear(said);
      throw new QuorateError(
        "BAD_OPTIONS",
        `${where}: similar answered ${shown(said)}; answer true or false`,
      );
    }
    return undefined;
  };
}

/** The one that is most alike, of equals the earliest. */
function byLikeness<T>(threshold: number): Find<T> {
  return (task, known) => {
    const own = likenessOf(task);
    if (own === undefined) return undefined;
    let [best, most]: [Known<T> | undefined, number] = [undefined, 0];
    for (const one of known) {
      const { likeness } = one;
      if (likeness?.frame !== own.frame || !couldBe(likeness, own, threshold)) continue;
      const like = resemblance(likeness, own);
      if (like >= threshold && like > most) [best, most] = [one, like];
    }
    return best;
  };
}

/** Two cannot be more alike than the one with fewer pairs would be if the other had all of its own. */
function couldBe({ pairs: a }: Likeness, { pairs: b }: Likeness, threshold: number): boolean {
  return Math.min(a.length, b.length) >= threshold * Math.max(a.length, b.length);
}

const MAX_PLAIN_KEY = 200;
const MAX_KEYED_BYTES = 1024 * 1024;

/** A task as JSON has it, with the same key for equal ones; `undefined` for one that is not JSON, or too large to be worth it. */
function takeTask(task: unknown): { readonly key: string; readonly task: unknown } | undefined {
  if (task === undefined) return { key: "undefined", task };
  const taken = takeJson(task, MAX_KEYED_BYTES);
  if (taken.fault !== undefined) return undefined;
  const text = canonicalJson(taken.value);
  return { key: text.length <= MAX_PLAIN_KEY ? text : sha256(text), task: taken.value };
}
