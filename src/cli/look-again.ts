import { DEFAULT_DATABASE, shellPath } from "./database.ts";
import { safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The commands that show a run once more, ready to be copied. Where one is too long for a line it goes on after
 * a backslash, as a shell reads it.
 */
export function lookAgain(
  runId: string,
  file: string,
  screen: Terminal,
  program: string = "quorate",
): string[] {
  const id = shortId(runId);
  const path = safeText(shellPath(file));
  const database = path === DEFAULT_DATABASE ? "" : ` --db ${path}`;
  return ["show", "explain"].flatMap((command) => {
    const line = `  ${program} ${command} ${id}${database}`;
    if (line.length <= screen.columns) return [line];
    return [`  ${program} ${command} ${id} \\`, `   ${database}`];
  });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A run's id as it is read and typed: the first part of a random one, which tells it from any other in practice. */
export function shortId(runId: string): string {
  return UUID.test(runId) ? runId.slice(0, 8) : safeText(runId);
}
