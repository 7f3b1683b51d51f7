import type { Position } from "../model/conflict.ts";
import type { Notice } from "../model/notices.ts";
import { fit, markdownCode, markdownText, markdownPosition } from "./markdown-text.ts";
import { count, duration, share } from "./quantities.ts";
import { placeOf, type ReportFinding } from "./report-finding.ts";
import type { Report, ReportVerdict } from "./report.ts";
import { billSentence } from "./spent.ts";
import { unclearWords } from "./unclear.ts";

export interface MarkdownOptions {
  /** The longest text, in characters. What does not fit is left out, and the last line says so. Default: 60,000, which fits into a comment on GitHub. */
  readonly maxChars?: number;
}

const MAX_CHARS = 60_000;
const MAX_NAME = 200;
const MAX_PATH = 1_000;
const MAX_TEXT = 600;
const MAX_HOLDERS = 20;

/**
 * A report as Markdown, for a comment, a step's summary or a file. Agents' texts can neither mention anybody, nor link, show a picture, or
 * begin a block: they are shown as text.
 */
export function markdown(report: Report, { maxChars = MAX_CHARS }: MarkdownOptions = {}): string {
  const lines = [
    `### ${title(report)}`,
    "",
    ...headline(report),
    ...section("Notices", report.notices.map(noticeLine)),
    ...section(
      "Verdicts",
      report.verdicts.flatMap((verdict) => verdictLines(verdict, report)),
    ),
    ...section("Findings that stand", findings(report, true).flatMap(findingLines)),
    ...section("Open findings", findings(report, null).flatMap(findingLines)),
    ...section("Missing", report.missing.map(missingLine)),
    "",
    ...footer(report),
  ];
  return fit(lines, maxChars);
}

function title({ team }: Report): string {
  return team === null ? "Quorate" : `Quorate: ${markdownText(team.name, MAX_NAME)}`;
}

const STATUS_WORDS: Readonly<Record<Report["status"], string>> = {
  complete: "Complete",
  partial: "Partial: not every agent answered",
  failed: "Failed: too few agents answered, or a required one did not",
  waiting: "Waiting for a person to decide",
  cancelled: "Cancelled",
  running: "Not finished",
  interrupted: "Interrupted: not finished, and no process drives it",
};

function headline(report: Report): string[] {
  const { verdict, status, reason, passed } = report;
  const why = reason === null ? "" : `: ${markdownText(reason, MAX_TEXT)}`;
  const gate = passed === null ? "" : passed ? "Passes. " : "Does not pass. ";
  const said = verdict === null ? "" : ` ${sentence(verdict)}`;
  return [`**${gate}${STATUS_WORDS[status]}${why}.**${said}`, ...unclearLines(report)];
}

function unclearLines({ unclear = [], verdicts }: Report): string[] {
  if (unclear.length === 0) return [];
  const subject = (name: string): string => `**${markdownText(name, MAX_NAME)}**`;
  const why = unclearWords(unclear, verdicts, subject);
  return ["", `The gate is undecided: ${why}.`];
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `#### ${name}`, "", ...lines];
}

/** `hold`: decided by `vote`, confidence 0.60. */
function sentence({ winner, status, by, confidence, asked = 1 }: ReportVerdict): string {
  if (winner === null) return `No winner: ${status}.`;
  const decides = by !== null && status === "decided";
  const how = decides ? ` by ${markdownCode(by, MAX_NAME)}` : "";
  const among = status === "unopposed" && asked > 1 ? ` (1 of ${asked} asked spoke)` : "";
  return `${markdownPosition(winner)}: ${status}${how}${among}, confidence ${share(confidence)}.`;
}

function verdictLines(verdict: ReportVerdict, { against }: Report): string[] {
  const { team, subject } = verdict;
  const gate = team === undefined && against.includes(subject) ? " It does not pass." : "";
  const where = team === undefined ? "" : `${markdownCode(team, MAX_NAME)}: `;
  return [
    `- ${where}**${markdownText(subject, MAX_TEXT)}**: ${sentence(verdict)}${gate}`,
    ...verdict.positions.map(positionLine),
    `  - ${markdownText(verdict.reasoning, MAX_TEXT)}`,
  ];
}

function positionLine({ value, heldBy }: Position): string {
  const holders = heldBy.slice(0, MAX_HOLDERS).map(({ agent, evidence }) => {
    const why = evidence === undefined ? "" : ` (${markdownText(evidence, MAX_TEXT)})`;
    return `${markdownCode(agent, MAX_NAME)}${why}`;
  });
  const others = heldBy.length - holders.length;
  return `  - ${markdownPosition(value)}: ${[...holders, ...(others > 0 ? [`${others} more`] : [])].join(", ") || "nobody"}`;
}

function findings(report: Report, stands: boolean | null): readonly ReportFinding[] {
  return report.findings.filter((finding) => finding.stands === stands);
}

function findingLines(finding: ReportFinding): string[] {
  const { text, severity, rule, category, suggestion, confidence, team } = finding;
  const place = placeOf(finding);
  const head = [
    ...(team === undefined ? [] : [`${markdownCode(team, MAX_NAME)}:`]),
    ...(severity === undefined ? [] : [`**${severity}**`]),
    ...(place === "" ? [] : [markdownCode(place, MAX_PATH)]),
  ].join(" ");
  const details = [
    ...(rule === undefined ? [] : [`rule ${markdownCode(rule, MAX_NAME)}`]),
    ...(category === undefined ? [] : [`category ${markdownCode(category, MAX_NAME)}`]),
    reporters(finding),
    ...(finding.stands === null ? [finding.status] : [`confidence ${share(confidence)}`]),
  ];
  return [
    `- ${head === "" ? "" : `${head}: `}${markdownText(text, MAX_TEXT)}`,
    `  - ${details.join(", ")}`,
    ...(suggestion === undefined ? [] : [`  - suggestion: ${markdownText(suggestion, MAX_TEXT)}`]),
  ];
}

function reporters({ reportedBy, notReportedBy }: ReportFinding): string {
  const names = reportedBy.slice(0, MAX_HOLDERS).map((name) => markdownCode(name, MAX_NAME));
  const others = reportedBy.length - names.length;
  const all = [...names, ...(others > 0 ? [`${others} more`] : [])].join(", ");
  return `reported by ${all} (${reportedBy.length} of ${reportedBy.length + notReportedBy.length})`;
}

function noticeLine({ level, message, team }: Notice): string {
  const where = team === undefined ? "" : ` in ${markdownCode(team, MAX_NAME)}`;
  return `- **${level === "warn" ? "Warning" : "Note"}**${where}: ${markdownText(message, MAX_TEXT)}`;
}

function missingLine({ agent, why, detail }: Report["missing"][number]): string {
  return `- ${markdownCode(agent, MAX_NAME)} (${why}): ${markdownText(detail, MAX_TEXT)}`;
}

function footer({ runId, bill, durationMs, findings: all }: Report): string[] {
  const refuted = all.filter(({ stands }) => stands === false).length;
  const parts = [
    ...(refuted === 0 ? [] : [`${count(refuted, "finding")} did not stand`]),
    ...(bill === null ? [] : [billSentence(bill)]),
    ...(durationMs === null ? [] : [duration(durationMs)]),
    `run ${markdownCode(runId, MAX_NAME)}`,
  ];
  return [`${parts.join("; ")}.`];
}
