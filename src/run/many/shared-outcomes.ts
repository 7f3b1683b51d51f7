import { hear } from "../../model/hear.ts";
import { QuorateError } from "../../model/errors.ts";
import { sha256 } from "../../model/hash.ts";
import { canonicalJson, takeJson, type Json } from "../../model/json.ts";
import { sharedBill } from "../../money/add-bills.ts";
import type { Outcome } from "../../model/outcome.ts";
import { atOnce } from "../../check/at-once.ts";
import { shown } from "../../check/shown.ts";
import type { TaskOutcome } from "./run-many.ts";

// Tasks are known again among so many different ones: an endless list must not fill the memory with outcomes.
const MAX_REMEMBERED = 100;
// With a key of the caller's, who expects some to be the same.
const MAX_KEYED = 1_000;

/** How tasks get their outcomes. */
export interface Sharing {
  /** What a task is known by; its content where left out. */
  readonly key: ((task: never) => unknown) | undefined;
  /** Begins the sentence that refuses what `key` answers. */
  readonly where: string;
  /** Begins a run. */
  readonly begin: (task: unknown) => Promise<Outcome>;
  /** Whether no run is to be begun any more. */
  readonly isLeft: () => boolean;
}

/** What a task is known by. */
interface Identity {
  readonly key: string;
  /** Equal for tasks that are equal as JSON; `undefined` for one that is not JSON, or too large to be worth it. */
  readonly content: string | undefined;
}

/** A task that has a run. */
interface KnownTaskContent {
  readonly content: string | undefined;
  readonly index: number;
  readonly outcome: Promise<Outcome>;
}

/**
 * What comes of a task: of a run of its own, or of that of an earlier one that is known by the same key. Where that came to an error, and
 * the tasks are not equal, the task has a run of its own. Rejects with what its own run does, with what the caller's own function throws,
 * and with `BAD_OPTIONS` when that does not answer with a text.
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
        // What was wrong with that task need not be wrong with this one, nor with another that has the key by now.
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
  const said = atOnce(() => key(task as never), what);
  if (typeof said === "string") return said;
  hear(said);
  throw new QuorateError("BAD_OPTIONS", `${what} answered ${shown(said)}; answer a text`);
}

const MAX_PLAIN_KEY = 200;
const MAX_CONTENT_BYTES = 1024 * 1024;

function contentOf(task: unknown): string | undefined {
  if (task === undefined) return "undefined";
  const taken = takeJson(task, MAX_CONTENT_BYTES);
  return taken.fault === undefined ? short(canonicalJson(taken.value)) : undefined;
}

/** A text in place of a long one, and equal where that is. */
function short(text: string): string {
  return text.length <= MAX_PLAIN_KEY ? text : sha256(text);
}
