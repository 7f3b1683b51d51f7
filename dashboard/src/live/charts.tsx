import * as Plot from "@observablehq/plot";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { AgentReliability, Reliability } from "../../../src/model/reliability.ts";
import { visible } from "../model/visible.ts";
import type { CalibrationBin } from "../../../src/server/wire.ts";

export type ChartsProps =
  | { readonly kind: "reliability"; readonly reliability: Reliability }
  | { readonly kind: "calibration"; readonly bins: readonly CalibrationBin[] };

/** The charts of the agents' page. Their content is also on the page in words. */
export default function Charts(props: ChartsProps): ReactNode {
  return props.kind === "reliability" ? (
    <ReliabilityChart reliability={props.reliability} />
  ) : (
    <CalibrationChart bins={props.bins} />
  );
}

/** The value of a design token, so that charts have the colours of the page. */
const token = (name: string): string => `var(--${name})`;
const STYLE = { fontSize: "11px", overflow: "visible" };
const SYMBOLS = ["circle", "diamond", "square", "triangle", "star", "wye"] as const;
const MOST_TOPICS = SYMBOLS.length;

interface TopicPoint {
  readonly agent: string;
  readonly topic: string;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

function ReliabilityChart({ reliability }: { readonly reliability: Reliability }): ReactNode {
  const agents = reliability.agents.toSorted((a, b) => b.accuracy - a.accuracy);
  const topics = [
    ...new Set(agents.flatMap((agent) => agent.topics?.map(({ topic }) => topic) ?? [])),
  ].slice(0, MOST_TOPICS);
  const named = agents.map((agent) => ({ ...agent, agent: visible(agent.agent) }));
  const points = named.flatMap((agent) => topicPoints(agent, topics));
  const label = agents
    .map(
      ({ agent, accuracy, interval: [low, high] }) =>
        `${visible(agent)} ${percent(accuracy)}, ${percent(low)} to ${percent(high)}`,
    )
    .join("; ");
  const plot = (width: number): Element =>
    Plot.plot({
      width,
      height: 40 + named.length * 36,
      marginLeft: Math.min(140, Math.max(60, width * 0.2)),
      marginRight: 48,
      marginBottom: 28,
      style: STYLE,
      x: { domain: [0, 1], label: null, ticks: 5, tickFormat: percent, grid: true },
      y: { domain: named.map(({ agent }) => agent), label: null, padding: 0.4 },
      symbol: { domain: topics, range: SYMBOLS.slice(0, topics.length) },
      marks: [
        Plot.ruleX([reliability.pool.accuracy], {
          stroke: token("text-faint"),
          strokeDasharray: "3 3",
        }),
        Plot.barX(named, {
          y: "agent",
          x1: ({ interval }: AgentReliability) => interval[0],
          x2: ({ interval }: AgentReliability) => interval[1],
          fill: token("track"),
        }),
        ...topics.flatMap((topic, index) => {
          const own = points.filter((point) => point.topic === topic);
          const dy = (index - (topics.length - 1) / 2) * 6;
          const colour = token(`chart-${index + 1}`);
          return [
            Plot.ruleY(own, {
              y: "agent",
              x1: "low",
              x2: "high",
              stroke: colour,
              dy,
              opacity: 0.5,
            }),
            Plot.dot(own, {
              y: "agent",
              x: "accuracy",
              fill: colour,
              symbol: SYMBOLS[index] ?? "circle",
              r: 3,
              dy,
            }),
          ];
        }),
        Plot.tickX(named, {
          y: "agent",
          x: "accuracy",
          stroke: token("text"),
          strokeWidth: 2,
        }),
        Plot.text(named, {
          y: "agent",
          text: ({ trials }: AgentReliability) => String(trials),
          frameAnchor: "right",
          textAnchor: "start",
          dx: 8,
          fill: token("text-muted"),
        }),
      ],
    });
  return (
    <>
      <Drawn plot={plot} label={`How often each agent is right: ${label}`} />
      <div className="legend">
        <span>
          <i className="key-interval" aria-hidden="true" /> the agent, 95 % interval
        </span>
        <span>dashed: all of them, {percent(reliability.pool.accuracy)}</span>
        {topics.map((topic, index) => (
          <span key={topic}>
            <TopicKey index={index} /> {visible(topic)}
          </span>
        ))}
        <span>right: on so many votes it rests</span>
      </div>
    </>
  );
}

function topicPoints(agent: AgentReliability, topics: readonly string[]): readonly TopicPoint[] {
  return (agent.topics ?? [])
    .filter(({ topic }) => topics.includes(topic))
    .map(({ topic, accuracy, interval: [low, high] }) => ({
      agent: agent.agent,
      topic,
      accuracy,
      low,
      high,
    }));
}

const SHAPES = [
  "M8 3a5 5 0 100 10A5 5 0 008 3z",
  "M8 2.5L13.5 8 8 13.5 2.5 8z",
  "M3.5 3.5h9v9h-9z",
  "M8 3l5.5 9.5h-11z",
  "M8 2l1.7 4.3h4.3L10.5 9l1.5 4.5L8 10.8 4 13.5 5.5 9 2 6.3h4.3z",
  "M7 8L3 4.5 4.5 3 8 6l3.5-3L13 4.5 9 8v5H7z",
];

function TopicKey({ index }: { readonly index: number }): ReactNode {
  return (
    <svg className={`key topic-${index + 1}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[index]} />
    </svg>
  );
}

function CalibrationChart({ bins }: { readonly bins: readonly CalibrationBin[] }): ReactNode {
  const most = Math.max(1, ...bins.map((bin) => bin.of));
  const points = bins.map(({ mean, right, of, interval: [low, high] }) => ({
    mean,
    share: right / Math.max(1, of),
    low,
    high,
    of,
    bar: -0.06 - (of / most) * 0.12,
  }));
  const label = points
    .map(({ mean, share, of }) => `said ${mean.toFixed(2)}, right ${percent(share)} of ${of}`)
    .join("; ");
  const plot = (width: number): Element =>
    Plot.plot({
      width,
      height: Math.min(440, Math.max(280, width * 0.85)),
      marginLeft: 40,
      marginBottom: 28,
      style: STYLE,
      x: { domain: [0, 1], label: null, ticks: 5 },
      y: {
        domain: [-0.2, 1],
        label: null,
        ticks: [0, 0.25, 0.5, 0.75, 1],
        tickFormat: ".2f",
        grid: true,
      },
      marks: [
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: token("text-faint"), strokeDasharray: "3 3" },
        ),
        Plot.text([[0.9, 0.84]], {
          text: () => "as said",
          fill: token("text-muted"),
          textAnchor: "start",
        }),
        Plot.ruleX(points, {
          x: "mean",
          y1: "low",
          y2: "high",
          stroke: token("chart-1"),
          opacity: 0.6,
          strokeWidth: 2,
        }),
        Plot.dot(points, { x: "mean", y: "share", r: 4, fill: token("chart-1") }),
        Plot.ruleX(points, {
          x: "mean",
          y1: () => -0.2,
          y2: ({ bar }: { readonly bar: number }) => -0.2 + (-0.06 - bar) + 0.005,
          stroke: token("queued"),
          strokeWidth: 14,
        }),
        Plot.text(points, {
          x: "mean",
          y: ({ bar }: { readonly bar: number }) => -0.2 + (-0.06 - bar),
          text: ({ of }: { readonly of: number }) => String(of),
          dy: -8,
          fill: token("text-muted"),
        }),
      ],
    });
  return <Drawn plot={plot} label={`Confidence against what was right: ${label}`} />;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Draws a plot at the width of its place. Its label describes it; its parts are hidden from screen readers. */
function Drawn(props: {
  readonly plot: (width: number) => Element;
  readonly label: string;
}): ReactNode {
  const { plot, label } = props;
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const watch = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry?.contentRect.width ?? 0)),
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (width === 0) return;
    const drawn = plot(width);
    // The page's policy forbids inline styles; the stylesheet has what this one says.
    for (const style of drawn.querySelectorAll("style")) style.remove();
    drawn.setAttribute("aria-hidden", "true");
    place.current?.replaceChildren(drawn);
  });
  return <div className="chart" role="img" aria-label={label} ref={place} />;
}
