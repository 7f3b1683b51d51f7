import { hear, isThenable, promiseOf } from "../../model/hear.ts";
import type { Collector } from "../../call/batch/batch.ts";
import { QuorateError } from "../../model/errors.ts";
import { randomId } from "../../model/hash.ts";
import { readGiven } from "../../check/given.ts";

/** A list of tasks, taken one by one. */
export interface TaskList {
  /** Takes tasks as long as there is room, one after another if the list answers later. */
  pull(): void;
  /** Whether the list has ended, and what it threw. */
  readonly ended: { readonly failure?: { readonly reason: unknown } } | undefined;
  /** No more tasks are wanted. */
  leave(): void;
  /** Lets the list clean up, if it has not ended. */
  close(): Promise<void>;
}

/** How the tasks of a list are used. */
export interface Taking {
  readonly hasRoom: () => boolean;
  readonly take: (task: unknown) => void;
  /** Called when the list has answered or ended asynchronously. */
  readonly changed: () => void;
  /** The collectors that may wait for another task. */
  readonly collectors: readonly Collector[];
}

/** Any iterable as a list. Throws `BAD_OPTIONS` for anything else; `where` begins the sentence. */
export function taskList(
  tasks: Iterable<unknown> | AsyncIterable<unknown>,
  where: string,
  { hasRoom, take, changed, collectors }: Taking,
): TaskList {
  // A promise may stand far behind the tasks that are under way.
  if (Array.isArray(tasks)) hear(tasks);
  const iterator = readGiven(where, tasks, () => iteratorOf(tasks));
  const nextTask = randomId();
  let pulling = false;
  let isLeft = false;
  let ended: TaskList["ended"];

  const fail = (reason: unknown): void => {
    ended ??= { failure: { reason } };
  };
  const takeNext = (next: IteratorResult<unknown>): void => {
    if (typeof next !== "object" || next === null) {
      throw new TypeError("the list of tasks gave something that is not an iterator result");
    }
    if (next.done === true) ended ??= {};
    else if (isLeft) hear(next);
    else take(next.value);
  };
  const takeLater = async (next: unknown): Promise<void> => {
    pulling = true;
    for (const one of collectors) one.expect(nextTask);
    try {
      takeNext((await promiseOf(next)) as IteratorResult<unknown>);
    } catch (error) {
      fail(error);
    }
    pulling = false;
    expectNoMore();
    changed();
  };
  const expectNoMore = (): void => {
    for (const one of collectors) one.expectNoMore(nextTask);
  };

  return {
    pull() {
      while (ended === undefined && !pulling && hasRoom()) {
        try {
          const next: unknown = iterator.next();
          if (isThenable(next)) void takeLater(next);
          else takeNext(next as IteratorResult<unknown>);
        } catch (error) {
          fail(error);
        }
      }
    },
    get ended() {
      return ended;
    },
    leave() {
      isLeft = true;
      expectNoMore();
    },
    async close() {
      if (ended !== undefined) return;
      // If it is asked for a task now, it cleans up when it has answered, which may be never.
      const left = promiseOf(iterator.return?.());
      if (pulling) left.catch(() => {});
      else await left;
    },
  };
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

function iteratorOf(tasks: Iterable<unknown> | AsyncIterable<unknown>): AnyIterator {
  // A text is iterable, too, but not an object.
  const list: Partial<AsyncIterable<unknown> & Iterable<unknown>> = Object(tasks);
  const iterator = list[Symbol.asyncIterator]?.() ?? list[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new QuorateError(
    "BAD_OPTIONS",
    "runMany was given no list of tasks; give it something iterable",
  );
}
