import { figure, interval, perCase } from "../../eval/eval-words.ts";
import type { ChangedTruth, EvaluatedTeam, EvaluatedTruth, Evaluation } from "../../eval/index.ts";
import { comparisonSentence, costPerCase } from "../../eval/render-evaluation.ts";
import type { Json } from "../../model/json.ts";
import { count, whole } from "../../report/quantities.ts";
import { positionText } from "./summarize.ts";
import { section } from "./report.ts";
import { safeText } from "./safe-text.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

interface EvalLinesOptions {
  readonly full: boolean;
  /** Where answers are kept. */
  readonly answers: string | undefined;
}

const MAX_LISTED = 20;

/** An evaluation for a person: a table of the teams, what is not right, what changed against the baseline, what nobody answered. */
export function evaluationLines(
  evaluation: Evaluation,
  screen: Terminal,
  { full, answers }: EvalLinesOptions,
): string[] {
  const { teams, cases, passed, against } = evaluation;
  const [first] = teams;
  const most = full ? Infinity : MAX_LISTED;
  const verdict = passed === null ? [] : [passed ? "passes" : "does not pass"];
  const asked = teams.reduce((sum, team) => sum + team.asked, 0);
  const head = [
    count(cases, "case"),
    count(first?.score.truths ?? 0, "truth"),
    asked === 0 ? "nobody was asked" : `${count(asked, "call")} made now`,
    ...verdict,
  ].join(", ");
  return [
    screen.style(passed === false ? "bad" : "title", head),
    ...against.flatMap((why) => wrap(safeText(why), screen.columns, { first: "  ", rest: "  " })),
    "",
    ...table(
      [
        { title: "team", kind: "text", cells: teams.map(({ name }) => safeText(name)) },
        column("right", teams, ({ score }) => whole(score.right)),
        column("wrong", teams, ({ score }) => whole(score.wrong)),
        column("open", teams, ({ score }) => whole(score.undecided)),
        column("accuracy", teams, ({ score }) => figure(score.accuracy)),
        column("95 %", teams, ({ score }) => interval(score.accuracy), 3),
        column("Brier", teams, ({ score }) => figure(score.brier), 1),
        column("ECE", teams, ({ score }) => figure(score.ece), 1),
        column("calls/case", teams, ({ calls, cases: all }) => perCase(calls, all.length)),
        column("cost/case", teams, costPerCase),
      ],
      screen,
    ),
    ...teams.flatMap((team) => comparisonLines(team, screen, most)),
    ...section("Not right", screen, first === undefined ? [] : wrongLines(first, screen, most)),
    ...section(
      "Not answered",
      screen,
      teams.flatMap((team) => gapLines(team, screen, most, answers)),
    ),
  ];
}

function column(
  title: string,
  teams: readonly EvaluatedTeam[],
  of: (team: EvaluatedTeam) => string,
  spare?: number,
): {
  readonly title: string;
  readonly kind: "number";
  readonly cells: readonly string[];
  readonly spare?: number;
} {
  return { title, kind: "number", cells: teams.map(of), ...(spare !== undefined && { spare }) };
}

function comparisonLines(
  { name, comparison }: EvaluatedTeam,
  screen: Terminal,
  most: number,
): string[] {
  if (comparison === null) return [];
  const { regressions, improvements } = comparison;
  return [
    ...section(`${safeText(name)} against the baseline`, screen, [
      ...wrap(comparisonSentence(comparison), screen.columns, { first: "  ", rest: "  " }),
    ]),
    ...section("No longer right", screen, changes(regressions, screen, most)),
    ...section("Right for the first time", screen, changes(improvements, screen, most)),
  ];
}

function changes(changed: readonly ChangedTruth[], screen: Terminal, most: number): string[] {
  const lines = changed.slice(0, most).flatMap(({ id, subject, truth, before, now }) => {
    const text = `${safeText(id)}, ${safeText(subject)}: ${positionText(truth)} is true; ${said(before)} before, ${said(now)} now`;
    return wrap(text, screen.columns, { first: "  ", rest: "    " });
  });
  return [...lines, ...more(changed.length, most)];
}

function wrongLines({ cases }: EvaluatedTeam, screen: Terminal, most: number): string[] {
  const wrong = cases.flatMap(({ id, truths, error }) =>
    truths.filter(({ right }) => !right).map((truth) => ({ id, truth, error })),
  );
  const lines = wrong.slice(0, most).flatMap(({ id, truth, error }) => {
    const why = error === null ? said(truth) : safeText(error);
    const text = `${safeText(id)}, ${safeText(truth.subject)}: ${positionText(truth.truth)} is true; ${why}`;
    return wrap(text, screen.columns, { first: "  ", rest: "    " });
  });
  return [...lines, ...more(wrong.length, most)];
}

function said({
  status,
  winner,
  confidence,
}: Pick<EvaluatedTruth, "status" | "winner" | "confidence">): string {
  if (winner === null) return status === "none" ? "no verdict" : status;
  const sure = confidence === null ? "" : ` (${confidence.toFixed(2)})`;
  return `${positionText(winner as Json)}${sure}`;
}

function gapLines(
  { name, cases, unrecorded }: EvaluatedTeam,
  screen: Terminal,
  most: number,
  answers: string | undefined,
): string[] {
  // Those that nobody was to be asked for are told in one sentence.
  const gaps = cases.filter(
    ({ status, missing, unrecorded: none, error }) =>
      status !== "complete" &&
      (error !== null || missing.some(({ agent }) => !none.includes(agent))),
  );
  const lines = gaps.slice(0, most).flatMap(({ id, status, error, missing }) => {
    const why = error === null ? missing.map(({ detail }) => safeText(detail)) : [safeText(error)];
    const text = `${safeText(name)}, ${safeText(id)}: ${[status, ...why].join("; ")}`;
    return wrap(text, screen.columns, { first: "  ", rest: "    " });
  });
  const where = answers === undefined ? "" : `, and keeps the answers in ${safeText(answers)}`;
  const advice = `${count(unrecorded, "answer")} of ${safeText(name)} are not recorded; --live asks for them${where}`;
  return [
    ...lines,
    ...more(gaps.length, most),
    ...(unrecorded > 0 ? wrap(advice, screen.columns, { first: "  ", rest: "  " }) : []),
  ];
}

function more(all: number, most: number): string[] {
  return all > most ? [`  and ${whole(all - most)} more; --full shows all`] : [];
}
