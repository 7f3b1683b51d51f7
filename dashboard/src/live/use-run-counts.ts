import { useEffect, useState } from "react";
import type { RunCounts } from "../../../src/server/wire.ts";
import type { RunSummary } from "../../../src/store/store.ts";
import { useSigned } from "./desk.ts";
import type { RunFilter } from "./route.ts";

/** How many runs of a team and a tag have each status; asked for again when the list has changed. A list without them says less. */
export function useRunCounts(
  { team, tag }: RunFilter,
  list: readonly RunSummary[],
): RunCounts | undefined {
  const { client } = useSigned();
  const of = JSON.stringify([team, tag]);
  const [held, setHeld] = useState<{ readonly of: string; readonly counts: RunCounts }>();
  useEffect(() => {
    const leaving = new AbortController();
    client.get<RunCounts>("run-counts", { team, tag }, leaving.signal).then(
      (counts) => {
        if (!leaving.signal.aborted) setHeld({ of, counts });
      },
      () => {},
    );
    return () => leaving.abort();
  }, [client, of, team, tag, list]);
  return held?.of === of ? held.counts : undefined;
}
