import {
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type CSSProperties,
  type ReactNode,
} from "react";
import { DeskProvider, type Desk } from "./desk.ts";
import { pageOf, type RunPage } from "./model/page.ts";
import { finderFor } from "./model/search.ts";
import { AnswerPart } from "./parts/answer.tsx";
import { BillPart, NoticesPart } from "./parts/bill.tsx";
import { Details } from "./parts/details.tsx";
import { Divider } from "./parts/divider.tsx";
import { Findings } from "./parts/findings.tsx";
import { Disagreements } from "./parts/matrix.tsx";
import { MiniTimeline, Timeline } from "./parts/timeline.tsx";
import { TopBar } from "./parts/top-bar.tsx";
import { Waits } from "./parts/waits.tsx";
import { callHref, placeIn, subjectHref } from "./model/place.ts";
import type { Subject } from "./model/subjects.ts";
import type { Extras } from "./extras.ts";
import type { RunSource } from "./source.ts";
import { useHash } from "./use-hash.ts";

const SIDE_WIDTH = 468;

export interface AppProps {
  readonly source: RunSource;
  readonly foot: ReactNode;
  readonly extras?: Extras;
}

/** The page of a run. */
export function App(props: AppProps): ReactNode {
  const { source, foot, extras } = props;
  const { run, bill } = useSyncExternalStore(source.follow, source.now);
  const page = useMemo(() => pageOf(run, bill), [run, bill]);
  const [query, setQuery] = useState("");
  const looked = useDeferredValue(query);
  const finder = useMemo(() => finderFor(looked), [looked]);
  const [width, setWidth] = useState(SIDE_WIDTH);
  const where = useWhere(page);
  const desk = useMemo(
    (): Desk => ({ page, finder, query: looked, extras, ...where }),
    [page, finder, looked, extras, where],
  );
  useEffect(() => {
    document.title = `${page.answer.headline} · ${page.run.supervisor.name} · Quorate`;
  }, [page]);
  return (
    <DeskProvider value={desk}>
      <a className="skip" href="#answer">
        Skip to the answer
      </a>
      <TopBar
        tenant={run.tenant}
        nav={extras?.nav}
        end={extras?.end}
        search={{ label: "Search calls and findings", query, onQuery: setQuery }}
      />
      {extras?.under}
      <div className="wrap run" style={{ "--side": `${width}px` } as CSSProperties}>
        <AnswerPart />
        <main className="main">
          <Waits />
          <Disagreements />
          <Findings />
          <div className="pair">
            <BillPart />
            {extras === undefined ? (
              <NoticesPart />
            ) : (
              <div className="stack">
                {extras.fork}
                <NoticesPart />
              </div>
            )}
          </div>
          {foot}
        </main>
        <aside aria-label="Timeline and details">
          <Timeline />
          <Details />
          <Divider width={width} onWidth={setWidth} />
        </aside>
      </div>
      <MiniTimeline />
    </DeskProvider>
  );
}

type Where = Pick<Desk, "selected" | "select" | "open" | "toggle">;

/** What is selected and unfolded, according to the address and to clicks. */
function useWhere(page: RunPage): Where {
  const hash = useHash();
  const place = useMemo(() => placeIn(hash), [hash]);
  const [selected, setSelected] = useState<string | undefined>(() => mostTelling(page));
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(firstOpen(page)));
  // The address is resolved once, when it changes: numbers change while a run continues, and what is unfolded stays so.
  const now = useRef(page);
  useEffect(() => {
    now.current = page;
  }, [page]);
  useEffect(() => {
    if (place?.kind === "call") setSelected(place.callId);
    if (place?.kind !== "subject") return;
    const named = now.current.subjects.find(({ number }) => number === place.number);
    if (named !== undefined) setOpen((before) => new Set([...before, named.key]));
  }, [place]);
  // A run that has only just begun had nothing to select.
  const first = selected === undefined ? mostTelling(page) : undefined;
  useEffect(() => {
    if (first !== undefined) setSelected(first);
  }, [first]);
  useEffect(() => {
    if (place?.kind !== "subject") return;
    document.getElementById(`subject-${place.number}`)?.scrollIntoView({ block: "center" });
  }, [place]);
  const select = useCallback((callId: string): void => {
    setSelected(callId);
    history.replaceState(history.state, "", callHref(callId));
  }, []);
  const toggle = useCallback(({ key, number }: Subject): void => {
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
    history.replaceState(history.state, "", subjectHref(number));
  }, []);
  return useMemo(() => ({ selected, select, open, toggle }), [selected, select, open, toggle]);
}

/** The call to look at first: one that did not go smoothly, else the first. */
function mostTelling({ lanes }: RunPage): string | undefined {
  const troubled = lanes.find(({ call }) => (call?.attempts.length ?? 0) > 1);
  return (troubled ?? lanes[0])?.id;
}

/** The verdict that is unfolded first: the weakest one, since it deserves a look; without verdicts, an open subject. */
function firstOpen({ subjects }: RunPage): readonly string[] {
  const decided = subjects.filter(({ fate }) => fate === "stands" || fate === "settled");
  const weakest = decided.toSorted(
    (a, b) => (a.verdict?.confidence ?? 0) - (b.verdict?.confidence ?? 0),
  )[0];
  const first = weakest ?? subjects.find(({ fate }) => fate === "open");
  return first === undefined ? [] : [first.key];
}
