import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import { count } from "../../model/words.ts";
import { finderFor } from "../../model/search.ts";
import { visible } from "../../model/visible.ts";
import { Choose } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { SearchField } from "../../parts/top-bar.tsx";
import { useLoaded, useMay } from "../desk.ts";
import { Empty, Failure, Frame, Go, Loading } from "../parts.tsx";
import { go, NO_FILTER, type RunFilter } from "../route.ts";
import { RunRow } from "../run-row.tsx";
import { useRunCounts } from "../use-run-counts.ts";
import { useRuns } from "../use-runs.ts";
import type { RunCounts, TeamListed } from "../../../../src/server/wire.ts";

const STATUSES = [
  { value: "all", label: "All" },
  { value: "waiting", label: "Waiting" },
  { value: "running", label: "Running" },
  { value: "complete", label: "Complete" },
  { value: "partial", label: "Partial" },
  { value: "failed", label: "Failed" },
  { value: "interrupted", label: "Interrupted" },
  { value: "cancelled", label: "Cancelled" },
] as const;

type StatusChoice = (typeof STATUSES)[number]["value"];

/** A search continues in older runs until it has found this many, or looked through enough. */
const FOUND = 50;
const MOST_LOOKED = 5_000;

/** All runs, latest first. */
export function RunsPage({ filter }: { readonly filter: RunFilter }): ReactNode {
  const mayRun = useMay("run");
  const runs = useRuns(filter);
  const counts = useRunCounts(filter, runs.list);
  const looked = useDeferredValue(filter.query);
  const finder = useMemo(() => finderFor(looked), [looked]);
  const shown = useMemo(
    () =>
      runs.list.filter(
        ({ runId, supervisor, tags }) =>
          finder?.(
            runId,
            supervisor.name,
            ...Object.entries(tags ?? {}).map(([name, value]) => `${name}=${value}`),
          ) ?? true,
      ),
    [runs.list, finder],
  );
  // What is searched for may be older: more runs are loaded until there is a result.
  const { hasMore, busy, more } = runs;
  const looks = finder !== undefined && hasMore && !busy && runs.error === undefined;
  const wantsMore = looks && shown.length < FOUND && runs.list.length < MOST_LOOKED;
  useEffect(() => {
    if (wantsMore) more();
  });
  const set = (change: Partial<RunFilter>): void =>
    go({ page: "runs", filter: { ...filter, ...change } }, { replace: true });
  const isFiltered =
    filter.query !== "" || filter.team !== "" || filter.status !== "" || filter.tag !== "";
  const far = runs.hasMore ? " so far" : "";
  return (
    <Frame
      at="runs"
      title="Runs"
      about={aboutOf(counts)}
      actions={
        <>
          <Go className="btn" to={{ page: "compare", before: undefined, after: undefined }}>
            Compare two
          </Go>
          {mayRun && (
            <Go
              className="btn primary"
              to={{ page: "new", team: filter.team || undefined, like: undefined }}
            >
              <Icon name="play" />
              New run
            </Go>
          )}
        </>
      }
    >
      <div className="filters">
        <SearchField
          search={{
            label: "Search runs",
            query: filter.query,
            onQuery: (query) => set({ query }),
          }}
        />
        <Choose<StatusChoice>
          label="Status"
          choices={STATUSES.map((one) => ({ ...one, ...manyOf(one.value, counts) }))}
          value={STATUSES.find(({ value }) => value === filter.status)?.value ?? "all"}
          onChange={(status) => set({ status: status === "all" ? "" : status })}
        />
        <TeamChoice team={filter.team} onTeam={(team) => set({ team })} />
        <TagField tag={filter.tag} onTag={(tag) => set({ tag })} />
        <span className="end" aria-live="polite">
          {finder === undefined
            ? `${count(runs.list.length, "run")}${far}`
            : `${shown.length} of ${runs.list.length}${far}`}
        </span>
      </div>
      <section className="card runs" aria-label="Runs">
        {runs.error !== undefined && <Failure error={runs.error} again={runs.again} />}
        {!runs.loaded && runs.error === undefined && <Loading rows={8} />}
        {runs.loaded && shown.length === 0 && !runs.hasMore && (
          <NoRuns isFiltered={isFiltered} mayRun={mayRun} />
        )}
        {shown.length > 0 && <List runs={shown} />}
        {runs.hasMore && (
          <div className="under">
            <button type="button" className="btn" disabled={runs.busy} onClick={runs.more}>
              {runs.busy ? "Loading" : "Older runs"}
            </button>
          </div>
        )}
      </section>
    </Frame>
  );
}

/** How many there are, and how many of them need somebody. */
function aboutOf(counts: RunCounts | undefined): string {
  if (counts === undefined || counts.all === 0) return "The latest first.";
  const { all, statuses, more } = counts;
  const { running = 0, waiting = 0, interrupted = 0 } = statuses;
  return [
    more === true ? `The latest ${all.toLocaleString("en")} runs` : count(all, "run"),
    ...(running > 0 ? [`${running} running`] : []),
    ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? "waits" : "wait"} for a person`] : []),
    ...(interrupted > 0 ? [`${interrupted} interrupted`] : []),
  ].join(", ");
}

/** Nothing where there is none: a row of noughts says less than one figure. */
function manyOf(status: StatusChoice, counts: RunCounts | undefined): { readonly many?: string } {
  const { all = 0, statuses = {}, more = false } = counts ?? {};
  const many = status === "all" ? all : (statuses[status] ?? 0);
  return many === 0 ? {} : { many: `${many}${more && status === "all" ? "+" : ""}` };
}

function NoRuns(props: { readonly isFiltered: boolean; readonly mayRun: boolean }): ReactNode {
  if (props.isFiltered) {
    return (
      <Empty title="No run matches.">
        Search for something else, or{" "}
        <Go to={{ page: "runs", filter: NO_FILTER }}>show all runs</Go>.
      </Empty>
    );
  }
  return (
    <Empty title="There are no runs yet.">
      {props.mayRun ? (
        <Go to={{ page: "new", team: undefined, like: undefined }}>Start one here</Go>
      ) : (
        "Start one"
      )}
      {", or on the command line, with the database of this server:"}
      <p className="cmd">quorate run team.ts --text &quot;…&quot; --db quorate.db</p>
    </Empty>
  );
}

type Listed = ReturnType<typeof useRuns>["list"];

/** Draws only the visible rows. */
function List({ runs }: { readonly runs: Listed }): ReactNode {
  const table = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [reachable, setReachable] = useState(0);
  const moves = useRef(false);
  useLayoutEffect(() => setTop(table.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: runs.length,
    estimateSize: () => 61,
    overscan: 6,
    scrollMargin: top,
    getItemKey: (index) => runs[index]?.runId ?? index,
    initialRect: { width: 1440, height: 1000 },
  });
  useEffect(() => {
    if (!moves.current) return;
    const row = table.current?.querySelector<HTMLElement>(`[data-row="${reachable}"]`);
    if (row === null || row === undefined) return;
    moves.current = false;
    row.focus();
  });
  const move = (event: KeyboardEvent, index: number): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: runs.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.min(runs.length - 1, Math.max(0, to));
    virtual.scrollToIndex(next);
    moves.current = true;
    setReachable(next);
  };
  const items = virtual.getVirtualItems();
  const tabbed = items.some(({ index }) => index === reachable)
    ? reachable
    : (items[Math.floor(items.length / 2)]?.index ?? 0);
  return (
    <>
      <div className="rn hd" aria-hidden="true">
        <span>Status</span>
        <span>What</span>
        <span>Verdict</span>
        <span>Gate</span>
        <span className="right">Cost</span>
        <span className="right">Duration</span>
        <span>Who dissents</span>
        <span className="right">Began</span>
      </div>
      <div ref={table} className="tall" role="list" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, key }) => {
          const run = runs[index];
          if (run === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="at"
              role="listitem"
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <RunRow
                run={run}
                index={index}
                reachable={index === tabbed}
                onKeyDown={(event) => move(event, index)}
              />
            </div>
          );
        })}
      </div>
    </>
  );
}

function TeamChoice(props: {
  readonly team: string;
  readonly onTeam: (team: string) => void;
}): ReactNode {
  const { team, onTeam } = props;
  const { data } = useLoaded("teams", (client, signal) =>
    client.get<{ readonly teams: readonly TeamListed[] }>("teams", {}, signal),
  );
  const names = [...new Set([...(data?.teams.map(({ name }) => name) ?? []), team])];
  return (
    <select
      className="input"
      aria-label="Team"
      value={team}
      onChange={(event) => onTeam(event.target.value)}
    >
      <option value="">Every team</option>
      {names
        .filter((name) => name !== "")
        .map((name) => (
          <option key={name} value={name}>
            {visible(name)}
          </option>
        ))}
    </select>
  );
}

/** `name=value`, applied on Enter or when the field is left: half a tag finds nothing. */
function TagField(props: {
  readonly tag: string;
  readonly onTag: (tag: string) => void;
}): ReactNode {
  const { tag, onTag } = props;
  const [text, setText] = useState(tag);
  useEffect(() => setText(tag), [tag]);
  const isWrong = text !== "" && !/^[^=]+=./.test(text);
  const take = (): void => {
    if (!isWrong && text !== tag) onTag(text);
  };
  return (
    <input
      className="input tag-field"
      aria-label="Tag, as name=value"
      placeholder="tag=value"
      aria-invalid={isWrong}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === "Enter") take();
      }}
    />
  );
}
