import { clip as clipText } from "../../model/text.ts";
import type { FindingDetails } from "../../model/claim.ts";
import type { Position } from "../../model/conflict.ts";
import type { Verdict } from "../../model/verdict.ts";
import { billLines } from "./bill-lines.ts";
import { callName } from "./call-name.ts";
import { summarize, failureText, positionText, positionTextAmong } from "./summarize.ts";
import { callsInOrder } from "../../report/call-tree.ts";
import { count, duration, share } from "../../report/quantities.ts";
import type { CallViewState, CallView, RunView } from "../../report/run-view.ts";
import { heading } from "./run-heading.ts";
import { safeBlock, safeText } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import type { Style, Terminal } from "./terminal.ts";
import { clip, columnsOf, pad, padStart, wrap } from "./wrap.ts";

const MAX_NAME_COLUMNS = 22;
const MAX_VERDICTS = 20;
const MAX_SUBJECT_CHARACTERS = 300;
const MAX_REASONING_CHARACTERS = 400;
const MAX_POSITION_CHARACTERS = 120;
const STATE_COLUMNS = 9;
const TIME_COLUMNS = 10;
const MIN_TEXT_COLUMNS = 8;
const GAP = 2;
// What a line of an answer holds at most beside the name, with the spaces between.
const OTHER_COLUMNS = 2 + GAP + STATE_COLUMNS + GAP + TIME_COLUMNS + GAP + MIN_TEXT_COLUMNS;

export interface ReportOptions {
  /** Prints answers, reasonings and lists whole instead of their beginnings. Default: false. */
  readonly full?: boolean;
}

/** A run for a person: who answered what, what was decided and why, what is missing, what it took. */
export function report(run: RunView, screen: Terminal, options: ReportOptions = {}): string[] {
  const full = options.full ?? false;
  return [
    ...heading(run, screen, full),
    ...section("Answers", screen, answers(run, screen, full)),
    ...section("Verdicts", screen, verdicts(run, screen, full)),
    ...section("Decided by a person", screen, decided(run, screen)),
    ...section("Missing", screen, missing(run, screen)),
    ...section("Notices", screen, notices(run, screen)),
    ...section("Bill", screen, run.bill === undefined ? [] : billLines(run.bill, screen, full)),
  ];
}

/** A titled part of a page, after an empty line; nothing when it has no lines. */
export function section(title: string, screen: Terminal, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", screen.style("title", title), ...lines];
}

const CALL_STYLE: Readonly<Record<CallViewState, Style>> = {
  ok: "good",
  failed: "bad",
  skipped: "quiet",
  running: "warn",
  retrying: "warn",
  waiting: "quiet",
};

const CALL_WORDS: Readonly<Record<CallViewState, string>> = {
  ok: "ok",
  failed: "failed",
  skipped: "skipped",
  // Said about a run that is over, or that nobody carries on.
  running: "open",
  retrying: "open",
  waiting: "not asked",
};

function callWord({ state, attempts }: CallView): string {
  // It was asked, whoever asked it stopped, and nobody has asked it again.
  return state === "waiting" && attempts.length > 0 ? "open" : CALL_WORDS[state];
}

function answers(run: RunView, screen: Terminal, full: boolean): string[] {
  const calls = callsInOrder(run);
  const widest = Math.max(0, ...calls.map((call) => columnsOf(callName(call))));
  const names = Math.min(MAX_NAME_COLUMNS, screen.columns - OTHER_COLUMNS, widest);
  const timeOf = ({ state, durationMs }: CallView): string =>
    state === "ok" || state === "failed" ? duration(durationMs) : "";
  const states = Math.max(0, ...calls.map((call) => columnsOf(callWord(call))));
  const times = Math.max(0, ...calls.map((call) => columnsOf(timeOf(call))));
  return calls.flatMap((call) => {
    const state = screen.style(CALL_STYLE[call.state], pad(callWord(call), states));
    const head = `  ${pad(callName(call), names)}  `;
    const tail = callDetail(call);
    const room = screen.columns - names - states - times - 2 - GAP * 3;
    const time = times === 0 ? "" : `  ${screen.style("quiet", padStart(timeOf(call), times))}`;
    const line = `${head}${state}${time}  ${clip(tail, room)}`;
    const whole = full ? wholeText(call, run) : "";
    if (whole === "") return [line.trimEnd()];
    return [line.trimEnd(), ...wrap(safeBlock(whole), screen.columns, { first: "    " })];
  });
}

/** An answer, or a failure that is not told in whole below: a run without an end has nothing that is missing. */
function wholeText({ state, output, agent, error }: CallView, { missing }: RunView): string {
  switch (state) {
    case "ok":
      return typeof output === "string" ? output : String(JSON.stringify(output, undefined, 2));
    case "failed":
    case "retrying":
      return missing.length > 0 ? "" : failureText(agent, error?.message ?? "");
    case "skipped":
    case "running":
    case "waiting":
      return "";
  }
}

function callDetail(call: CallView): string {
  const again =
    call.reusedFrom === undefined
      ? call.attempts.length > 1
        ? `(${call.attempts.length} attempts) `
        : ""
      : `(from run ${shortId(call.reusedFrom)}) `;
  switch (call.state) {
    case "ok":
      return `${again}${summarize(call.output)}`;
    case "failed":
    case "retrying":
      return `${again}${failureText(call.agent, call.error?.message ?? "")}`;
    case "skipped":
      return safeText(call.detail ?? "");
    case "running":
    case "waiting":
      return "";
  }
}

function verdicts(run: RunView, screen: Terminal, full: boolean): string[] {
  const own = [...run.verdicts.filter(({ team }) => team === ""), ...run.open].map(({ it }) => it);
  const claims = own.filter(({ kind }) => kind === "claim");
  const standing = own
    .filter((verdict) => verdict.kind === "finding" && stands(verdict))
    .toSorted(bySupport);
  const rest = own.filter((verdict) => verdict.kind === "finding" && !stands(verdict));
  const shown = full
    ? [...claims, ...standing, ...rest]
    : [...claims, ...standing].slice(0, MAX_VERDICTS);
  const lines = shown.flatMap((verdict) => [...verdictLines(verdict, run, screen, full), ""]);
  const hidden = claims.length + standing.length - shown.length;
  if (!full && hidden > 0) lines.push(`  and ${hidden} more; --full shows all`, "");
  if (!full && rest.length > 0) {
    lines.push(
      `  ${count(rest.length, "other finding")} ${rest.length === 1 ? "does" : "do"} not stand; --full shows ${rest.length === 1 ? "it" : "them"}`,
      "",
    );
  }
  return lines.slice(0, -1);
}

/** Whether a reported finding was settled as being there. */
export function stands(verdict: Pick<Verdict, "kind" | "winner">): boolean {
  return verdict.kind === "finding" && verdict.winner === "present";
}

/** How many reported a finding. */
export function supportOf(verdict: Pick<Verdict, "positions">): number {
  return verdict.positions.find(({ value }) => value === "present")?.heldBy.length ?? 0;
}

function bySupport(a: Verdict, b: Verdict): number {
  return supportOf(b) - supportOf(a) || b.confidence - a.confidence;
}

/** What a verdict looks like: in green where the gate passes, in red where it is about that. What is open, or one voice alone, stands out. */
export function inVerdictStyle(
  verdict: Verdict,
  { gate }: Pick<RunView, "gate">,
  screen: Terminal,
): (line: string) => string {
  const { subject, winner, status, asked } = verdict;
  const isOpen = winner === null || (status === "unopposed" && asked !== 1);
  const style = gate?.against.includes(subject)
    ? "bad"
    : isOpen
      ? "warn"
      : gate?.passed === true
        ? "good"
        : undefined;
  return (line) => (style === undefined ? line : screen.style(style, line));
}

function verdictLines(verdict: Verdict, run: RunView, screen: Terminal, full: boolean): string[] {
  const subject = safeText(
    full ? verdict.subject : clipText(verdict.subject, MAX_SUBJECT_CHARACTERS),
  );
  const reasoning = safeText(
    full ? verdict.reasoning : clipText(verdict.reasoning, MAX_REASONING_CHARACTERS),
  );
  return [
    ...wrap(subject, screen.columns, { first: "  " }),
    ...wrap(verdictSentence(verdict, full), screen.columns, { first: "    " }).map(
      inVerdictStyle(verdict, run, screen),
    ),
    ...(verdict.kind === "finding" && verdict.winner === "present"
      ? [...wrapped(detailWords(verdict.finding), screen), ...reporters(verdict, screen)]
      : []),
    ...(full || verdict.kind === "claim" || verdict.winner === null
      ? wrap(reasoning, screen.columns, { first: "    " }).map((line) =>
          screen.style("quiet", line),
        )
      : []),
  ];
}

/** `severity high, rule no-eval`: a finding's severity, rule and category. */
export function detailWords(finding: FindingDetails | undefined): string {
  const { severity, rule, category } = finding ?? {};
  return Object.entries({ severity, rule, category })
    .flatMap(([part, said]) => (said === undefined ? [] : [`${part} ${safeText(said)}`]))
    .join(", ");
}

function wrapped(text: string, screen: Terminal): string[] {
  return text === "" ? [] : wrap(text, screen.columns, { first: "    ", rest: "      " });
}

function reporters({ positions }: Verdict, screen: Terminal): string[] {
  const names = positions
    .filter(({ value }) => value === "present")
    .flatMap(({ heldBy }) => heldBy.map(({ agent }) => safeText(agent)));
  return wrapped(`reported by ${names.join(", ")}`, screen);
}

/** A position as it is read beside who holds it. */
export function positionWords(
  { value }: Position,
  { kind, positions }: Pick<Verdict, "kind" | "positions">,
  full: boolean,
): string {
  if (kind === "claim") {
    const text = positionTextAmong(value, positions);
    return full ? text : clipText(text, MAX_POSITION_CHARACTERS);
  }
  return value === "present" ? "reported by" : "not reported by";
}

/** `hold: decided by vote, confidence 0.66 (laplace)`. */
export function verdictSentence(verdict: Verdict, full: boolean): string {
  if (verdict.winner === null) return `no winner: ${verdict.status}`;
  const winner = winnerText(verdict, full);
  const by =
    verdict.status === "decided" && verdict.by !== null ? ` by ${safeText(verdict.by)}` : "";
  const { asked = 1 } = verdict;
  const among = verdict.status === "unopposed" && asked > 1 ? ` (1 of ${asked} asked spoke)` : "";
  const checked = verdict.calibrated ? ", checked against truths" : "";
  return `${winner}: ${verdict.status}${among}${by}, confidence ${share(verdict.confidence)} (${safeText(verdict.confidenceFrom)}${checked})`;
}

function winnerText({ kind, winner, positions }: Verdict, full: boolean): string {
  if (kind === "finding") return winner === "present" ? "stands" : "does not stand";
  const text = positionTextAmong(winner, positions);
  return full ? text : clipText(text, MAX_POSITION_CHARACTERS);
}

/** What the outcome does not say by itself, and what to do. */
export function notices(run: RunView, screen: Terminal): string[] {
  return run.notices.flatMap(({ level, message, team }) => {
    const where = team === undefined ? "" : `${safeText(team)}: `;
    return wrap(`${level}: ${where}${safeText(message)}`, screen.columns, {
      first: "  ",
      rest: "    ",
    }).map((line) => screen.style(level === "warn" ? "warn" : "quiet", line));
  });
}

/** What a person has decided since the run waits, until somebody resumes it. */
function decided({ status, decisions, waitingSinceMs = 0 }: RunView, screen: Terminal): string[] {
  if (status !== "waiting") return [];
  return decisions
    .filter(({ askedAtMs = 0 }) => askedAtMs === waitingSinceMs)
    .flatMap(({ team, subject, winner, by, why }) => {
      const where = team === "" ? "" : `${safeText(team)}: `;
      const who = by === undefined ? "" : `, by ${safeText(by)}`;
      return wrap(
        `${where}${safeText(subject)}: ${positionText(winner)}${who}: ${safeText(why)}`,
        screen.columns,
        { first: "  ", rest: "    " },
      );
    });
}

function missing(run: RunView, screen: Terminal): string[] {
  return run.missing.flatMap(({ agent, why, detail }) =>
    wrap(`${safeText(agent)} (${why}): ${safeText(detail)}`, screen.columns, {
      first: "  ",
      rest: "    ",
    }),
  );
}
