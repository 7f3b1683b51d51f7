import { clip } from "../text.ts";
/** A run id as a message shows it: quoted, and not endless. */
export function quoteRun(runId: string): string {
  return JSON.stringify(clip(runId, 100));
}
