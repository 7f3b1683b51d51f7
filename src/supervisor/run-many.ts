import { Cancellation, follow } from "../async/cancellation.ts";
import type { Collector } from "../engine/batch.ts";
import { QuorateError } from "../errors.ts";
import { randomId, sha256 } from "../hash.ts";
import { canonicalJson, takeJson } from "../json.ts";
import type { Outcome } from "../outcome.ts";
import type { RunOptions } from "./options.ts";
import { beginRun } from "./begin.ts";
import type { Started } from "./drive.ts";
import { reseated, type Root } from "./root.ts";

/** How many tasks are run. `concurrency` counts attempts over all of these runs. */
export type ManyOptions<Name extends string = string> = Omit<RunOptions<Name>, "runId">;

/** What came of one of many tasks. */
export type TaskOutcome<Results> =
  | { readonly index: number; readonly outcome: Outcome<Results>; readonly error?: undefined }
  | { readonly index: number; readonly error: unknown; readonly outcome?: undefined };

// A slow task holds back the outcomes after it, since the order is kept. So many tasks may be taken but not yielded, as a
// multiple of the runs at once.
const AHEAD = 4;

// Calls that are collected share a slot, so that more runs than slots are needed to fill them; but no more than so many.
const MAX_COLLECTED = 1_000;

// Equal tasks are known again among so many different ones: an endless list must not fill the memory with outcomes.
const MAX_REMEMBERED = 100;

/**
 * Runs tasks, as many at once as the supervisor has slots, or as can be collected for those, taken one by one when there is
 * room, and yields what came of each in the order of the tasks. A task that equals one of the 100 different ones before it shares its run.
 *
 * Leaving early cancels the runs under way and waits for them; so does the signal, whose reason is then thrown. When the
 * list of tasks throws, so does this, after the outcomes of the tasks before.
 */
export async function* runMany<Results>(
  given: Root,
  tasks: Iterable<unknown> | AsyncIterable<unknown>,
  { signal, ...options }: ManyOptions,
): AsyncGenerator<TaskOutcome<Results>, void, undefined> {
  const root = reseated(given, options);
  const { concurrency = root.team.lane.limit, route, mode, store } = options;
  const { collectors } = root.seated.seating;
  const atOnce = runsAtOnce(concurrency, collectors);
  const runOptions = { route, mode, store } as RunOptions;
  const cancelling = new Cancellation();
  using _following = signal === undefined ? undefined : follow(signal, cancelling);

  const iterator = iteratorOf(tasks);
  const taken: { done: TaskOutcome<Results> | undefined }[] = [];
  const underWay = new Set<Started>();
  const nextTask = randomId();
  const remembered = new Map<string, Promise<Outcome>>();
  let index = 0;
  let pulling = false;
  let ended: { readonly failure?: { readonly reason: unknown } } | undefined;
  let wake = (): void => {};

  const begin = (task: unknown): Promise<Outcome> => {
    const started = beginRun(root, task, runOptions);
    underWay.add(started);
    const finish = (): void => {
      underWay.delete(started);
    };
    started.outcome.then(finish, finish);
    return started.outcome;
  };

  const shared = (task: unknown): Promise<Outcome> => {
    const key = keyOf(task);
    if (key === undefined) return begin(task);
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const outcome = begin(task);
    remembered.set(key, outcome);
    if (remembered.size > MAX_REMEMBERED) {
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    return outcome;
  };

  const take = (next: IteratorResult<unknown>): void => {
    if (typeof next !== "object" || next === null) {
      throw new TypeError("the list of tasks gave something that is no iterator result");
    }
    if (next.done === true) {
      ended ??= {};
      return;
    }
    const place: (typeof taken)[number] = { done: undefined };
    const at = index++;
    taken.push(place);
    shared(next.value).then(
      (outcome) => {
        place.done = { index: at, outcome: outcome as Outcome<Results> };
        wake();
      },
      (error: unknown) => {
        place.done = { index: at, error };
        wake();
      },
    );
  };

  const fail = (reason: unknown): void => {
    ended ??= { failure: { reason } };
  };

  const pull = (): void => {
    while (
      ended === undefined &&
      !pulling &&
      underWay.size < atOnce &&
      taken.length < AHEAD * atOnce
    ) {
      try {
        const next = iterator.next();
        if (!(next instanceof Promise)) {
          take(next);
          continue;
        }
        pulling = true;
        for (const one of collectors) one.expect(nextTask);
        const pulled = (): void => {
          pulling = false;
          for (const one of collectors) one.expectNoMore(nextTask);
          wake();
        };
        next.then(take).then(pulled, (error: unknown) => {
          fail(error);
          pulled();
        });
      } catch (error) {
        fail(error);
      }
    }
  };

  cancelling.watch(() => wake());
  try {
    for (;;) {
      if (cancelling.cancelled) throw cancelling.reason;
      pull();
      const first = taken[0];
      if (first?.done !== undefined) {
        taken.shift();
        yield first.done;
      } else if (first === undefined && ended !== undefined) {
        break;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (ended.failure !== undefined) throw ended.failure.reason;
  } finally {
    for (const one of collectors) one.expectNoMore(nextTask);
    const reason = cancelling.cancelled
      ? cancelling.reason
      : new QuorateError("CANCELLED", "the loop over many runs was left before its end");
    const left = [...underWay];
    for (const started of left) started.cancellation.cancel(reason);
    await Promise.allSettled(left.map(({ outcome }) => outcome));
    if (ended === undefined) await letGo(iterator, pulling);
  }
}

/** How many runs may be under way: as many as there are slots, or as can be collected for them. */
function runsAtOnce(slots: number, collectors: readonly Collector[]): number {
  const largest = collectors.reduce((most, { maxSize }) => Math.max(most, maxSize), 1);
  return Math.max(slots, Math.min(slots * largest, MAX_COLLECTED));
}

/** Lets the list of tasks clean up. While it is asked for a task it does so when it has answered, which may be never. */
async function letGo(iterator: AnyIterator, pulling: boolean): Promise<void> {
  const left = Promise.resolve(iterator.return?.());
  if (pulling) left.catch(() => {});
  else await left;
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

function iteratorOf(tasks: Iterable<unknown> | AsyncIterable<unknown>): AnyIterator {
  // A text is iterable too, and no object.
  const list: Partial<AsyncIterable<unknown> & Iterable<unknown>> = Object(tasks);
  const iterator = list[Symbol.asyncIterator]?.() ?? list[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new QuorateError(
    "BAD_OPTIONS",
    "runMany was given no list of tasks; give it something iterable",
  );
}

const MAX_PLAIN_KEY = 200;
const MAX_KEYED_BYTES = 1024 * 1024;

/** The same text for equal tasks; `undefined` for one that is not JSON, or too large to be worth it. */
function keyOf(task: unknown): string | undefined {
  if (task === undefined) return "undefined";
  const taken = takeJson(task, MAX_KEYED_BYTES);
  if (taken.fault !== undefined) return undefined;
  const text = canonicalJson(taken.value);
  return text.length <= MAX_PLAIN_KEY ? text : sha256(text);
}
