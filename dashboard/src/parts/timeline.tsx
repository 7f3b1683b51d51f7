import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useDesk } from "../desk.ts";
import { countCalls } from "../model/lanes.ts";
import { loadOf, type LoadStep } from "../model/load.ts";
import { scaleOf, type Scale, type ScaleKind } from "../model/scale.ts";
import { findsLane } from "../model/search.ts";
import { duration } from "../model/words.ts";
import { Choose } from "./controls.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { LanePart } from "./lane.tsx";

const SCALES = [
  { value: "time", label: "Time" },
  { value: "sequence", label: "Sequence" },
] as const;

/** A row for each call, a bar for each attempt; always visible beside the rest of the page. */
export function Timeline(): ReactNode {
  const { page, extras } = useDesk();
  const { lanes, endMs } = page;
  const [kind, setKind] = useState<ScaleKind>("time");
  const scale = useMemo(() => scaleOf(kind, lanes, endMs), [kind, lanes, endMs]);
  const load = useMemo(() => loadOf(lanes, endMs), [lanes, endMs]);
  const { answered, others, notAsked } = useMemo(() => countCalls(lanes), [lanes]);
  const not = page.run.status === "running" ? "not yet" : "did not";
  const said = [
    `${answered} answered`,
    ...(others > 0 ? [`${others} ${not}`] : []),
    ...(notAsked > 0 ? [`${notAsked} not asked`] : []),
  ];
  return (
    <section className="card timeline" id="timeline" aria-labelledby="timeline-h">
      <header>
        <h2 id="timeline-h">Timeline</h2>
        <span className="sub">{said.join(", ")}</span>
        <div className="end">
          <Choose<ScaleKind>
            label="Scale of the timeline"
            choices={SCALES}
            value={kind}
            onChange={setKind}
          />
          {extras?.pace}
        </div>
      </header>
      <div className="plot">
        {kind === "time" && <Load steps={load} scale={scale} endMs={endMs} />}
        <Lanes scale={scale} />
        <div className="lane axis" aria-hidden="true">
          <span />
          <span className="track">
            {scale.ticks.map(({ at, label }) => (
              <span key={at} style={{ left: `${at * 100}%` }}>
                {label}
              </span>
            ))}
            {scale.breaks.map(({ from, to, label }) => (
              <span key={`break ${from}`} style={{ left: `${(from + to) * 50}%` }}>
                {label}
              </span>
            ))}
          </span>
          <span />
        </div>
      </div>
      <Legend />
    </section>
  );
}

function Lanes({ scale }: { readonly scale: Scale }): ReactNode {
  const { page, finder, selected, select } = useDesk();
  const { lanes } = page;
  const scroller = useRef<HTMLDivElement>(null);
  const [reachable, setReachable] = useState(0);
  const moves = useRef(false);
  const laneHeight = useLaneHeight();
  const virtual = useVirtualizer({
    count: lanes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => laneHeight,
    overscan: 8,
    initialRect: { width: 400, height: 480 },
  });
  useEffect(() => virtual.measure(), [laneHeight, virtual]);
  useEffect(() => {
    if (!moves.current) return;
    moves.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-lane="${reachable}"]`)?.focus();
  });
  const move = (event: KeyboardEvent, index: number): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: lanes.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.min(lanes.length - 1, Math.max(0, to));
    virtual.scrollToIndex(next);
    moves.current = true;
    setReachable(next);
  };
  return (
    <div className="lanes" ref={scroller} role="group" aria-label="Calls">
      <div className="tall" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const lane = lanes[index];
          if (lane === undefined) return null;
          return (
            <LanePart
              key={lane.id}
              lane={lane}
              index={index}
              scale={scale}
              top={start}
              selected={lane.id === selected}
              dim={!findsLane(finder, lane)}
              reachable={index === reachable}
              onSelect={() => {
                setReachable(index);
                select(lane.id);
              }}
              onKeyDown={(event) => move(event, index)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The design token's value, in pixels. */
function useLaneHeight(): number {
  const [height, setHeight] = useState(24);
  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const given = Number.parseFloat(style.getPropertyValue("--lane-height"));
    if (given > 0) setHeight(given);
  }, []);
  return height;
}

const TALL = 32;

interface LoadProps {
  readonly steps: readonly LoadStep[];
  readonly scale: Scale;
  readonly endMs: number;
}

/** How many attempts were running, and above it how many were queued. */
function Load({ steps, scale, endMs }: LoadProps): ReactNode {
  const most = Math.max(0, ...steps.map(({ working, queued }) => working + queued));
  if (most === 0) return null;
  const flight = Math.max(...steps.map(({ working }) => working));
  const area = (value: (step: LoadStep) => number): string => {
    const points = steps.flatMap((step, index) => {
      const from = scale.at(step.atMs) * 1000;
      const to = scale.at(steps[index + 1]?.atMs ?? endMs) * 1000;
      const y = TALL - (value(step) / most) * (TALL - 2);
      return [`${from},${y}`, `${to},${y}`];
    });
    const ends = [steps[0]?.atMs ?? 0, endMs].map((atMs) => `${scale.at(atMs) * 1000},${TALL}`);
    return [ends[0], ...points, ends[1]].join(" ");
  };
  return (
    <div
      className="lane load"
      role="img"
      aria-label={`At most ${flight} in flight at once, and ${most} with those that queued`}
    >
      <span className="name">in flight</span>
      <span className="track">
        <svg viewBox={`0 0 1000 ${TALL}`} preserveAspectRatio="none" aria-hidden="true">
          <polygon className="in-queue" points={area(({ working, queued }) => working + queued)} />
          <polygon className="in-flight" points={area(({ working }) => working)} />
        </svg>
      </span>
      <span className="end">{`most ${flight}`}</span>
    </div>
  );
}

const LEGEND: readonly (readonly [kind: string, words: string, icon?: IconName])[] = [
  ["queued", "queued"],
  ["answered", "working"],
  ["timed-out", "timed out"],
  ["late", "late"],
  ["failed", "failed"],
  ["", "cached", "again"],
  ["person-open", "a person"],
  ["none", "not asked"],
];

function Legend(): ReactNode {
  return (
    <div className="legend">
      {LEGEND.map(([kind, words, icon]) => (
        <span key={words}>
          <span className="sample" aria-hidden="true">
            {icon === undefined ? (
              <span className={`bar-part ${kind}`} />
            ) : (
              <span className="sym cached">
                <Icon name={icon} />
              </span>
            )}
          </span>
          {words}
        </span>
      ))}
    </div>
  );
}

/** On narrow screens: the whole run as a strip at the bottom, which opens the timeline. */
export function MiniTimeline(): ReactNode {
  const { page } = useDesk();
  const { lanes, endMs } = page;
  const asked = lanes
    .filter(({ bars, call }) => bars.length > 0 && call !== undefined)
    .slice(0, 60);
  const scale = scaleOf("time", lanes, endMs);
  const step = Math.min(4, 32 / Math.max(1, asked.length));
  return (
    <nav aria-label="To the timeline">
      <a className="mini" href="#timeline">
        <span className="xs">Timeline</span>
        <svg viewBox="0 0 300 32" preserveAspectRatio="none" aria-hidden="true">
          {asked.flatMap(({ bars, id }, row) =>
            bars
              .filter(({ kind }) => kind !== "queued" && kind !== "pause" && kind !== "late")
              .map(({ kind, fromMs, toMs }, each) => (
                <rect
                  key={`${id} ${each}`}
                  className={kind === "answered" || kind === "working" ? "mini-ok" : "mini-not"}
                  x={scale.at(fromMs) * 300}
                  y={row * step}
                  width={Math.max(2, (scale.at(toMs ?? endMs) - scale.at(fromMs)) * 300)}
                  height={step * 0.65}
                />
              )),
          )}
        </svg>
        <span className="xs num muted">{duration(endMs)}</span>
      </a>
    </nav>
  );
}
