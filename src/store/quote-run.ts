import { shown } from "../check/shown.ts";
import { clip } from "../model/text.ts";
/** A run id as a message shows it: quoted and shortened. */
export function quoteRun(runId: string): string {
  return typeof runId === "string" ? JSON.stringify(clip(runId, 100)) : shown(runId);
}
