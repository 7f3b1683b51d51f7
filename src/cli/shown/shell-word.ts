import { relative } from "node:path";
import { CALLED_IN, givenPath } from "../given/given-path.ts";
import { safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";

/** One word of a command, quoted where a shell needs it, and safe to print. */
export function shellWord(word: string): string {
  const safe = safeText(word);
  return /^[\w./@:+-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}

/** `file` as a person in this folder writes it. */
export function shellPath(file: string): string {
  const near = relative(CALLED_IN, givenPath(file));
  return shellWord(near !== "" && !near.startsWith("..") ? near : file);
}

/** A command's parts: what it is about stands behind `--` where it would be taken for an option. All are words already. */
export function withOperands(
  command: readonly string[],
  operands: readonly string[],
  options: readonly string[],
): readonly string[] {
  return operands.some((word) => /^'?-/.test(word))
    ? [...command, ...options, "--", ...operands]
    : [...command, ...operands, ...options];
}

/**
 * A command ready to be copied, indented. Where it is too long for a line it goes on after a backslash, as a shell reads
 * it. A part is never broken: give an option together with its value.
 */
export function commandLines(
  parts: readonly string[],
  screen: Pick<Terminal, "columns">,
): string[] {
  const lines: string[] = [];
  let line = " ";
  for (const part of parts) {
    const longer = `${line} ${part}`;
    // What does not end the command needs room for the backslash.
    const room = screen.columns - (part === parts.at(-1) ? 0 : 2);
    if (line.trim() !== "" && longer.length > room) {
      lines.push(`${line} \\`);
      line = `    ${part}`;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
