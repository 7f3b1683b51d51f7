import { shellPath } from "./database.ts";
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
  const id = safeText(runId);
  const database = safeText(shellPath(file));
  return ["show", "explain"].flatMap((command) => {
    const line = `  ${program} ${command} ${id} --db ${database}`;
    if (line.length <= screen.columns) return [line];
    return [`  ${program} ${command} ${id} \\`, `    --db ${database}`];
  });
}
