export { htmlPage, type HtmlPageOptions } from "./html.ts";
export { report, type Report, type ReportedVerdict } from "./report.ts";
export type { ReportedAgent } from "./reported-agent.ts";
export type { ReportedFinding } from "./reported-finding.ts";
export { render, type ReportFormat } from "./render.ts";
