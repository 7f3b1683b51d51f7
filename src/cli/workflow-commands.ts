/** Whether what is printed is read by a runner of GitHub Actions, which carries out commands that it finds in it. */
const isRead = process.env["GITHUB_ACTIONS"] === "true";

/**
 * Lines as they may be printed: where a runner of GitHub Actions reads them, none of them is a command, `::name::` at the beginning of a line or `##[name]`
 * anywhere in it, whatever an agent wrote.
 */
export function withoutCommands(lines: string): string {
  if (!isRead) return lines;
  return lines.replaceAll(/^([^\S\r\n\u2028\u2029]*):(?=:)/gm, "$1: ").replaceAll("##[", "## [");
}
