import { hear } from "../../model/hear.ts";
import { QuorateError } from "../../model/errors.ts";
import { sha256 } from "../../model/hash.ts";
import { canonicalJson, takeJson, type Json } from "../../model/json.ts";
import { sharedBill } from "../../money/add-bills.ts";
import type { Outcome } from "../../model/outcome.ts";
import { requireSync } from "../../check/require-sync.ts";
import { shown } from "../../check/shown.ts";
import type { TaskOutcome } from "./run-many.ts";

// How many different tasks are remembered: an endless list must not fill the memory with outcomes.
const MAX_REMEMBERED = 100;
// With the caller's own key, because the caller expects some to be equal.
const MAX_KEYED = 1_000;

/** How tasks get their outcomes. */
export interface Sharing {
  /** The key of a task; by default its content. */
  readonly key: ((task: never) => unknown) | undefined;
  /** The beginning of the sentence that refuses what `key` returned. */
  readonly where: string;
  /** Begins a run. */
  readonly begin: (task: unknown) => Promise<Outcome>;
  /** Whether no further run should begin. */
  readonly isLeft: () => boolean;
}

/** What identifies a task. */
interface Identity {
  readonly key: string;
  /** Equal for tasks that are equal as JSON; `undefined` for a task that is not JSON, or too large to compare. */
  readonly content: string | undefined;
}

/** A task that has a run. */
interface KnownTaskContent {
  readonly content: string | undefined;
  readonly index: number;
  readonly outcome: Promise<Outcome>;
}

/**
 * The result of a task: from its own run, or from that of an earlier task with the same key. If that ended in an error, and
 * the tasks are not equal, the task has a run of its own. Rejects as its own run does, with what the caller's own function throws,
 * and with `BAD_OPTIONS` if that function does not return a text.
 */
export function sharedOutcomes<Results, Winner extends Json>({
  key,
  where,
  begin,
  isLeft,
}: Sharing): (index: number, task: unknown) => Promise<TaskOutcome<Results, Winner>> {
  const known = new Map<string, KnownTaskContent>();
  const most = key === undefined ? MAX_REMEMBERED : MAX_KEYED;

  const identify = (task: unknown): Identity | undefined => {
    const content = contentOf(task);
    if (key !== undefined) return { key: short(keyOf(key, task, where)), content };
    return content === undefined ? undefined : { key: content, content };
  };
  const remember = ({ key: by, content }: Identity, index: number, outcome: Promise<Outcome>) => {
    known.set(by, { content, index, outcome });
    if (known.size <= most) return;
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
  };
  const outcomeOf = async (
    index: number,
    task: unknown,
    identity = identify(task),
  ): Promise<TaskOutcome<Results, Winner>> => {
    const before = identity && known.get(identity.key);
    if (identity !== undefined && before !== undefined) {
      const { index: sameAs, outcome, content } = before;
      try {
        const shared = await outcome;
        const own = { ...shared, bill: sharedBill(shared.bill) };
        return { index, outcome: own as Outcome<Results, Winner>, sameAs };
      } catch (error) {
        const isEqual = identity.content !== undefined && identity.content === content;
        if (isEqual) return { index, error, sameAs };
        if (isLeft()) throw error;
        // The earlier task's error need not concern this task, nor another that has the key by now.
        if (known.get(identity.key) !== before) return outcomeOf(index, task, identity);
      }
    }
    const outcome = begin(task);
    if (identity !== undefined) remember(identity, index, outcome);
    return { index, outcome: (await outcome) as Outcome<Results, Winner> };
  };
  return (index, task) => outcomeOf(index, task);
}

function keyOf(key: (task: never) => unknown, task: unknown, where: string): string {
  const what = `${where}: key`;
  const said = requireSync(() => key(task as never), what);
  if (typeof said === "string") return said;
  hear(said);
  throw new QuorateError("BAD_OPTIONS", `${what} returned ${shown(said)}; return a text`);
}

const MAX_PLAIN_KEY = 200;
const MAX_CONTENT_BYTES = 1024 * 1024;

function contentOf(task: unknown): string | undefined {
  if (task === undefined) return "undefined";
  const taken = takeJson(task, MAX_CONTENT_BYTES);
  return taken.fault === undefined ? short(canonicalJson(taken.value)) : undefined;
}

/** A short text for a long one, equal for equal texts. */
function short(text: string): string {
  return text.length <= MAX_PLAIN_KEY ? text : sha256(text);
}
