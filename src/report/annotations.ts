import { clip, plain } from "../model/text.ts";
import type { Severity } from "../model/claim.ts";
import type { Report } from "./report.ts";
import type { ReportFinding } from "./report-finding.ts";

/** How many of one kind GitHub shows per step; it drops the rest. */
const MAX_OF_A_KIND = 10;
const MAX_CHARS = 4_000;
const MAX_TITLE = 200;

type AnnotationKind = "error" | "warning" | "notice";

const KINDS: Readonly<Record<Severity, AnnotationKind>> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "notice",
  info: "notice",
};

/**
 * A report as workflow commands of GitHub Actions, one per line: findings that stand and have a place annotate it in the change. A line is one command, whatever texts
 * of agents it contains. At most 10 of each kind, the most severe first, because GitHub shows no more per step.
 */
export function annotations(report: Report): string {
  const made = report.findings
    .filter(({ stands, file }) => stands === true && file !== undefined)
    .map((finding) => ({ kind: kindOf(finding), finding }));
  const shown = [...Map.groupBy(made, ({ kind }) => kind).values()].flatMap((of) =>
    of.slice(0, MAX_OF_A_KIND),
  );
  return shown.map(({ kind, finding }) => `${annotation(kind, finding)}\n`).join("");
}

function kindOf({ severity }: ReportFinding): AnnotationKind {
  return severity === undefined ? "warning" : KINDS[severity];
}

function annotation(kind: AnnotationKind, finding: ReportFinding): string {
  const { file = "", line, endLine, rule, category, text, suggestion, reportedBy } = finding;
  const title = [rule ?? category ?? "Quorate", `reported by ${reportedBy.join(", ")}`].join(", ");
  const properties = Object.entries({ file, line, endLine, title: clip(title, MAX_TITLE) })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${property(String(value))}`]))
    .join(",");
  const message = suggestion === undefined ? text : `${text}\n\nSuggestion: ${suggestion}`;
  return `::${kind} ${properties}::${data(message)}`;
}

/** The end of a line would end the command, and the runner decodes what follows a percent sign. */
function data(text: string): string {
  return clip(plain(text), MAX_CHARS)
    .replaceAll("%", "%25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
