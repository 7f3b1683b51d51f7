import type { Severity } from "../model/claim.ts";
import { sha256 } from "../model/hash.ts";
import { plain } from "../model/text.ts";
import type { Report } from "./report.ts";
import type { ReportFinding } from "./report-finding.ts";

/** The severity of a finding, in the words of SARIF. */
const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};

/** The rule of findings without one. */
const NO_RULE = "finding";

/**
 * A report as SARIF 2.1.0 (OASIS), as a JSON text. A finding that stands is a result of the kind `fail`; an open one is `open`, or `review` if a person is
 * asked. Findings that do not stand, and findings without a file, are not results, because services that show results refuse those without a place. Findings without a file, notices and
 * agents that did not answer become notifications.
 */
export function sarif(report: Report): string {
  const shown = report.findings.filter(({ stands }) => stands !== false);
  const placed = shown.filter(({ file }) => file !== undefined);
  const rules = rulesOf(placed);
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Quorate", rules } },
        automationDetails: {
          id: `quorate/${encodeURIComponent(report.team?.name ?? "team")}/`,
        },
        invocations: [invocationOf(report, shown)],
        results: placed.map((finding) => resultOf(finding, rules)),
        columnKind: "utf16CodeUnits",
        properties: { runId: report.runId, status: report.status },
      },
    ],
  };
  return `${JSON.stringify(log, plainValue, 2)}\n`;
}

/** No text of agents, anywhere, may hide or rearrange what a reader sees. */
function plainValue(_name: string, value: unknown): unknown {
  return typeof value === "string" ? plain(value) : value;
}

interface SarifRule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly properties?: { readonly tags: readonly string[] };
}

function rulesOf(findings: readonly ReportFinding[]): readonly SarifRule[] {
  return [...Map.groupBy(findings, ruleIdOf)].map(([id, reported]) => {
    const tags = [...new Set(reported.flatMap(({ category }) => category ?? []))];
    return {
      id,
      shortDescription: { text: id === NO_RULE ? "What agents reported" : plainMessage(id) },
      ...(tags.length > 0 && { properties: { tags } }),
    };
  });
}

function ruleIdOf({ rule, category }: ReportFinding): string {
  // Two rules that look the same are one.
  return plain(rule ?? category ?? NO_RULE);
}

function resultOf(finding: ReportFinding, rules: readonly SarifRule[]): object {
  const { text, severity, category, suggestion, status, confidence, reportedBy } = finding;
  const ruleId = ruleIdOf(finding);
  const isOpen = finding.stands === null;
  return {
    ruleId,
    ruleIndex: rules.findIndex(({ id }) => id === ruleId),
    // A result that is not a failure has no level (3.27.10).
    kind: isOpen ? (status === "waiting" ? "review" : "open") : "fail",
    level: isOpen ? "none" : severity === undefined ? "warning" : LEVELS[severity],
    message: {
      text: plainMessage(suggestion === undefined ? text : `${text}\n\nSuggestion: ${suggestion}`),
    },
    locations: [locationOf(finding)],
    partialFingerprints: { "quorateFinding/v1": fingerprintOf(finding) },
    properties: {
      ...(severity !== undefined && { severity }),
      ...(category !== undefined && { category }),
      ...(suggestion !== undefined && { suggestion }),
      status,
      confidence,
      reportedBy,
    },
  };
}

function locationOf({ file = "", line, endLine }: ReportFinding): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      ...(line !== undefined && {
        region: { startLine: line, ...(endLine !== undefined && { endLine }) },
      }),
    },
  };
}

/** A path as a reference: relative paths are relative to the root of the project, and the text itself can never name a scheme. */
function uriOf(file: string): string {
  const path = file.replaceAll("\\", "/").replace(/^(?:\.\/+)+/, "");
  const encoded = path
    .toWellFormed()
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
  const isAbsolute = /^(?:\/|[a-z]%3A\/)/i.test(encoded);
  return isAbsolute ? `file:///${encoded.replace(/^\/+/, "")}` : encoded;
}

/** The same for the same finding in another run, even if lines before it came or went. */
function fingerprintOf({ file = "", text, rule = "" }: ReportFinding): string {
  return sha256(JSON.stringify([file, rule, text]));
}

function invocationOf(report: Report, shown: readonly ReportFinding[]): object {
  const { startedAtMs, durationMs, status } = report;
  const times =
    startedAtMs === null || durationMs === null
      ? {}
      : {
          startTimeUtc: new Date(startedAtMs).toISOString(),
          endTimeUtc: new Date(startedAtMs + durationMs).toISOString(),
        };
  const unplaced = shown.filter(({ file }) => file === undefined);
  return {
    executionSuccessful: status === "complete" || status === "partial" || status === "waiting",
    ...times,
    toolExecutionNotifications: [
      ...unplaced.map(({ text, severity, stands }) => ({
        level: stands === null ? "note" : severity === undefined ? "warning" : LEVELS[severity],
        message: { text: plainMessage(text) },
      })),
      ...report.notices.map(({ code, level, message }) => ({
        descriptor: { id: code },
        level: level === "warn" ? "warning" : "note",
        message: { text: plainMessage(message) },
      })),
      ...report.missing.map(({ agent, detail }) => ({
        level: "warning",
        message: { text: plainMessage(`${agent} did not answer: ${detail}`) },
      })),
    ],
  };
}

/**
 * In a message, `[text](target)` is a link (3.11.6), which agents' texts must not have. A space is put between, because not every viewer knows SARIF's
 * backslashes; and only after removing invisible characters, which may stand between the two.
 */
function plainMessage(text: string): string {
  return plain(text).replaceAll("](", "] (");
}
