import { clip } from "../../model/text.ts";
import type { Position } from "../../model/conflict.ts";
import type { Verdict } from "../../model/verdict.ts";
import { count } from "../../report/quantities.ts";
import {
  detailWords,
  inVerdictStyle,
  positionWords,
  stands,
  supportOf,
  verdictSentence,
} from "./report.ts";
import type { Found, RunView } from "../../report/run-view.ts";
import { safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

const MAX_SUBJECTS = 10;
const MAX_EVIDENCE_CHARACTERS = 240;

export interface ExplainOptions {
  /** Only subjects that contain this, whatever the case. Default: all. */
  readonly subject?: string;
  /** Prints all subjects and whole texts. Default: false. */
  readonly full?: boolean;
}

/**
 * Why a run decided as it did: for each subject who said what, where they differed, which resolver of the chain
 * decided on what grounds, and who was missing. Contested subjects come first, then those that all agreed on.
 */
export function explain(run: RunView, screen: Terminal, options: ExplainOptions = {}): string[] {
  const full = options.full ?? false;
  const wanted = explained(run, options.subject);
  const shown = full || options.subject !== undefined ? wanted : wanted.slice(0, MAX_SUBJECTS);
  const lines = shown.flatMap((found) => ["", ...explainOne(found, run, screen, full)]);
  const hidden = wanted.length - shown.length;
  if (hidden > 0) {
    lines.push(
      "",
      ...wrap(
        `And ${count(hidden, "more subject")}; --full shows all, --subject TEXT one.`,
        screen.columns,
      ),
    );
  }
  return lines.slice(1);
}

/** What is to be explained, in the order in which it is. */
export function explained(run: RunView, subject: string | undefined): readonly Found<Verdict>[] {
  return [...run.verdicts, ...run.open]
    .filter(({ it }) => matches(it, subject))
    .toSorted((a, b) => rank(a.it) - rank(b.it) || supportOf(b.it) - supportOf(a.it));
}

function matches(verdict: Verdict, wanted: string | undefined): boolean {
  return (
    wanted === undefined ||
    safeText(verdict.subject).toLowerCase().includes(safeText(wanted).toLowerCase())
  );
}

// Questions before findings; among findings, those that stand; what was agreed on without a word, last.
function rank(verdict: Verdict): number {
  const contested = verdict.positions.length > 1 ? 0 : 1;
  if (verdict.kind === "claim") return contested;
  return stands(verdict) ? 2 + contested : 4 + contested;
}

function explainOne(
  { team, it }: Found<Verdict>,
  run: RunView,
  screen: Terminal,
  full: boolean,
): string[] {
  const style = inVerdictStyle(it, team === "" ? run : {}, screen);
  const where = team === "" ? "" : `${safeText(team)}: `;
  const title = wrap(`${where}${safeText(it.subject)}`, screen.columns);
  return [
    ...title.map((line) => screen.style("title", line)),
    ...wrap(verdictSentence(it, full), screen.columns, { first: "  " }).map(style),
    ...it.positions.flatMap((position) => positionLines(position, it, screen, full)),
    ...labelled("suggestion", safeText(it.finding?.suggestion ?? ""), screen),
    ...labelled("why", safeText(it.reasoning), screen),
    ...labelled("did not answer", it.missing.map(safeText).join(", "), screen),
  ];
}

function positionLines(
  position: Position,
  verdict: Verdict,
  screen: Terminal,
  full: boolean,
): string[] {
  const silent = position.heldBy
    .filter(({ evidence }) => evidence === undefined)
    .map(({ agent }) => safeText(agent));
  const speaking = position.heldBy.flatMap(({ agent, evidence, finding }) => {
    if (evidence === undefined) return [];
    const text = safeText(full ? evidence : clip(evidence, MAX_EVIDENCE_CHARACTERS));
    const { file, line } = finding ?? {};
    const at = file === undefined ? "" : safeText(line === undefined ? file : `${file}:${line}`);
    const details = [at, detailWords(finding)].filter((part) => part !== "").join(", ");
    const who = `${safeText(agent)}${details === "" ? "" : ` (${details})`}`;
    return wrap(`${who}: ${text}`, screen.columns, {
      first: "      ",
      rest: "        ",
    });
  });
  return [
    ...wrap(
      `${positionWords(position, verdict, full)} (${position.heldBy.length})`,
      screen.columns,
      { first: "    " },
    ),
    ...speaking,
    ...(silent.length > 0 ? wrap(silent.join(", "), screen.columns, { first: "      " }) : []),
  ];
}

function labelled(label: string, text: string, screen: Terminal): string[] {
  if (text === "") return [];
  return wrap(`${label}: ${text}`, screen.columns, { first: "    ", rest: "      " });
}
