import { readGiven } from "../check/given.ts";
import { word } from "../check/kinds.ts";
import { QuorateError } from "../model/errors.ts";
import { annotations } from "./annotations.ts";
import { FORMATS, type ReportFormat } from "./formats.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import type { Report } from "./report.ts";
import { sarif } from "./sarif.ts";

const RENDERERS: Readonly<Record<ReportFormat, (report: Report) => string>> = {
  md: markdown,
  json: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
  junit,
  sarif,
  github: annotations,
};

const FORMAT = word(...FORMATS).needed();

/** A report as text in one of the formats. Throws `BAD_OPTIONS` for an unknown format, and for a value that `report()` did not make. */
export function render(report: Report, format: ReportFormat): string {
  const renderer = RENDERERS[FORMAT.take(format, "render(): format")];
  return readGiven("what render() is given", report, () => {
    if (Object(report).schema === "quorate-report/1") return renderer(report);
    throw new QuorateError("BAD_OPTIONS", "render() is given no report; give what report() made");
  });
}
