import { Listr, type ListrTask } from "listr2";
import { brief, failureText } from "./brief.ts";
import type { Progress } from "./progress.ts";
import { count, duration } from "./quantities.ts";
import type { CallView, RunView } from "./run-view.ts";
import { safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";
import { clip, columnsOf, pad, padStart } from "./wrap.ts";

type Ending = "ok" | "failed" | "skipped";

const TICK_MS = 200;
const MAX_NAME_COLUMNS = 24;
const TIME_COLUMNS = 7;
// The icon and its space, and two columns that listr2 keeps free.
const ICON_COLUMNS = 5;

/** One line, which listr2 draws: the function that ends it is set once the line has started. */
interface Line {
  title: string;
  note: string;
  ending?: Ending;
  draw?: (title: string) => void;
  settle?: (ending: Ending) => void;
}

/** One line per agent of the plan, kept up to date, and one for what the team makes of the answers. */
export function listProgress(screen: Terminal): Progress {
  const lines = new Map<string, Line>();
  const board: Line = { title: "", note: "" };
  let run: RunView | undefined;
  let names = 0;
  let drawing: Promise<unknown> | undefined;
  let ticker: NodeJS.Timeout | undefined;
  // Running calls are timed from when their event was seen here: the log's clock may be another one.
  const seenMs = new Map<string, number>();

  const setTitle = (line: Line, title: string): void => {
    line.title = title;
    line.draw?.(title);
  };
  const redraw = (callId: string, line: Line, call: CallView): void => {
    const name = pad(safeText(call.agent), names);
    const room = screen.columns - ICON_COLUMNS - names - TIME_COLUMNS - 4;
    const runningMs = performance.now() - (seenMs.get(callId) ?? 0);
    setTitle(line, `${name}  ${callText(screen, call, line.note, runningMs, room)}`);
  };
  const finish = (line: Line, ending: Ending): void => {
    if (line.ending !== undefined) return;
    line.ending = ending;
    line.settle?.(ending);
  };
  const settleIfDone = (line: Line, call: CallView): void => {
    if (call.state === "ok" || call.state === "failed" || call.state === "skipped")
      finish(line, call.state);
  };
  const boardText = (view: RunView): string => {
    const settled = view.verdicts.filter(({ team }) => team === "").length;
    const conflicts = view.conflicts.filter(({ team }) => team === "").length;
    const asked = board.note === "" ? "" : `; ${board.note}`;
    return `${count(conflicts, "disagreement")}, ${count(settled, "verdict")}${asked}`;
  };

  const start = (view: RunView): void => {
    const planned = [...view.calls.values()];
    names = Math.min(
      MAX_NAME_COLUMNS,
      Math.max(...planned.map((call) => columnsOf(safeText(call.agent)))),
    );
    const tasks: ListrTask[] = planned.map((call) => {
      const line: Line = { title: pad(safeText(call.agent), names), note: "" };
      lines.set(call.callId, line);
      return taskOf(line);
    });
    board.title = "answers are compared when all are there";
    drawing = new Listr([...tasks, taskOf(board)], {
      concurrent: true,
      exitOnError: false,
      // Signals belong to the command, which cancels the run and waits for it.
      registerSignalListeners: false,
      rendererOptions: {
        collapseErrors: false,
        showErrorMessage: false,
        showSkipMessage: false,
        formatOutput: "truncate",
      },
    }).run();
    ticker = setInterval(() => {
      for (const [callId, line] of lines) {
        const call = run?.calls.get(callId);
        if (call?.state === "running") redraw(callId, line, call);
      }
    }, TICK_MS);
  };

  return {
    update(event, view) {
      run = view;
      if (drawing === undefined) start(view);
      if (event.type === "conflict.found" || event.type === "verdict.reached") {
        setTitle(board, boardText(view));
        return;
      }
      if (!("callId" in event) || event.callId === undefined) return;
      // What happens within a nested team is a note on that team's line; a judge's call, on the board's.
      const line = lines.get(event.callId);
      const call = view.calls.get(event.callId);
      if (line === undefined || call === undefined) {
        const owner = lines.get(event.callId.split("/")[0] ?? "");
        (owner ?? board).note = safeText(
          event.callId
            .split("/")
            .slice(owner === undefined ? 0 : 1)
            .join("/"),
        );
        if (owner === undefined && board.title !== "") setTitle(board, boardText(view));
        return;
      }
      if (event.type === "call.started") seenMs.set(event.callId, performance.now());
      if (event.type === "call.progress") line.note = brief(event.value);
      redraw(event.callId, line, call);
      settleIfDone(line, call);
    },
    async end() {
      clearInterval(ticker);
      if (run === undefined || drawing === undefined) return;
      for (const [callId, line] of lines) {
        if (line.ending !== undefined) continue;
        setTitle(line, `${pad(safeText(run.calls.get(callId)?.agent ?? ""), names)}  stopped`);
        finish(line, "skipped");
      }
      board.note = "";
      const whole = run.status !== "cancelled" && run.status !== "running";
      setTitle(board, whole ? boardText(run) : "cancelled");
      finish(board, whole ? "ok" : "skipped");
      await drawing;
    },
  };
}

function taskOf(line: Line): ListrTask {
  return {
    title: line.title,
    task: (_context, task) =>
      new Promise<void>((resolve, reject) => {
        line.draw = (title) => {
          task.title = title;
        };
        line.settle = (ending) => {
          if (ending === "skipped") task.skip();
          if (ending === "failed") reject(new Error(line.title));
          else resolve();
        };
        line.draw(line.title);
        // It may have ended before listr2 came to start it.
        if (line.ending !== undefined) line.settle(line.ending);
      }),
  };
}

function callText(
  screen: Terminal,
  call: CallView,
  note: string,
  runningMs: number,
  room: number,
): string {
  const time = (ms: number): string => screen.style("quiet", padStart(duration(ms), TIME_COLUMNS));
  const untimed = " ".repeat(TIME_COLUMNS);
  switch (call.state) {
    case "waiting":
      return `${untimed}  ${screen.style("quiet", "waiting")}`;
    case "running": {
      const again = call.attempts.length > 1 ? `attempt ${call.attempts.length}  ` : "";
      return `${time(runningMs)}  ${screen.style("quiet", clip(`${again}${note}`, room))}`;
    }
    case "retrying":
      return `${untimed}  ${screen.style("warn", clip(`retrying: ${failureText(call.agent, call.error?.message ?? "")}`, room))}`;
    case "ok":
      return `${time(call.durationMs)}  ${clip(brief(call.output), room)}`;
    case "failed":
      return `${time(call.durationMs)}  ${screen.style("bad", clip(failureText(call.agent, call.error?.message ?? "failed"), room))}`;
    case "skipped":
      return `${untimed}  ${screen.style("quiet", clip(`skipped: ${safeText(call.detail ?? "")}`, room))}`;
  }
}
