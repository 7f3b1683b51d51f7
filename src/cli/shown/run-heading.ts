import { clip as clipText } from "../../model/text.ts";
import { isQueued } from "../../report/is-queued.ts";
import { dateAndTime, duration } from "../../report/quantities.ts";
import type { RunView } from "../../report/run-view.ts";
import { unclearWords } from "../../report/unclear.ts";
import { originLines } from "./fork-origin.ts";
import { safeText } from "./safe-text.ts";
import type { Style, Terminal } from "./terminal.ts";
import { clip, columnsOf, wrap } from "./wrap.ts";

const MAX_SUBJECT_CHARACTERS = 300;

const STATUS_STYLE: Readonly<Record<RunView["status"], Style>> = {
  complete: "good",
  partial: "warn",
  failed: "bad",
  cancelled: "warn",
  running: "warn",
  waiting: "warn",
  interrupted: "warn",
};

const STATUS_WORDS: Readonly<Record<RunView["status"], string>> = {
  complete: "complete",
  partial: "partial: not every agent answered",
  failed: "failed: too few agents answered, or a required one did not",
  cancelled: "cancelled",
  running: "not finished",
  waiting: "waiting for a person to decide",
  interrupted: "interrupted: not finished, and no process drives it",
};

/** What a run is, when it was, and what became of it. `full`: with a reason of any length. */
export function heading(run: RunView, screen: Terminal, full: boolean): string[] {
  const version =
    run.supervisor.version === undefined ? "" : ` ${safeText(run.supervisor.version)}`;
  const name = clip(`${safeText(run.supervisor.name)}${version}`, screen.columns - 40);
  const status =
    statusWords(run) +
    (run.reason === undefined ? "" : `: ${safeText(run.reason)}`) +
    gateWords(run);
  const first = `${name}  `;
  const [line = "", ...rest] = full
    ? wrap(status, screen.columns - columnsOf(first))
    : [clip(status, screen.columns - columnsOf(first))];
  const style = statusStyle(run);
  const took = `${dateAndTime(run.startedAtMs)}, ${duration(run.lastAtMs - run.startedAtMs)}`;
  return [
    `${screen.style("title", name)}  ${screen.style(style, line)}`,
    ...rest.map((more) => " ".repeat(columnsOf(first)) + screen.style(style, more)),
    ...unclearLines(run, screen),
    screen.style("quiet", clip(`run ${safeText(run.runId)}, ${took}`, screen.columns)),
    ...originLines(run, screen),
  ];
}

function statusWords(run: RunView): string {
  if (isQueued(run)) return "queued: no worker has taken it yet";
  if (run.status === "waiting" && run.open.length === 0) {
    return "decided by a person, and not resumed yet";
  }
  return STATUS_WORDS[run.status];
}

/** What the gate says, where there is one. */
function gateWords({ gate, status }: RunView): string {
  // Of one that failed that says enough: only what is settled is news.
  if (gate === undefined || (status === "failed" && gate.passed !== false)) return "";
  if (gate.passed === null) return "; the gate is undecided";
  return gate.passed ? "; it passes" : "; it does not pass";
}

/** Why nobody can tell what the gate says. */
function unclearLines({ gate, verdicts }: RunView, screen: Terminal): string[] {
  if (gate?.unclear === undefined || gate.unclear.length === 0) return [];
  const own = verdicts.flatMap(({ team, it }) => (team === "" ? [it] : []));
  const subject = (name: string): string => clipText(safeText(name), MAX_SUBJECT_CHARACTERS);
  return wrap(`why: ${unclearWords(gate.unclear, own, subject)}`, screen.columns);
}

function statusStyle({ status, gate }: RunView): Style {
  if (gate?.passed === false) return "bad";
  return gate?.passed === null && status === "complete" ? "warn" : STATUS_STYLE[status];
}
