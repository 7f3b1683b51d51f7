import { QuorateError } from "../model/errors.ts";
import type { Store } from "../store/store.ts";

/** A store of which only a part can be seen or used. */
function viewOf(store: Store, own: Partial<Store>): Store {
  const { maxEventBytes } = store;
  return {
    resumable: store.resumable,
    ...(maxEventBytes !== undefined && { maxEventBytes }),
    values: store.values,
    append: (events, fence) => store.append(events, fence),
    read: (runId, afterSeq, limit) => store.read(runId, afterSeq, limit),
    follow: (runId, afterSeq, signal) => store.follow(runId, afterSeq, signal),
    run: (runId) => store.run(runId),
    runs: (query) => store.runs(query),
    take: (runId) => store.take(runId),
    release: (runId, fence) => store.release(runId, fence),
    prune: (beforeMs) => store.prune(beforeMs),
    erase: (what) => store.erase(what),
    // The caller that opened it closes it.
    close: () => undefined,
    ...own,
  };
}

/**
 * A store that can be cut off from its runs: afterwards nothing is appended, and the runs are released. They keep their state and can be
 * resumed, and are not cancelled.
 */
export function cuttable(store: Store): { readonly store: Store; readonly cut: () => void } {
  let isCut = false;
  const view = viewOf(store, {
    append(events, fence) {
      if (!isCut) return store.append(events, fence);
      throw new QuorateError("STORE_FAILED", "the server has stopped; the run can be resumed");
    },
    take(runId) {
      if (!isCut) return store.take(runId);
      throw new QuorateError("STORE_FAILED", "the server has stopped; the run can be resumed");
    },
  });
  return {
    store: view,
    cut: () => {
      isCut = true;
    },
  };
}

/** The store with only the runs of one tenant. */
export function tenantView(store: Store, tenant: string | undefined): Store {
  if (tenant === undefined) return store;
  const isOwn = async (runId: string): Promise<boolean> =>
    (await store.run(runId))?.tenant === tenant;
  return viewOf(store, {
    run: async (runId) => {
      const run = await store.run(runId);
      return run?.tenant === tenant ? run : undefined;
    },
    runs: (query = {}) => store.runs({ ...query, tenant }),
    read: async (runId, afterSeq, limit) => {
      const [own, events] = await Promise.all([isOwn(runId), store.read(runId, afterSeq, limit)]);
      return own ? events : [];
    },
  });
}
