import { databasePart } from "./look-again.ts";
import { ownName } from "../own-name.ts";
import { commandLines, shellPath, shellWord } from "./shell-word.ts";
import { shortId } from "./short-id.ts";
import type { Terminal } from "./terminal.ts";

export interface GoOn {
  /** Every run of the team that is interrupted where left out. */
  readonly runId?: string;
  /** The team's file, where it is known. */
  readonly team?: string;
  /** The database, where it has to be named. */
  readonly db?: string;
}

/** The command that goes on with a run, ready to be copied where the team's file is known. */
export function goOn({ runId, team, db }: GoOn, screen: Terminal): string[] {
  return commandLines(
    [
      ownName(),
      "resume",
      team === undefined ? "TEAM" : shellPath(team),
      runId === undefined ? "--all" : shellWord(shortId(runId)),
      ...(db === undefined ? [] : databasePart(db)),
    ],
    screen,
  );
}
