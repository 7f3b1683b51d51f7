import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { STORE_PATIENCE_MS } from "../async/or-given-up.ts";
import type { Store } from "../store/store.ts";
import { fromStore } from "./from-store.ts";

// 25 ms, then twice as long each time: about 26 s in all. Whoever wants the run later tries once more.
const FIRST_RETRY_MS = 25;
const MAX_RETRIES = 10;

/**
 * The runs that their drivers have given up and that their store has not let go of, by their fences. By the store's values, as
 * flights are: whoever in this process wants such a run next lets go of it first. So nobody is told that a run is driven which
 * nobody drives, and a release that comes late cannot hit a run that was begun anew under the same id.
 */
const owed = new WeakMap<Store["values"], Map<string, number>>();

/**
 * Makes the store the owner of a run, also when it had given the run up and could not say so. Answers with the fence. Who is cancelled
 * meanwhile lets go of what comes too late.
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
 * Lets go of a run that is not driven any more. Where the store fails it is tried again later, without holding the process. Resolves
 * after the first try; never rejects: the reason why the run has ended is on its way to the caller.
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

  const attempt = async (retries: number): Promise<void> => {
    if (await released(store, clock, runId, fence, retries === 0)) {
      if (debts.get(runId) === fence) debts.delete(runId);
    } else if (retries < MAX_RETRIES) {
      const again = (): void => {
        if (debts.get(runId) === fence) void attempt(retries + 1);
      };
      clock.timer(FIRST_RETRY_MS * 2 ** retries, again, { hold: false });
    }
  };
  await attempt(0);
}

/**
 * Before a run is begun or taken: lets go of what was given up of it, where the store has failed to. Rejects with `STORE_FAILED` where
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

/** Whether the store has let go: not where it fails, or does not answer in time. */
async function released(
  store: Store,
  clock: Clock,
  runId: string,
  fence: number,
  hold: boolean,
): Promise<boolean> {
  try {
    const answer = store.release(runId, fence);
    if (answer === undefined) return true;
    const late = Promise.withResolvers<boolean>();
    using _timer = clock.timer(STORE_PATIENCE_MS, () => late.resolve(false), { hold });
    return await Promise.race([Promise.resolve(answer).then(() => true), late.promise]);
  } catch {
    return false;
  }
}
