import { Cancellation, follow } from "../../async/cancellation.ts";
import { func } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import type { Collector } from "../../call/batch/batch.ts";
import { QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import type { Outcome } from "../../model/outcome.ts";
import { RENAMED, RUN, type MadeOfRun, type RunOptions } from "../../team/options.ts";
import { beginRun } from "../begin.ts";
import type { Started } from "../session.ts";
import { sharedOutcomes } from "./shared-outcomes.ts";
import { taskList } from "./task-list.ts";
import { configuredFor, type Root } from "../root.ts";

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
export type TaskOutcome<Results, Winner extends Json = Json> = {
  readonly index: number;
  /** The task before whose run this is, since it is equal or has an equal key. On the bill of `outcome` is what that saved, and nothing else. */
  readonly sameAs?: number;
} & (
  | { readonly outcome: Outcome<Results, Winner>; readonly error?: undefined }
  | { readonly error: unknown; readonly outcome?: undefined }
);

export const MANY: Options<ManyOptions, never, MadeOfRun> = options(
  { key: func("use (task) => string"), ...RUN.table },
  {
    former: {
      ...RENAMED,
      similar: "renamed to key; use key: (task) => string, equal for tasks that are the same",
    },
  },
);

// A slow task holds back the outcomes after it, since the order is kept. So many tasks may be taken but not yielded, as a
// multiple of the runs at once.
const AHEAD = 4;

// Calls that are collected share a slot, so that more runs than slots are needed to fill them; but no more than so many.
const MAX_COLLECTED = 1_000;

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
export async function* runMany<Results, Winner extends Json>(
  given: Root,
  tasks: Iterable<unknown> | AsyncIterable<unknown>,
  many: ManyOptions,
): AsyncGenerator<TaskOutcome<Results, Winner>, void, undefined> {
  const where = `runMany of ${given.team.where}`;
  const checked = MANY.of(many, where);
  const configured = configuredFor(given, checked);
  const root = { ...given, configuredIn: () => configured };
  const { concurrency = root.team.slots.concurrency, signal } = checked;
  const { collectors } = configured.configuredTeam;
  const atOnce = runsAtOnce(concurrency, collectors);
  const { route, mode, backend, cache, deadlineMs, tenant, tags } = checked;
  const runOptions = { route, mode, backend, cache, deadlineMs, tenant, tags } as RunOptions;
  const cancelling = new Cancellation();
  using _following = signal === undefined ? undefined : follow(signal, cancelling);

  let leaving = false;
  let wake = (): void => {};
  const changed = (): void => wake();
  const underWay = new Set<Started>();
  const begin = (task: unknown): Promise<Outcome> => {
    const started = beginRun(root, task, runOptions);
    underWay.add(started);
    const finish = (): void => {
      underWay.delete(started);
    };
    started.outcome.then(finish, finish);
    return started.outcome;
  };
  const outcomeOf = sharedOutcomes<Results, Winner>({
    key: checked.key,
    where,
    begin,
    isLeft: () => leaving,
  });
  /** What was taken and not yielded, in the order of the tasks. */
  const taken: { done?: TaskOutcome<Results, Winner> }[] = [];
  let index = 0;
  const list = taskList(tasks, where, {
    collectors,
    changed,
    hasRoom: () => underWay.size < atOnce && taken.length < AHEAD * atOnce,
    take(task) {
      const place: (typeof taken)[number] = {};
      const at = index++;
      taken.push(place);
      const keep = (done: TaskOutcome<Results, Winner>): void => {
        place.done = done;
        changed();
      };
      outcomeOf(at, task).then(keep, (error: unknown) => keep({ index: at, error }));
    },
  });

  cancelling.watch(changed);
  try {
    for (;;) {
      if (cancelling.cancelled) throw cancelling.reason;
      list.pull();
      const first = taken[0];
      if (first?.done !== undefined) {
        taken.shift();
        yield first.done;
      } else if (first === undefined && list.ended !== undefined) {
        break;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (list.ended.failure !== undefined) throw list.ended.failure.reason;
  } finally {
    leaving = true;
    list.leave();
    const reason = cancelling.cancelled
      ? cancelling.reason
      : new QuorateError("CANCELLED", "the loop over many runs was left before its end");
    const left = [...underWay];
    for (const started of left) started.cancellation.cancel(reason);
    await Promise.allSettled(left.map(({ outcome }) => outcome));
    await list.close();
  }
}

/** How many runs may be under way: as many as there are slots, or as can be collected for them. */
function runsAtOnce(slots: number, collectors: readonly Collector[]): number {
  const largest = collectors.reduce((most, { maxSize }) => Math.max(most, maxSize), 1);
  return Math.max(slots, Math.min(slots * largest, MAX_COLLECTED));
}
