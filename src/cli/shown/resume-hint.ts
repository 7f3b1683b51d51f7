import { databasePart } from "./show-hint.ts";
import { commandName } from "../command-name.ts";
import { commandLines, shellPath, shellWord, withOperands } from "./shell-word.ts";
import { shortId } from "./short-id.ts";
import type { Terminal } from "./terminal.ts";

export interface ResumeHint {
  /** Every run of the team that is interrupted where left out. */
  readonly runId?: string;
  /** The team's file, where it is known. */
  readonly team?: string;
  /** The database, where it has to be named. */
  readonly db?: string;
}

/** The command that goes on with a run, ready to be copied where the team's file is known. */
export function resumeHint({ runId, team, db }: ResumeHint, screen: Terminal): string[] {
  const place = team === undefined ? "TEAM" : shellPath(team);
  const command = [commandName(), "resume"];
  const found = db === undefined ? [] : databasePart(db);
  const parts =
    runId === undefined
      ? [...command, place, "--all", ...found]
      : withOperands(command, [place, shellWord(shortId(runId))], found);
  return commandLines(parts, screen);
}
