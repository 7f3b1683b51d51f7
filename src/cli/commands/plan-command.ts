import { existsSync } from "node:fs";
import { memory } from "../../index.ts";
import { givenPath } from "../given/given-path.ts";
import type { Supervisor } from "../../supervisor.ts";
import { DEFAULT_DATABASE, isAddress } from "../given/database.ts";
import { EXIT } from "../exit-code.ts";
import { loadTeam } from "../given/load-team.ts";
import { planLines } from "../shown/plan-lines.ts";
import { pricesIn } from "../given/prices-in.ts";
import { readTask, type TaskFlags } from "../given/read-task.ts";
import { limitsOf, type LimitFlags } from "../given/run-flags.ts";
import { existingLog, type RunLog } from "../given/run-log.ts";
import { safeJson } from "../shown/safe-text.ts";
import { terminal } from "../shown/terminal.ts";

export interface PlanFlags extends TaskFlags, LimitFlags {
  readonly prices?: string;
  readonly tenant?: string;
  readonly agents?: readonly string[];
  readonly mode?: "parallel" | "sequence";
  readonly db?: string;
  readonly json?: boolean;
}

/** `quorate plan`: what a task would take. Asks nobody and writes nothing. Gives the exit code. */
export async function planCommand(file: string, flags: PlanFlags): Promise<number> {
  const team = await loadTeam(file);
  const task = await readTask(flags);
  const prices = await pricesIn(flags.prices);
  const log = await logOf(team, flags.db);
  const screen = terminal();
  try {
    const plan = await team.plan(task as never, {
      backend: log.backend,
      ...prices,
      ...limitsOf(flags),
      ...(flags.tenant !== undefined && { tenant: flags.tenant }),
      ...(flags.agents !== undefined && { route: flags.agents }),
      ...(flags.mode !== undefined && { mode: flags.mode }),
    });
    screen.print(...(flags.json === true ? [safeJson(plan, 2)] : planLines(plan, screen)));
    return plan.budgets.every(({ fits }) => fits) ? EXIT.ok : EXIT.open;
  } finally {
    await log.store.close();
  }
}

/** Where runs before are; a store in memory, which is empty, where there is no database yet: none is made. */
async function logOf(team: Supervisor, wanted: string | undefined): Promise<RunLog> {
  const place = wanted ?? DEFAULT_DATABASE;
  if (isAddress(place) || existsSync(givenPath(place))) return existingLog(team, wanted);
  const backend = wanted === undefined ? team.backend : memory({ resumable: true });
  return { backend, store: backend.store };
}
