import { hear } from "../../async/hear.ts";
import { QuorateError } from "../../errors.ts";
import { sha256 } from "../../hash.ts";
import { canonicalJson, takeJson } from "../../json.ts";
import { atOnce } from "../../policy/at-once.ts";
import { shown } from "../../policy/check-kind.ts";

// Tasks are known again among so many different ones: an endless list must not fill the memory with outcomes.
const MAX_REMEMBERED = 100;
// With a key of the caller's, who expects some to be the same.
const MAX_KEYED = 1_000;

/** What a task is known by. */
interface Identity {
  readonly key: string;
  /** Equal for tasks that are equal as JSON; `undefined` for one that is not JSON, or too large to be worth it. */
  readonly content: string | undefined;
}

/** A task that was before, and what is remembered of it. */
interface Known<T> {
  readonly content: string | undefined;
  readonly remembered: T;
}

/** Tasks that were before. */
export interface KnownTasks<T> {
  /**
   * What a task is known by: `key`, else its content; `undefined` for one that cannot be known again. Throws what the caller's own
   * function throws, and `BAD_OPTIONS` when that does not answer with a text.
   */
  identify(task: unknown): Identity | undefined;
  find(identity: Identity): Known<T> | undefined;
  remember(identity: Identity, remembered: T): void;
}

/** Tasks by their keys. `where` begins the sentence that refuses what `key` answers. */
export function knownTasks<T>(
  key: ((task: never) => unknown) | undefined,
  where: string,
): KnownTasks<T> {
  const known = new Map<string, Known<T>>();
  const most = key === undefined ? MAX_REMEMBERED : MAX_KEYED;
  return {
    identify(task) {
      const content = contentOf(task);
      if (key !== undefined) return { key: short(keyOf(key, task, where)), content };
      return content === undefined ? undefined : { key: content, content };
    },
    find: (identity) => known.get(identity.key),
    remember(identity, remembered) {
      known.set(identity.key, { content: identity.content, remembered });
      if (known.size <= most) return;
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    },
  };
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
