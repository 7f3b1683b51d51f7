import { hear, isThenable, promiseOf } from "../../model/hear.ts";
import type { Collector } from "../../call/batch/batch.ts";
import { QuorateError } from "../../model/errors.ts";
import { randomId } from "../../model/hash.ts";
import { readGiven } from "../../check/given.ts";

/** A list of tasks, taken one by one. */
export interface TaskList {
  /** Takes tasks for as long as there is room, one after another where the list answers later. */
  pull(): void;
  /** Whether the list has come to its end, and what it threw then. */
  readonly ended: { readonly failure?: { readonly reason: unknown } } | undefined;
  /** No more of its tasks are wanted. */
  leave(): void;
  /** Lets the list clean up, where it has not come to its end. */
  close(): Promise<void>;
}

/** What becomes of the tasks of a list. */
export interface Taking {
  readonly hasRoom: () => boolean;
  readonly take: (task: unknown) => void;
  /** Is told when the list has answered later, or has come to its end then. */
  readonly changed: () => void;
  /** Those that may wait for another task. */
  readonly collectors: readonly Collector[];
}

/** A list that may be anything iterable, whatever it answers. Throws `BAD_OPTIONS` for what is none; `where` begins its sentence. */
export function taskList(
  tasks: Iterable<unknown> | AsyncIterable<unknown>,
  where: string,
  { hasRoom, take, changed, collectors }: Taking,
): TaskList {
  // One that is no task may stand far behind those that are under way.
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
      throw new TypeError("the list of tasks gave something that is no iterator result");
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
      // While it is asked for a task it cleans up when it has answered, which may be never.
      const left = promiseOf(iterator.return?.());
      if (pulling) left.catch(() => {});
      else await left;
    },
  };
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
