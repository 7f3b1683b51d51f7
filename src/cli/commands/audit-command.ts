import { QuorateError } from "../../index.ts";
import { auditJudges, type JudgeAudit } from "../../audit/index.ts";
import type { RunEvent } from "../../model/events.ts";
import { auditLines } from "../shown/audit.ts";
import { withDatabase } from "../given/database.ts";
import { ALL } from "../given/find-run.ts";
import { count } from "../../report/quantities.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import type { Terminal } from "../shown/terminal.ts";
import { wrap } from "../shown/wrap.ts";

export interface AuditFlags {
  readonly db: string;
  readonly authorOf?: readonly string[];
  readonly json?: boolean;
}

/** `quorate audit judge`: what the runs of a database say of the judges that were asked in them. */
export async function auditCommand(
  judge: string | undefined,
  flags: AuditFlags,
  screen: Terminal,
): Promise<void> {
  const { db, authorOf = [] } = flags;
  if (authorOf.length > 0 && judge === undefined) {
    throw new QuorateError("BAD_OPTIONS", "Say which judge --author-of is about.");
  }
  const { runs, events } = await withDatabase(db, async (store) => {
    const kept: RunEvent[] = [];
    const listed = await store.runs({ limit: ALL });
    for (const { runId } of listed) {
      for (const event of await store.read(runId)) {
        const part = needed(event);
        if (part !== undefined) kept.push(part);
      }
    }
    return { runs: listed.length, events: kept };
  });
  const options = judge === undefined ? {} : { authorOf: { [judge]: authorOf } };
  const all = auditJudges(events, options);
  const audits = judge === undefined ? all : all.filter((audit) => audit.judge === judge);
  if (judge !== undefined && audits.length === 0) throw unknownJudge(judge, all, runs, db);
  if (flags.json === true) {
    screen.print(safeJson(audits, 2));
    return;
  }
  if (audits.length === 0) {
    screen.print(...wrap(`No judge was asked in ${count(runs, "run")}.`, screen.columns));
    return;
  }
  screen.print(
    ...audits.flatMap((audit, i) => [...(i > 0 ? [""] : []), ...auditLines(audit, screen)]),
  );
}

/** What an audit may need of an event: no task, and of outputs only those of judges, as they may be large. */
function needed(event: RunEvent): RunEvent | undefined {
  if (event.type === "run.started") return undefined;
  if (!("role" in event) || event.role === "judge") return event;
  const tells = event.type === "call.succeeded" && event.model !== undefined;
  return tells ? { ...event, output: null } : undefined;
}

function unknownJudge(
  judge: string,
  all: readonly JudgeAudit[],
  runs: number,
  db: string,
): QuorateError {
  const names = all.map((audit) => safeText(audit.judge)).join(", ");
  const instead = all.length === 0 ? "no judge was asked in them" : `there are ${names}`;
  return new QuorateError(
    "BAD_OPTIONS",
    `No judge "${safeText(judge)}" was asked in the ${count(runs, "run")} of ${db}; ${instead}.`,
  );
}
