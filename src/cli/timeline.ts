import { callsInOrder } from "../report/call-tree.ts";
import { duration } from "../report/quantities.ts";
import type { CallView, RunView } from "../report/run-view.ts";
import { callName } from "./call-name.ts";
import type { Terminal } from "./terminal.ts";
import { columnsOf, pad, padStart } from "./wrap.ts";

const MAX_NAME_COLUMNS = 22;
const TIME_COLUMNS = 10;
const MAX_CALLS = 60;

// Told apart without colour: an answer is solid, a failed attempt is shaded, a wait between two is dotted.
const ANSWERED = "█";
const FAILED = "▒";
const WAITED = "·";

/** One bar per call, from its first attempt to its end, on the run's own time. */
export function timeline(run: RunView, screen: Terminal, full: boolean = false): string[] {
  const asked = callsInOrder(run).filter((call) => call.attempts.length > 0);
  if (asked.length === 0) return [];
  const shown = full ? asked : asked.slice(0, MAX_CALLS);
  const widest = Math.max(...shown.map((call) => columnsOf(callName(call))));
  const names = Math.min(MAX_NAME_COLUMNS, Math.floor(screen.columns / 3), widest);
  const width = screen.columns - names - TIME_COLUMNS - 6;
  const spanMs = Math.max(1, run.lastAtMs - run.startedAtMs);
  const column = (atMs: number): number => Math.round(((atMs - run.startedAtMs) / spanMs) * width);

  const lines = shown.map((call) => {
    const bar = drawBar(call, run, width, column);
    const tookMs = call.durationMs || lastAtMs(call, run) - firstAtMs(call);
    const end = padStart(duration(tookMs), TIME_COLUMNS);
    const coloured = screen.style(call.state === "failed" ? "bad" : "good", bar.join(""));
    return `  ${pad(callName(call), names)}  ${coloured}${screen.style("quiet", end)}`;
  });
  if (shown.length < asked.length)
    lines.push(`  and ${asked.length - shown.length} more; --full shows all`);
  return lines;
}

function firstAtMs(call: CallView): number {
  return call.attempts[0]?.startedAtMs ?? 0;
}

function lastAtMs(call: CallView, run: RunView): number {
  return call.attempts.at(-1)?.endedAtMs ?? run.lastAtMs;
}

function drawBar(
  call: CallView,
  run: RunView,
  width: number,
  column: (atMs: number) => number,
): string[] {
  const bar = Array.from({ length: width }, () => " ");
  const fill = (fromMs: number, toMs: number, sign: string): void => {
    // The machine's clock may have been set back while the run was on; and the shortest call shows.
    const from = Math.min(width - 1, Math.max(0, column(fromMs)));
    const to = Math.min(width, Math.max(from + 1, column(toMs)));
    bar.fill(sign, from, to);
  };
  fill(firstAtMs(call), lastAtMs(call, run), WAITED);
  for (const { startedAtMs, endedAtMs, answered } of call.attempts) {
    fill(startedAtMs, endedAtMs ?? run.lastAtMs, answered ? ANSWERED : FAILED);
  }
  return bar;
}
