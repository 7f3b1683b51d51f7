/**
 * - `md`: Markdown, for a comment, a step's summary or a file. At most 60,000 characters.
 * - `json`: the report itself.
 * - `junit`: JUnit XML, in four suites: agents, verdicts, notices, findings that stand.
 * - `sarif`: SARIF 2.1.0, the findings that stand or are open.
 * - `github`: workflow commands of GitHub Actions that annotate the findings that stand; at most 10 of a kind.
 */
export const FORMATS = ["md", "json", "junit", "sarif", "github"] as const;

export type ReportFormat = (typeof FORMATS)[number];
