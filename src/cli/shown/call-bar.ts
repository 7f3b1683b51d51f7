import type { CallView } from "../../report/call-view.ts";

// Told apart without colour: waiting never looks like work, nor a failed attempt like an answer.
const QUEUED = "┈";
const WORKED = "█";
const FAILED = "▒";
const WAITED = "·";

/** What a bar is drawn on: the time of the run so far, in so many columns. */
export interface BarScale {
  readonly fromMs: number;
  readonly toMs: number;
  readonly columns: number;
}

/** A call on the run's time: queued, working, failed attempts and the waits between. Always of the scale's width. */
export function callBar(call: CallView, { fromMs, toMs, columns }: BarScale): string {
  const bar = Array.from({ length: columns }, () => " ");
  const spanMs = Math.max(1, toMs - fromMs);
  const column = (atMs: number): number => Math.round(((atMs - fromMs) / spanMs) * columns);
  const fill = (startMs: number, endMs: number, sign: string): void => {
    // The machine's clock may have been set back meanwhile; and the shortest stretch shows.
    const from = Math.min(columns - 1, Math.max(0, column(startMs)));
    const to = Math.min(columns, Math.max(from + 1, column(endMs)));
    bar.fill(sign, from, to);
  };
  const first = call.attempts[0];
  if (first !== undefined) fill(first.startedAtMs, endOf(call, toMs), WAITED);
  for (const { queued, startedAtMs, endedAtMs, answered } of call.attempts) {
    if (queued !== undefined) fill(queued.atMs, startedAtMs, QUEUED);
    const open = endedAtMs === null;
    fill(startedAtMs, endedAtMs ?? toMs, answered || open ? WORKED : FAILED);
  }
  if (call.queued !== undefined) fill(call.queued.atMs, toMs, QUEUED);
  return bar.join("");
}

function endOf({ attempts, state }: CallView, toMs: number): number {
  const last = attempts.at(-1)?.endedAtMs ?? null;
  return last === null || state === "retrying" ? toMs : last;
}
