export { htmlPage, type HtmlPageOptions } from "./html.ts";
export { report, type Report, type ReportVerdict } from "./report.ts";
export type { ReportAgent } from "./report-agent.ts";
export type { ReportFinding } from "./report-finding.ts";
export type { ReportFormat } from "./formats.ts";
export { render } from "./render.ts";
