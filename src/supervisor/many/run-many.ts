import { readGiven } from "../../policy/given.ts";
import { Cancellation, follow } from "../../async/cancellation.ts";
import { hear, isThenable, promiseOf } from "../../async/hear.ts";
import { func } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import type { Collector } from "../../engine/batch.ts";
import { QuorateError } from "../../errors.ts";
import { sharedBill } from "../../money/add-bills.ts";
import { randomId } from "../../hash.ts";
import type { Outcome } from "../../outcome.ts";
import type { CheckedBudget } from "../../money/budget.ts";
import { RUN, type RunOptions } from "../options.ts";
import { beginRun } from "../run/begin.ts";
import type { Started } from "../run/session.ts";
import { knownTasks } from "./known-tasks.ts";
import { reseated, type Root } from "../run/root.ts";

/** How many tasks are run. `concurrency` counts attempts over all of these runs; `deadlineMs` is of each of them. */
export interface ManyOptions<Name extends string = string, Task = never> extends Omit<
  RunOptions<Name>,
  "runId"
> {
  /**
   * What a task is known by, at once: tasks with an equal key share the outcome of the earliest. Where left out, those that are equal do.
   */
  readonly key?: Keyed<Task>["key"];
}

// A method, whose parameters are compared both ways: a supervisor stays one where others expect one of another task.
interface Keyed<Task> {
  key(task: Task): string;
}

/** What came of one of many tasks. */
export type TaskOutcome<Results> = {
  readonly index: number;
  /** The task before whose run this is, since it is equal or has an equal key. On the bill of `outcome` is what that saved, and nothing else. */
  readonly sameAs?: number;
} & (
  | { readonly outcome: Outcome<Results>; readonly error?: undefined }
  | { readonly error: unknown; readonly outcome?: undefined }
);

export const MANY: Options<ManyOptions, never, { readonly budget: readonly CheckedBudget[] }> =
  options(
    { key: func("use (task) => string"), ...RUN.table },
    {
      former: {
        similar: "renamed to key; use key: (task) => string, equal for tasks that are the same",
      },
    },
  );

// A slow task holds back the outcomes after it, since the order is kept. So many tasks may be taken but not yielded, as a
// multiple of the runs at once.
const AHEAD = 4;

// Calls that are collected share a slot, so that more runs than slots are needed to fill them; but no more than so many.
const MAX_COLLECTED = 1_000;

/** A task that has a run. */
interface Asked {
  readonly index: number;
  readonly outcome: Promise<Outcome>;
}

/**
 * Runs tasks, as many at once as the supervisor has slots, or as can be collected for those, taken one by one when there is
 * room, and yields what came of each in the order of the tasks.
 *
 * A task that equals one of the 100 different ones before it shares what comes of that. With `key` it shares the outcome of the
 * earliest with an equal key, of the last 1,000 keys; where that one came to an error, and is not equal, it has a run of its own.
 *
 * Leaving early cancels the runs under way and waits for them; so does the signal, whose reason is then thrown. When the
 * list of tasks throws, so does this, after the outcomes of the tasks before.
 */
export async function* runMany<Results>(
  given: Root,
  tasks: Iterable<unknown> | AsyncIterable<unknown>,
  many: ManyOptions,
): AsyncGenerator<TaskOutcome<Results>, void, undefined> {
  const where = `runMany of ${given.team.where}`;
  const checked = MANY.of(many, where);
  const known = knownTasks<Asked>(checked.key, where);
  const root = reseated(given, checked);
  const { concurrency = root.team.slots.concurrency, signal } = checked;
  const { collectors } = root.seated.seating;
  const atOnce = runsAtOnce(concurrency, collectors);
  const { route, mode, store, cache, deadlineMs } = checked;
  const runOptions = { route, mode, store, cache, deadlineMs } as RunOptions;
  const cancelling = new Cancellation();
  using _following = signal === undefined ? undefined : follow(signal, cancelling);

  // One that is no task may stand far behind those that are under way.
  if (Array.isArray(tasks)) hear(tasks);
  const iterator = readGiven(where, tasks, () => iteratorOf(tasks));
  const taken: { done: TaskOutcome<Results> | undefined }[] = [];
  const underWay = new Set<Started>();
  const nextTask = randomId();
  let index = 0;
  let pulling = false;
  let ended: { readonly failure?: { readonly reason: unknown } } | undefined;
  let leaving = false;
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

  const answer = async (
    at: number,
    task: unknown,
    identity = known.identify(task),
  ): Promise<TaskOutcome<Results>> => {
    const done = async (outcome: Promise<Outcome>): Promise<TaskOutcome<Results>> => ({
      index: at,
      outcome: (await outcome) as Outcome<Results>,
    });
    const alone = (): Promise<TaskOutcome<Results>> => {
      const outcome = begin(task);
      if (identity !== undefined) known.remember(identity, { index: at, outcome });
      return done(outcome);
    };
    const before = identity && known.find(identity);
    if (identity === undefined || before === undefined) return alone();
    const { index: sameAs, outcome } = before.remembered;
    try {
      const shared = await outcome;
      const own = { ...shared, bill: sharedBill(shared.bill) };
      return { index: at, outcome: own as Outcome<Results>, sameAs };
    } catch (error) {
      const isEqual = identity.content !== undefined && identity.content === before.content;
      if (isEqual) return { index: at, error, sameAs };
      if (leaving) throw error;
      // What was wrong with that task need not be wrong with this one, nor with another that has the key by now.
      return known.find(identity) === before ? alone() : answer(at, task, identity);
    }
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
    const keep = (done: TaskOutcome<Results>): void => {
      place.done = done;
      wake();
    };
    answer(at, next.value).then(keep, (error: unknown) => keep({ index: at, error }));
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
        const next: unknown = iterator.next();
        if (!isThenable(next)) {
          take(next as IteratorResult<unknown>);
          continue;
        }
        pulling = true;
        for (const one of collectors) one.expect(nextTask);
        const pulled = (): void => {
          pulling = false;
          for (const one of collectors) one.expectNoMore(nextTask);
          wake();
        };
        promiseOf(next)
          .then((pulledTask) => take(pulledTask as IteratorResult<unknown>))
          .then(pulled, (error: unknown) => {
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
    leaving = true;
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
  const left = promiseOf(iterator.return?.());
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
