import { callsInOrder } from "../../report/call-tree.ts";
import { duration } from "../../report/quantities.ts";
import type { CallView, RunView } from "../../report/run-view.ts";
import { callBar } from "./call-bar.ts";
import { callName } from "./call-name.ts";
import type { Terminal } from "./terminal.ts";
import { columnsOf, pad, padStart } from "./wrap.ts";

const MAX_NAME_COLUMNS = 22;
const TIME_COLUMNS = 10;
const MAX_CALLS = 60;

/** One bar per call, from when it queued or began to its end, on the run's own time. */
export function timeline(run: RunView, screen: Terminal, full: boolean = false): string[] {
  const asked = callsInOrder(run).filter((call) => call.attempts.length > 0);
  if (asked.length === 0) return [];
  const shown = full ? asked : asked.slice(0, MAX_CALLS);
  const widest = Math.max(...shown.map((call) => columnsOf(callName(call))));
  const names = Math.min(MAX_NAME_COLUMNS, Math.floor(screen.columns / 3), widest);
  const width = screen.columns - names - TIME_COLUMNS - 6;
  const scale = { fromMs: run.startedAtMs, toMs: run.lastAtMs, columns: width };

  const lines = shown.map((call) => {
    const bar = callBar(call, scale);
    const tookMs = call.durationMs || lastAtMs(call, run) - firstAtMs(call);
    const end = padStart(duration(tookMs), TIME_COLUMNS);
    const coloured = screen.style(call.state === "failed" ? "bad" : "good", bar);
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
