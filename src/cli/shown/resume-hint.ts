import { databasePart } from "./show-hint.ts";
import { commandName } from "../command-name.ts";
import { commandLines, shellPath, shellWord } from "./shell-word.ts";
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
  return commandLines(
    [
      commandName(),
      "resume",
      team === undefined ? "TEAM" : shellPath(team),
      runId === undefined ? "--all" : shellWord(shortId(runId)),
      ...(db === undefined ? [] : databasePart(db)),
    ],
    screen,
  );
}
