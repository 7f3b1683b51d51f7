/** A run id as a message shows it: quoted, and not endless. */
export function quoteRun(runId: string): string {
  return JSON.stringify(runId.length > 100 ? `${runId.slice(0, 100)}…` : runId);
}
