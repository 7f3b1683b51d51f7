import { resolve } from "node:path";

/** Where the command was called: the code of a team may go elsewhere, and whoever called is still there. */
export const CALLED_IN: string = process.cwd();

/** The absolute path of a file that was named on the command line. */
export function givenPath(file: string): string {
  return file === ":memory:" ? file : resolve(CALLED_IN, file);
}
