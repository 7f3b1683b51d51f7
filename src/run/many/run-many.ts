import { Cancellation, follow, keepAwake } from "../../async/cancellation.ts";
import { func } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import type { Collector } from "../../call/batch/batch.ts";
import { QuorateError } from "../../model/errors.ts";
import { hearIfRefused } from "../../model/hear.ts";
import type { Json } from "../../model/json.ts";
import type { Outcome } from "../../model/outcome.ts";
import { RENAMED, RUN, type MadeOfRun, type RunOptions } from "../../team/run-options.ts";
import { LIMITS } from "../../describe/limits.ts";
import { beginRun } from "../begin.ts";
import type { Started } from "../session.ts";
import { sharedOutcomes } from "./shared-outcomes.ts";
import { taskList } from "./task-list.ts";
import { configuredFor, type Root } from "../root.ts";

/** How many tasks are run. `concurrency` counts attempts over all of these runs; `deadlineMs` holds for each of them. */
export interface ManyOptions<Name extends string = string, Task = never> extends Omit<
  RunOptions<Name>,
  "runId"
> {
  /**
   * The key that identifies a task, returned synchronously: tasks with an equal key share the outcome of the earliest. Default: equal tasks do.
   */
  readonly key?: Keyed<Task>["key"];
}

// A method, because parameters of methods are bivariant: a supervisor stays assignable where one of another task is expected.
interface Keyed<Task> {
  key(task: Task): string;
}

/** The result of one of many tasks. */
export type TaskOutcome<Results, Winner extends Json = Json> = {
  readonly index: number;
  /** The earlier task whose run this task shares, because the tasks or their keys are equal. The bill of `outcome` then has only what that saved. */
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

// A slow task holds back the outcomes after it, because the order is kept. This many tasks may be taken but not yielded, as a
// multiple of the runs at once.
const AHEAD = 4;

// Calls that are collected share a slot, so more runs than slots are needed to fill them; but no more than this.
const MAX_COLLECTED = 1_000;

/** The options that hold for all runs together. Each of the others is an option of every run. */
const OF_ALL: ReadonlySet<string> = new Set([
  "key",
  "signal",
  "concurrency",
  "budget",
  "prices",
  ...Object.keys(LIMITS.table),
]);

/**
 * Runs tasks, as many at once as the supervisor has slots, or as can be collected for those. They are taken one by one when there is
 * room, and the results come in the order of the tasks.
 *
 * A task that equals one of the last 100 different tasks shares its result. With `key`, it shares the outcome of the
 * earliest task with an equal key, among the last 1,000 keys; if that ended in an error and is not equal, it has a run of its own.
 *
 * Leaving early cancels the running runs and waits for them; so does the signal, whose reason is then thrown. If the
 * list of tasks throws, so does this, after the outcomes of the earlier tasks.
 */
export async function* runMany<Results, Winner extends Json>(
  given: Root,
  tasks: Iterable<unknown> | AsyncIterable<unknown>,
  many: ManyOptions,
): AsyncGenerator<TaskOutcome<Results, Winner>, void, undefined> {
  const where = `runMany of ${given.team.where}`;
  const checked = hearIfRefused(tasks, () => MANY.of(many, where));
  const configured = configuredFor(given, checked);
  const root = { ...given, configuredIn: () => configured };
  const { concurrency = root.team.slots.concurrency, signal } = checked;
  const { collectors } = configured.configuredTeam;
  const atOnce = runsAtOnce(concurrency, collectors);
  const runOptions: RunOptions = Object.fromEntries(
    Object.entries(checked).filter(([name]) => !OF_ALL.has(name)),
  );
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
  /** Tasks that were taken and not yielded, in their order. */
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
        // Only here: nobody may ask for the next outcome any more.
        using _awake = signal === undefined ? undefined : keepAwake();
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
