import type { CallPlace } from "../../model/call-place.ts";
import { summarize, failureText } from "./summarize.ts";
import { callBar, type BarScale } from "./call-bar.ts";
import { waitText } from "./event-line.ts";
import { drawnList, type DrawnList } from "./drawn-list.ts";
import type { Progress } from "./progress.ts";
import { count, duration } from "../../report/quantities.ts";
import type { CallView, RunView } from "../../report/run-view.ts";
import { safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";
import { clip, columnsOf, pad, padStart } from "./wrap.ts";

const TICK_MS = 200;
const MAX_NAME_COLUMNS = 24;
const TIME_COLUMNS = 7;
// The icon and its space, two columns that the drawing keeps free, and the spaces between name, time and text.
const OTHER_COLUMNS = 2 + 2 + 2 + TIME_COLUMNS + 2;
const BAR_COLUMNS = 20;
// What an answer, or why there is none, needs beside a bar at least.
const TEXT_COLUMNS = 24;

/** One agent of the plan. */
interface ProgressRow {
  readonly line: number;
  /** The last that it, or somebody within it, let be known. */
  note: string;
  /** From when its first attempt was seen here: the log's clock may be another one. */
  startedMs: number;
}

/** One line per agent of the plan, kept up to date, and one for what the team makes of the answers. */
export function listProgress(screen: Terminal, planned: RunView): Progress {
  const calls = [...planned.calls.values()];
  const widest = Math.max(...calls.map((call) => columnsOf(safeText(call.agent))));
  const names = Math.min(MAX_NAME_COLUMNS, widest);
  const rows = new Map(
    calls.map(({ callId }, line): [string, ProgressRow] => [
      callId,
      { line, note: "", startedMs: 0 },
    ]),
  );
  const verdictLine = calls.length;
  let run = planned;
  // Of the log's clock, which may be another one than this machine's: as far as its events, and from the last of them on as time goes here.
  let sinceMs = performance.now();
  const scale = (): BarScale => ({
    fromMs: run.startedAtMs,
    toMs: run.lastAtMs + (performance.now() - sinceMs),
    columns: BAR_COLUMNS,
  });
  const rowText = (call: CallView, row?: ProgressRow): string => {
    const whole = screen.columns - names - OTHER_COLUMNS;
    const hasBar = whole >= BAR_COLUMNS + 2 + TEXT_COLUMNS;
    const bar = hasBar ? `${callBar(call, scale())}  ` : "";
    const room = hasBar ? whole - BAR_COLUMNS - 2 : whole;
    return `${pad(safeText(call.agent), names)}  ${bar}${callText(screen, call, row, room)}`;
  };
  const list = drawnList([
    ...calls.map((call) => rowText(call)),
    screen.style("quiet", "answers are compared when all are there"),
  ]);
  const redraw = (call: CallView, row: ProgressRow): void => list.set(row.line, rowText(call, row));
  const ticker = setInterval(() => {
    for (const [callId, row] of rows) {
      const call = run.calls.get(callId);
      // The bars are on one scale, which grows: those that have ended are drawn anew, too.
      if (call !== undefined && call.attempts.length + Number(call.queued !== undefined) > 0) {
        redraw(call, row);
      }
    }
  }, TICK_MS);

  return {
    update(event, view) {
      run = view;
      sinceMs = performance.now();
      if (event.type === "conflict.found" || event.type === "verdict.reached") {
        list.set(verdictLine, verdictText(view));
        return;
      }
      if (!("agent" in event)) return;
      const row = rows.get(event.callId);
      const call = view.calls.get(event.callId);
      if (row === undefined || call === undefined) {
        // Within a nested team: a note on that team's line. Else a judge.
        const outer = rows.get(outermost(event, view));
        if (outer !== undefined) outer.note = safeText(event.agent);
        else list.set(verdictLine, `${verdictText(view)}; asking ${safeText(nameOf(event))}`);
        return;
      }
      if (event.type === "call.started" && event.attempt === 1) row.startedMs = performance.now();
      if (event.type === "call.progress") row.note = summarize(event.value);
      redraw(call, row);
      endIfOver(list, row.line, call);
    },
    notice: (text) => list.set(verdictLine, screen.style("warn", text)),
    async end() {
      clearInterval(ticker);
      sinceMs = performance.now();
      for (const [callId, row] of rows) {
        const call = run.calls.get(callId);
        if (call !== undefined) redraw(call, row);
      }
      for (const [callId, { line }] of rows) {
        if (!list.isOpen(line)) continue;
        list.set(line, `${pad(safeText(run.calls.get(callId)?.agent ?? ""), names)}  stopped`);
        list.end(line, "skipped");
      }
      const over = run.status !== "cancelled" && run.status !== "running";
      list.set(verdictLine, over ? verdictText(run) : "cancelled");
      list.end(verdictLine, over ? "ok" : "skipped");
      await list.done;
    },
  };
}

function verdictText(view: RunView): string {
  const conflicts = view.conflicts.filter(({ team }) => team === "").length;
  const verdicts = view.verdicts.filter(({ team }) => team === "").length;
  return `${count(conflicts, "disagreement")}, ${count(verdicts, "verdict")}`;
}

/** The root's own call that a call is within. */
function outermost({ callId, team = "" }: OfTeam, { calls }: Pick<RunView, "calls">): string {
  const around = calls.get(team);
  return around === undefined ? callId : outermost(around, { calls });
}

type OfTeam = Pick<CallPlace, "callId" | "team">;

function endIfOver(list: DrawnList, line: number, { state }: CallView): void {
  if (state === "ok" || state === "failed" || state === "skipped") list.end(line, state);
}

function callText(
  screen: Terminal,
  call: CallView,
  row: ProgressRow | undefined,
  room: number,
): string {
  const text = (words: string): string => clip(words, room);
  const timed = (ms: number): string =>
    `${screen.style("quiet", padStart(duration(ms), TIME_COLUMNS))}  `;
  const untimed = " ".repeat(TIME_COLUMNS + 2);
  const problem = failureText(call.agent, call.error?.message ?? "");
  switch (call.state) {
    case "waiting":
      return `${untimed}${screen.style("quiet", text(waitingText(call)))}`;
    case "running": {
      const again = call.attempts.length > 1 ? `attempt ${call.attempts.length}  ` : "";
      const words = screen.style("quiet", text(`${again}${row?.note ?? ""}`));
      return `${timed(performance.now() - (row?.startedMs ?? performance.now()))}${words}`;
    }
    case "retrying":
      return `${untimed}${screen.style("warn", text(`${laterText(call)}: ${problem}`))}`;
    case "ok":
      return `${timed(call.durationMs)}${text(summarize(call.output))}`;
    case "failed":
      return `${timed(call.durationMs)}${screen.style("bad", text(problem))}`;
    case "skipped":
      return `${untimed}${screen.style("quiet", text(`skipped: ${safeText(call.detail ?? "")}`))}`;
  }
}

/** For what an attempt queues, where the log says it. */
function waitingText({ queued }: CallView): string {
  return queued === undefined ? "waiting" : `queued for ${waitText(queued.waitsFor)}`;
}

function laterText({ toldBy }: CallView): string {
  if (toldBy === undefined) return "retrying";
  return `told to come later${toldBy === "" ? "" : ` by ${safeText(toldBy)}`}`;
}

/** A further call of a member by its id, which says at which tier, or for whom; a judge by its name. */
function nameOf({ callId, agent, role, via }: CallPlace): string {
  return via === undefined || role === "judge" ? agent : callId;
}
