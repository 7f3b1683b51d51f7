import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { STORE_PATIENCE_MS } from "../async/or-given-up.ts";
import { tryLater } from "../async/try-later.ts";
import type { Store } from "../store/store.ts";
import { fromStore } from "./from-store.ts";

/**
 * The runs that were given up and that their store has not released, by their fences. Keyed by the store's values, like
 * flights: before this process takes such a run again, it releases it. So no run counts as driven that
 * is not driven, and a late release cannot hit a run that was begun again under the same id.
 */
const owed = new WeakMap<Store["values"], Map<string, number>>();

/**
 * Makes the store the owner of a run, even if the store had given the run up and could not record it. Returns the fence. If cancelled
 * in the meantime, it releases what comes too late.
 */
export async function takeRun(
  store: Store,
  clock: Clock,
  runId: string,
  cancellation: Cancellation,
): Promise<number> {
  await settleDebt(store, runId, cancellation);
  const taken = fromStore(() => store.take(runId));
  try {
    return await orCancelled(taken, cancellation);
  } catch (error) {
    if (cancellation.cancelled) {
      const release = (fence: number): Promise<void> => letGo(store, clock, runId, fence);
      taken.then(release, () => {});
    }
    throw error;
  }
}

/**
 * Releases a run that is not driven any more. If the store fails, this is tried again later, without holding the process. Resolves
 * after the first try; never rejects, because the reason why the run has ended is on its way to the caller.
 */
export async function letGo(
  store: Store,
  clock: Clock,
  runId: string,
  fence: number,
): Promise<void> {
  const debts = owed.get(store.values) ?? new Map<string, number>();
  owed.set(store.values, debts);
  debts.set(runId, fence);

  const attempt = async (hold: boolean): Promise<boolean> => {
    if (debts.get(runId) !== fence) return true;
    const isReleased = await released(store, clock, runId, fence, hold);
    if (isReleased && debts.get(runId) === fence) debts.delete(runId);
    return isReleased;
  };
  // A process that needs the run after the last try tries once more.
  if (!(await attempt(true))) tryLater(clock, () => attempt(false));
}

/**
 * Before a run is begun or taken: makes a pending release, if the store failed to. Rejects with `STORE_FAILED` if
 * it still does.
 */
export async function settleDebt(
  store: Store,
  runId: string,
  cancellation: Cancellation,
): Promise<void> {
  const debts = owed.get(store.values);
  const fence = debts?.get(runId);
  if (fence === undefined) return;
  await fromStore(() => store.release(runId, fence), cancellation);
  if (debts?.get(runId) === fence) debts.delete(runId);
}

/** Whether the store has released the run: false if it fails, or does not answer in time. */
async function released(
  store: Store,
  clock: Clock,
  runId: string,
  fence: number,
  hold: boolean,
): Promise<boolean> {
  try {
    return await orLate(store.release(runId, fence), clock, hold);
  } catch {
    return false;
  }
}

/** Whether the store has answered: false if it fails, or does not answer in time. Never rejects. */
export async function orLate(
  answer: void | Promise<void>,
  clock: Clock,
  hold = true,
): Promise<boolean> {
  if (answer === undefined) return true;
  const late = Promise.withResolvers<boolean>();
  using _timer = clock.timer(STORE_PATIENCE_MS, () => late.resolve(false), { hold });
  const answered = Promise.resolve(answer).then(
    () => true,
    () => false,
  );
  return await Promise.race([answered, late.promise]);
}
