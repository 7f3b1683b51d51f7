import { type Command, type Option } from "commander";
import type { CancelFlags } from "./cancel-command.ts";
import type { RetryFlags } from "./retry-command.ts";
import type { DeleteFlags } from "./delete-command.ts";
import type { ExplainFlags } from "./explain-command.ts";
import { age, atLeastOne, namesIn, tag } from "../given/flag-values.ts";
import type { FollowFlags } from "./follow-command.ts";
import type { PruneFlags } from "./prune-command.ts";
import type { RunsFlags } from "./runs-command.ts";
import type { ShowFlags } from "./show-command.ts";
import { terminal } from "../shown/terminal.ts";

/** How commands are described. */
export interface Describing {
  readonly command: (name: string, description: string) => Command;
  /** The flag that names the file. */
  readonly database: () => Option;
  readonly exitWith: (code: number) => void;
}

/** Adds the commands on the runs of a file that need no team: they show, cancel and forget them. */
export function addLogCommands({ command, database, exitWith }: Describing): void {
  command("runs", "Lists the latest runs.")
    .addOption(database())
    .option("--team <name>", "only those of this team")
    .option(
      "--status <names>",
      "only those with these statuses, separated by commas; dead: workers died while working on it",
      namesIn,
    )
    .option("--tenant <name>", "only those of this tenant")
    .option("--tag <name=value>", "only those with this tag; repeatable", tag)
    .option("--since <age>", "only those begun since: 7d, 12h or 90m", age)
    .option("--limit <n>", "how many", atLeastOne, 20)
    .option("--json", "print them as JSON")
    .action(async (options: RunsFlags) => {
      const { runsCommand } = await import("./runs-command.ts");
      await runsCommand(options, terminal());
    });

  command("show", "Shows a run again, from its log alone.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .addOption(database())
    .option("--json", "print it as JSON, with its events")
    .option("--full", "print answers and reasons whole")
    .option("--html <file>", "write it as a page that a browser shows, in one file")
    .action(async (run: string, options: ShowFlags) => {
      const { showCommand } = await import("./show-command.ts");
      exitWith(await showCommand(run, options, terminal()));
    });

  command("follow", "Shows a run while it is under way, in any process, until it ends.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .addOption(database())
    .option("--json", "print each event as a line of JSON")
    .option("--full", "print answers and reasons whole")
    .action(async (run: string, options: FollowFlags) => {
      const { followCommand } = await import("./follow-command.ts");
      exitWith(await followCommand(run, options, terminal()));
    });

  command("cancel", "Cancels a run, whichever process drives it.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .option("--reason <text>", "why, for the log")
    .addOption(database())
    .action(async (run: string, options: CancelFlags) => {
      const { cancelCommand } = await import("./cancel-command.ts");
      exitWith(await cancelCommand(run, options, terminal()));
    });

  command("retry", "Gives a dead run back to workers: one that they died while working on.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .addOption(database())
    .action(async (run: string, options: RetryFlags) => {
      const { retryCommand } = await import("./retry-command.ts");
      exitWith(await retryCommand(run, options, terminal()));
    });

  command("explain", "Shows who said what, where they differed, and why it was decided so.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .option("--subject <text>", "only subjects that contain this")
    .addOption(database())
    .option("--full", "print every subject, and texts whole")
    .option("--json", "print it as JSON")
    .action(async (run: string, options: ExplainFlags) => {
      const { explainCommand } = await import("./explain-command.ts");
      await explainCommand(run, options, terminal());
    });

  command("prune", "Deletes the logs of runs that ended long ago.")
    .requiredOption("--older-than <age>", "how long ago: 30d, 12h or 90m", age)
    .addOption(database())
    .option("--dry-run", "only say how many")
    .action(async (options: PruneFlags) => {
      const { pruneCommand } = await import("./prune-command.ts");
      await pruneCommand(options, terminal());
    });

  command("delete", "Erases runs and what was kept from them: answers, and what was learned.")
    .argument("[run]", "its id, the beginning of it, or latest")
    .option("--tenant <name>", "all runs of this tenant")
    .option("--tag <name=value>", "all runs with this tag; repeatable", tag)
    .addOption(database())
    .action(async (run: string | undefined, options: DeleteFlags) => {
      const { deleteCommand } = await import("./delete-command.ts");
      await deleteCommand(run, options, terminal());
    });
}
