export type { Agreement } from "../resolve/judge/agreement.ts";
export { auditJudges } from "./audit.ts";
export type { AuditOptions, Counted, Instructed, JudgeAudit } from "./audit.ts";
