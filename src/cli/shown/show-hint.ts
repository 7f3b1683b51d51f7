import { DEFAULT_DATABASE, isAddress, shownPlace } from "../given/database.ts";
import { commandName } from "../command-name.ts";
import { commandLines, shellPath, shellWord, withOperands } from "./shell-word.ts";
import { shortId } from "./short-id.ts";
import type { Terminal } from "./terminal.ts";

/** The commands that show a run once more, ready to be copied. */
export function showHint(
  runId: string,
  file: string,
  screen: Pick<Terminal, "columns">,
  commands: readonly string[] = ["show", "explain"],
): string[] {
  const id = shellWord(shortId(runId));
  return commands.flatMap((command) =>
    commandLines(withOperands([commandName(), command], [id], databasePart(file)), screen),
  );
}

/** `--db FILE`, or nothing where a command looks there anyway. */
export function databasePart(file: string): readonly string[] {
  // Whoever has set it has it still.
  if (isAddress(file)) {
    const isSet = shownPlace(process.env["QUORATE_DB"] ?? "") === shownPlace(file);
    return isSet ? [] : [`--db ${shellWord(shownPlace(file))}`];
  }
  const path = shellPath(file);
  return path === DEFAULT_DATABASE ? [] : [`--db ${path}`];
}
