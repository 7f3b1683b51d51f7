import { idleIn } from "./idle.ts";
import type { Lane } from "./lanes.ts";
import { duration } from "./words.ts";

/** `time`: linear in time; `sequence`: the same room for every event, so that short ones beside long ones are visible. */
export type ScaleKind = "time" | "sequence";

/** The position of a moment on the axis, from 0 to 1. */
export interface Scale {
  readonly at: (ms: number) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Idle stretches, drawn short: their positions and their real lengths. */
  readonly breaks: readonly {
    readonly from: number;
    readonly to: number;
    readonly label: string;
  }[];
}

/** Room after the last event, so that running calls are visibly open. */
const ROOM = 1.06;

export function scaleOf(kind: ScaleKind, lanes: readonly Lane[], endMs: number): Scale {
  return kind === "time" ? timeScale(lanes, endMs) : sequenceScale(lanes, endMs);
}

/** The part of the axis that an idle stretch takes. */
const BREAK_SHARE = 0.08;

function timeScale(lanes: readonly Lane[], endMs: number): Scale {
  const idle = idleIn(lanes, endMs);
  const idleMs = idle.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const busyMs = Math.max(1, endMs - idleMs);
  const breakMs = busyMs * BREAK_SHARE;
  const whole = (busyMs + breakMs * idle.length) * ROOM;
  // Time without most of each idle stretch.
  const shortened = (ms: number): number =>
    idle.reduce((left, { fromMs, toMs }) => {
      if (ms <= fromMs) return left;
      const part = Math.min(1, (ms - fromMs) / (toMs - fromMs));
      return left - part * (toMs - fromMs) + part * breakMs;
    }, ms);
  const at = (ms: number): number => Math.min(1, Math.max(0, shortened(ms) / whole));
  const first = idle[0]?.fromMs ?? endMs;
  const step = niceStep(Math.max(1, whole / 4));
  const many = Math.floor((first * ROOM) / step);
  const ticks = Array.from({ length: many + 1 }, (_, index) => ({
    at: at(index * step),
    label: index === 0 ? "0" : axisLabel(index * step, step, index === many),
  })).filter((tick) => tick.at <= 0.97);
  const breaks = idle.map(({ fromMs, toMs }) => ({
    from: at(fromMs),
    to: at(toMs),
    label: duration(toMs - fromMs),
  }));
  return { at, ticks, breaks };
}

/** 1, 2 or 5 times a power of ten; for minutes, customary steps. */
function niceStep(least: number): number {
  const nice = [60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000].find(
    (one) => one >= least,
  );
  if (least > 30_000 && nice !== undefined) return nice;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((one) => one * power >= least) ?? 10);
}

function axisLabel(ms: number, step: number, isLast: boolean): string {
  if (step >= 60_000) return `${Math.round(ms / 60_000)}${isLast ? " min" : ""}`;
  if (step < 100) return duration(ms);
  const digits = step >= 1_000 ? 0 : 1;
  return `${(ms / 1_000).toFixed(digits)}${isLast ? " s" : ""}`;
}

function sequenceScale(lanes: readonly Lane[], endMs: number): Scale {
  const moments = [
    ...new Set([
      0,
      ...lanes.flatMap(({ bars }) => bars.flatMap((bar) => [bar.fromMs, bar.toMs ?? endMs])),
    ]),
  ].toSorted((a, b) => a - b);
  const last = moments.length;
  const at = (ms: number): number => {
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((moments[middle] ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    return Math.min(1, low / last);
  };
  const ticks = [0, 1, 2, 3].map((part) => {
    const index = Math.floor((last * part) / 4);
    return { at: index / last, label: part === 0 ? "first" : duration(moments[index] ?? 0) };
  });
  return { at, ticks, breaks: [] };
}
