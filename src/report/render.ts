import { readGiven } from "../check/given.ts";
import { word } from "../check/kinds.ts";
import { QuorateError } from "../model/errors.ts";
import { annotations } from "./annotations.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import type { Report } from "./report.ts";
import { sarif } from "./sarif.ts";

/**
 * - `md`: Markdown, for a comment, a step's summary or a file. At most 60,000 characters.
 * - `json`: the report itself.
 * - `junit`: JUnit XML, in four suites: agents, verdicts, notices, findings that stand.
 * - `sarif`: SARIF 2.1.0, the findings that stand or are open.
 * - `github`: workflow commands of GitHub Actions that annotate the findings that stand; at most 10 of a kind.
 */
export const FORMATS = ["md", "json", "junit", "sarif", "github"] as const;

export type ReportFormat = (typeof FORMATS)[number];

const RENDERERS: Readonly<Record<ReportFormat, (report: Report) => string>> = {
  md: markdown,
  json: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
  junit,
  sarif,
  github: annotations,
};

const FORMAT = word(...FORMATS).needed();

/** A report as a text in one of the formats. Throws `BAD_OPTIONS` for a format that there is not, and for what `report()` has not made. */
export function render(report: Report, format: ReportFormat): string {
  const renderer = RENDERERS[FORMAT.take(format, "render(): format")];
  return readGiven("what render() is given", report, () => {
    if (Object(report).schema === "quorate-report/1") return renderer(report);
    throw new QuorateError("BAD_OPTIONS", "render() is given no report; give what report() made");
  });
}
