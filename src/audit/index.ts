export type { Agreement } from "../resolve/judge/agreement.ts";
export { auditJudges } from "./audit.ts";
export type { AuditOptions, Counted, JudgeAudit } from "./audit.ts";
