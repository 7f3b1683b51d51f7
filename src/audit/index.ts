export type { Agreement } from "../resolve/judge/agreement.ts";
export { auditJudges } from "../resolve/judge/audit.ts";
export type { AuditOptions, Counted, JudgeAudit } from "../resolve/judge/audit.ts";
