import { Cancellation, followAwake } from "../async/cancellation.ts";
import { takeInput } from "../call/input.ts";
import { RUN } from "../team/run-options.ts";
import { deadlineOf } from "../run/deadline.ts";
import { configuredFor, type Root } from "../run/root.ts";
import { errorOutside, secrecyOf } from "../run/secrecy.ts";
import type { PlanOptions, TaskPlan } from "./task-plan.ts";

/**
 * What a task would cost; asks no agent and keeps nothing. Rejects as the run would before any agent is asked. The forecast is loaded
 * here, after all arguments are checked.
 */
export async function planTask(root: Root, given: unknown, asked: PlanOptions): Promise<TaskPlan> {
  const { team } = root;
  const options = RUN.of(asked, `a plan of ${team.where}`);
  const configuredRoot = configuredFor(root, options);
  const { signal, backend = root.backend } = options;
  const { store } = backend;
  const cancellation = new Cancellation();
  using _following = signal === undefined ? undefined : followAwake(signal, cancellation);
  if (cancellation.cancelled) throw cancellation.reason;
  using limit = deadlineOf(root, options, cancellation);
  const { deadlineMs = Infinity, cancellation: until = cancellation } = limit ?? {};
  const secrecy = secrecyOf(team, store.values);
  try {
    const task = takeInput(given, configuredRoot.maxBytes, `the task of ${team.where}`);
    const { forecast } = await import("./forecast.ts");
    const planning = {
      root,
      configuredRoot,
      store,
      options,
      cancellation: until,
      deadlineMs,
      secrecy,
    };
    return await forecast({ ...planning, task });
  } catch (error) {
    throw errorOutside(error, secrecy, signal);
  }
}
