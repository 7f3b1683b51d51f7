import { useId, type ReactNode } from "react";
import type { RunsAnswer } from "../../../../../src/server/wire.ts";
import { visible } from "../../../model/visible.ts";
import { dateTime, shortId } from "../../../model/words.ts";
import { useLoaded } from "../../desk.ts";
import { go } from "../../route.ts";

/** The two runs that are compared, by their ids. */
export interface ComparedRuns {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The choice of the two runs: from the latest ones, or by id. */
export function Choice({ before, after }: ComparedRuns): ReactNode {
  const { data } = useLoaded("runs", (client, signal) =>
    client.get<RunsAnswer>("runs", { limit: 50 }, signal),
  );
  const runs = data?.runs ?? [];
  const team = runs.find(({ runId }) => runId === before)?.supervisor.name;
  const set = (change: Partial<ComparedRuns>): void =>
    go({ page: "compare", before, after, ...change }, { replace: true });
  const field = (
    label: string,
    value: string | undefined,
    onValue: (value: string) => void,
    wanted: string | undefined,
  ): ReactNode => {
    const listed = runs
      .filter(({ supervisor }) => wanted === undefined || supervisor.name === wanted)
      .map(({ runId, supervisor, startedAtMs }) => ({
        runId,
        words: `${shortId(runId)} · ${visible(supervisor.name)} · ${dateTime(startedAtMs)}`,
      }));
    const isListed = value === undefined || listed.some(({ runId }) => runId === value);
    return (
      <Pick
        label={label}
        value={value ?? ""}
        onValue={onValue}
        listed={isListed ? listed : [{ runId: value, words: shortId(value) }, ...listed]}
      />
    );
  };
  return (
    <div className="vs choose">
      {field("Before", before, (value) => set({ before: value }), undefined)}
      {field("After", after, (value) => set({ after: value }), team)}
    </div>
  );
}

function Pick(props: {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly listed: readonly { readonly runId: string; readonly words: string }[];
}): ReactNode {
  const { label, value, onValue, listed } = props;
  const id = useId();
  return (
    <div>
      <label className="lab" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="input"
        value={value}
        onChange={(event) => onValue(event.target.value)}
      >
        <option value="" disabled>
          Choose a run
        </option>
        {listed.map(({ runId, words }) => (
          <option key={runId} value={runId}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
