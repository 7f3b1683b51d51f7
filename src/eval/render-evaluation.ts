import { word } from "../check/kinds.ts";
import { hearOptions } from "../model/hear.ts";
import { junitXml, type TestCase } from "../report/junit-xml.ts";
import { fit, markdownCode, markdownText, markdownPosition } from "../report/markdown-text.ts";
import { money } from "../report/money.ts";
import { count, whole } from "../report/quantities.ts";
import { knownMicros } from "../report/spent.ts";
import type { ChangedTruth, EvalComparison } from "./eval-comparison.ts";
import type { EvaluatedCase, EvaluatedTeam, EvaluatedTruth, Evaluation } from "./evaluation.ts";
import { EVAL_FORMATS, type EvalFormat } from "./eval-formats.ts";
import { figure, interval, perCase } from "./eval-words.ts";
import { readEvaluation } from "./read-evaluation.ts";

const FORMAT = word(...EVAL_FORMATS).needed();
const MAX_CHARS = 60_000;
const MAX_NAME = 200;
const MAX_TEXT = 600;
const MAX_LISTED = 200;

/** An evaluation as text in one of the formats. Throws `BAD_OPTIONS` for an unknown format, and for a value that `evaluate()` did not make. */
export function renderEvaluation(given: Evaluation, format: EvalFormat): string {
  hearOptions(format);
  const evaluation = readEvaluation(given, "what renderEvaluation() is given");
  switch (FORMAT.take(format, "renderEvaluation(): format")) {
    case "json":
      return `${JSON.stringify(evaluation, undefined, 2)}\n`;
    case "md":
      return fit(markdownLines(evaluation), MAX_CHARS);
    case "junit":
      return junit(evaluation);
  }
}

function markdownLines({ teams, cases, passed, against }: Evaluation): readonly string[] {
  const head = passed === null ? "" : passed ? "Passes. " : "Does not pass. ";
  return [
    `### Quorate: evaluation of ${count(teams.length, "team")}`,
    "",
    `**${head}${count(cases, "case")}, ${count(teams[0]?.score.truths ?? 0, "truth")}.**`,
    ...against.map((why) => `- ${markdownText(why, MAX_TEXT)}`),
    "",
    "| team | right | wrong | open | accuracy | Brier | ECE | calls a case | cost a case |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...teams.map(row),
    ...teams.flatMap(comparisonLines),
    ...teams.flatMap(gapLines),
    "",
    "In brackets: intervals of 95 %. Brier and ECE are of what was decided.",
  ];
}

function row({ name, score, calls, spent, cases }: EvaluatedTeam): string {
  const cells = [
    // A bar would end the cell.
    markdownText(name, MAX_NAME).replaceAll("|", "&#124;"),
    whole(score.right),
    whole(score.wrong),
    whole(score.undecided),
    `${figure(score.accuracy)} ${interval(score.accuracy)}`,
    `${figure(score.brier)} ${interval(score.brier)}`,
    `${figure(score.ece)} ${interval(score.ece)}`,
    perCase(calls, cases.length),
    costPerCase({ spent, cases }),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What a case costs on average: `$0.0042`, `≥ $0.0042`, `unknown`. */
export function costPerCase({ spent, cases }: Pick<EvaluatedTeam, "spent" | "cases">): string {
  const micros = knownMicros(spent);
  if (micros === undefined) return "unknown";
  const each = money(Math.round(micros / Math.max(1, cases.length)));
  return `${spent.usdMicros === "unknown" ? "≥ " : ""}${each}`;
}

function comparisonLines({ name, comparison }: EvaluatedTeam): readonly string[] {
  if (comparison === null) return [];
  const { regressions, improvements } = comparison;
  return [
    "",
    `#### ${markdownText(name, MAX_NAME)} against the baseline`,
    "",
    comparisonSentence(comparison),
    ...changes("No longer right", regressions),
    ...changes("Right now", improvements),
  ];
}

/** `2 of 40 truths are no longer right and 1 is right now (p 1.00); …` */
export function comparisonSentence(comparison: EvalComparison): string {
  const { truths, regressions, improvements, p, accuracy, calls, usdMicros } = comparison;
  const { onlyNow, onlyBefore, otherTruths } = comparison;
  const was = (what: { before: number; now: number }, as: (value: number) => string): string =>
    what.before === what.now ? as(what.now) : `${as(what.before)} before, ${as(what.now)} now`;
  const parts = [
    `of ${count(truths, "truth")} in both, ${whole(regressions.length)} ${regressions.length === 1 ? "is" : "are"} no longer right and ${whole(improvements.length)} right for the first time (p ${p.toFixed(2)})`,
    `accuracy ${was(accuracy, (value) => value.toFixed(3))}`,
    `calls ${was(calls, whole)}`,
    ...(usdMicros.before === 0 && usdMicros.now === 0 ? [] : [`cost ${was(usdMicros, money)}`]),
    ...(onlyNow > 0 ? [`${count(onlyNow, "case")} not in the baseline`] : []),
    ...(onlyBefore > 0 ? [`${count(onlyBefore, "case")} of the baseline not there`] : []),
    ...(otherTruths > 0 ? [`${count(otherTruths, "truth")} changed, and not compared`] : []),
  ];
  const text = parts.join("; ");
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

function changes(title: string, changed: readonly ChangedTruth[]): readonly string[] {
  if (changed.length === 0) return [];
  const lines = changed.slice(0, MAX_LISTED).map(({ id, subject, truth, before, now }) => {
    const where = `${markdownCode(id, MAX_NAME)}, ${markdownText(subject, MAX_TEXT)}`;
    return `- ${where}: ${markdownPosition(truth)} is true; ${decided(before)} before, ${decided(now)} now`;
  });
  const left = changed.length - lines.length;
  return ["", `${title}:`, "", ...lines, ...(left > 0 ? [`- and ${whole(left)} more`] : [])];
}

function decided({ status, winner }: Pick<EvaluatedTruth, "status" | "winner">): string {
  return winner === null ? status : markdownPosition(winner);
}

function gapLines({ name, incomplete, unrecorded }: EvaluatedTeam): readonly string[] {
  if (incomplete === 0) return [];
  const why = unrecorded === 0 ? "" : `; ${count(unrecorded, "answer")} are not recorded`;
  return [
    "",
    `${markdownText(name, MAX_NAME)}: in ${count(incomplete, "case")} an agent did not answer, or the run has no outcome${why}.`,
  ];
}

function junit({ teams, atMs }: Evaluation): string {
  return junitXml(
    "quorate eval",
    teams.map((team) => ({ name: team.name, startedAtMs: atMs, cases: testCases(team) })),
  );
}

function testCases({ cases, comparison }: EvaluatedTeam): readonly TestCase[] {
  const lost = new Set(comparison?.regressions.map(({ id, subject }) => keyOf(id, subject)));
  return cases.flatMap((one) =>
    one.truths.map((truth): TestCase => {
      const base = { name: `${one.id}: ${truth.subject}`, seconds: 0 };
      const fails = comparison === null ? !truth.right : lost.has(keyOf(one.id, truth.subject));
      if (!fails) return base;
      const said = truth.winner === null ? truth.status : JSON.stringify(truth.winner);
      const message = `${JSON.stringify(truth.truth)} is true, and the team says ${said}`;
      const kind = one.status === "error" ? "error" : "failure";
      const type = comparison === null ? "wrong" : "regression";
      return {
        ...base,
        result: { kind, type, message, text: [message, ...whyOf(one)].join("\n") },
      };
    }),
  );
}

const keyOf = (id: string, subject: string): string => JSON.stringify([id, subject]);

function whyOf({ error, missing }: EvaluatedCase): readonly string[] {
  return [
    ...(error === null ? [] : [error]),
    ...missing.map(({ agent, detail }) => `${agent}: ${detail}`),
  ];
}
