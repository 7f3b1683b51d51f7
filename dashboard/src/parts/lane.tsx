import type { CSSProperties, KeyboardEvent, ReactNode } from "react";
import type { Bar, BarKind, Lane } from "../model/lanes.ts";
import type { Scale } from "../model/scale.ts";
import { Icon, type IconName } from "./icon.tsx";

export interface LaneProps {
  readonly lane: Lane;
  readonly index: number;
  readonly scale: Scale;
  readonly selected: boolean;
  readonly dim: boolean;
  /** Whether Tab reaches this lane; the arrow keys reach the others. */
  readonly reachable: boolean;
  readonly top: number;
  readonly onSelect: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;

/** A row of the timeline. */
export function LanePart(props: LaneProps): ReactNode {
  const { lane, index, scale, selected, dim, reachable, top, onSelect, onKeyDown } = props;
  const { name, word, end, depth, bars } = lane;
  return (
    <button
      type="button"
      className={dim ? "lane dim" : "lane"}
      data-lane={index}
      aria-pressed={selected}
      tabIndex={reachable ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onSelect}
      onKeyDown={onKeyDown}
    >
      <span className="name clip" title={name} style={indent(depth)}>
        {name}
      </span>
      <span className="track">
        {scale.ticks.map(({ at }) => (
          <span key={at} className="grid" style={{ left: percent(at) }} />
        ))}
        {scale.breaks.map(({ from, to }) => (
          <span
            key={from}
            className="break"
            style={{ left: percent(from), width: percent(to - from) }}
          />
        ))}
        {bars.map((bar, each) => (
          <BarPart key={each} bar={bar} scale={scale} />
        ))}
        {bars.map((bar, each) => (
          <EndSign key={each} bar={bar} scale={scale} />
        ))}
        <LaneNote lane={lane} scale={scale} />
      </span>
      <span className="end">
        {end}
        {end !== word && <span className="vh">{`, ${word}`}</span>}
      </span>
    </button>
  );
}

function indent(depth: number): CSSProperties {
  return depth === 0 ? {} : { paddingLeft: `calc(${Math.min(depth, 4)} * var(--space-2))` };
}

function BarPart({ bar, scale }: { readonly bar: Bar; readonly scale: Scale }): ReactNode {
  const from = scale.at(bar.fromMs);
  const style: CSSProperties =
    bar.toMs === null
      ? { left: percent(from), right: 0 }
      : { left: percent(from), width: percent(Math.max(0, scale.at(bar.toMs) - from)) };
  return <span className={`bar-part ${bar.kind}`} style={style} />;
}

const ENDS: Partial<Record<BarKind, readonly [kind: string, icon: IconName]>> = {
  failed: ["cross", "cross"],
  "turned-away": ["cross", "cross"],
  "timed-out": ["clock", "clock"],
  late: ["late", "dot"],
};

/** A sign at the end of a bar that did not go well: a shape, since colour alone is not enough. */
function EndSign({ bar, scale }: { readonly bar: Bar; readonly scale: Scale }): ReactNode {
  const end = ENDS[bar.kind];
  if (end === undefined || bar.toMs === null) return null;
  const [kind, icon] = end;
  return (
    <span className={`sym ${kind}`} style={{ left: percent(scale.at(bar.toMs)) }}>
      <Icon name={icon} />
    </span>
  );
}

/** The note in the row, so that the most common question needs no click. */
function LaneNote({ lane, scale }: { readonly lane: Lane; readonly scale: Scale }): ReactNode {
  const { word, note, bars } = lane;
  if (word === "cached") {
    return (
      <>
        <span className="sym cached">
          <Icon name="again" />
        </span>
        <span className="inline">{note}</span>
      </>
    );
  }
  if (note === undefined) return null;
  const at = scale.at(bars.at(-1)?.toMs ?? 0);
  if (bars.length === 0) {
    return (
      <>
        <span className="bar-part none" />
        <span className="inline">{note}</span>
      </>
    );
  }
  // Without room after the bar, the row's details say it.
  return at > 0.6 ? null : (
    <span className="inline" style={{ left: percent(at) }}>
      {note}
    </span>
  );
}
