import { useCallback, useEffect, useRef, useState } from "react";
import type { RunSummary } from "../../../src/store/store.ts";
import { refusal, useSigned } from "./desk.ts";
import type { Params } from "./client.ts";
import type { Refused } from "./refused.ts";
import type { RunFilter } from "./route.ts";
import type { RunsAnswer } from "../../../src/server/wire.ts";

const PAGE = 100;
/** How often the first page is reloaded while the page is visible, in ms. */
const AGAIN_MS = 4_000;

/** The runs that are loaded so far. */
export interface Runs {
  readonly list: readonly RunSummary[];
  readonly loaded: boolean;
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly error: Refused | undefined;
  readonly more: () => void;
  readonly again: () => void;
}

interface Held {
  readonly of: string;
  readonly list: readonly RunSummary[];
  readonly next: string | undefined;
}

/** The runs of a filter except for its search, which only looks at loaded runs; changes appear automatically. */
export function useRuns({ team, status, tag }: RunFilter): Runs {
  const { client } = useSigned();
  const of = JSON.stringify([team, status, tag]);
  const [held, setHeld] = useState<Held>({ of: "", list: [], next: undefined });
  const [error, setError] = useState<Refused | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [times, setTimes] = useState(0);
  const now = useRef(of);
  now.current = of;
  const params = useCallback(
    (after?: string): Params => ({ team, status, tag, limit: PAGE, after }),
    [team, status, tag],
  );
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        if (document.hidden) return;
        const page = await client.get<RunsAnswer>("runs", params(), signal);
        setHeld((before) => (before.of === of ? joined(before, page) : { of, ...first(page) }));
        setError(undefined);
      } catch (failure) {
        if (!signal.aborted) setError(refusal(failure));
      } finally {
        if (!signal.aborted) timer = setTimeout(() => void look(), AGAIN_MS);
      }
    };
    void look();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [client, of, params, times]);
  const isOwn = held.of === of;
  const next = isOwn ? held.next : undefined;
  const more = (): void => {
    if (busy || next === undefined) return;
    setBusy(true);
    client
      .get<RunsAnswer>("runs", params(next))
      .then(
        (page) => {
          if (now.current !== of) return;
          setHeld((before) => ({
            of,
            list: withoutTwice([...before.list, ...page.runs]),
            next: page.next,
          }));
        },
        (failure: unknown) => setError(refusal(failure)),
      )
      .finally(() => setBusy(false));
  };
  return {
    list: isOwn ? held.list : [],
    loaded: isOwn,
    hasMore: next !== undefined,
    busy,
    error,
    more,
    again: () => setTimes((before) => before + 1),
  };
}

function first({ runs, next }: RunsAnswer): Omit<Held, "of"> {
  return { list: runs, next };
}

/** New runs come first, changed ones stay in place, and loaded older ones remain. */
function joined(before: Held, { runs, next }: RunsAnswer): Held {
  if (before.list.length <= PAGE) return same(before, { ...before, list: runs, next });
  const last = runs.at(-1);
  const from = last === undefined ? -1 : before.list.findIndex(({ runId }) => runId === last.runId);
  // More new runs than a page has: the rest is loaded again.
  if (from === -1) return { ...before, list: runs, next };
  return same(before, { ...before, list: [...runs, ...before.list.slice(from + 1)] });
}

/** Keeps the old object if nothing has changed, so that nothing is drawn again. */
function same(before: Held, after: Held): Held {
  const sign = (list: readonly RunSummary[]): string =>
    list.map(({ runId, status, events }) => `${runId} ${status} ${events}`).join();
  return before.next === after.next && sign(before.list) === sign(after.list) ? before : after;
}

function withoutTwice(list: readonly RunSummary[]): readonly RunSummary[] {
  return [...new Map(list.map((run) => [run.runId, run])).values()];
}
