import { InvalidArgumentError, type Command } from "commander";
import { EVAL_FORMATS } from "../../eval/eval-formats.ts";
import type { EvalFlags, EvalReportFile } from "../commands/eval-command.ts";
import { atLeastOne, dollars, place, span } from "./flag-values.ts";
import type { Describing } from "../commands/log-commands.ts";
import { fileOfFormat } from "./report-flag.ts";
import { addEnvironmentFlag } from "./task-flags.ts";

/** Adds `quorate eval`. */
export function addEvalCommand({
  command,
  exitWith,
}: Pick<Describing, "command" | "exitWith">): void {
  const evaluating: Command = command(
    "eval",
    "Measures how often a team is right, and what it costs, on cases with truths.",
  )
    .argument("<team>", "a TypeScript or JavaScript file whose default export is a supervisor")
    .argument(
      "<cases>",
      'a file with { "input", "truths", "results"? } on each line; - reads standard input',
    );
  addEnvironmentFlag(evaluating)
    .option(
      "--live",
      "ask agents and judges whose answers are not recorded; without it, none is asked",
    )
    .option("--answers <file>", "the file of recorded answers (default: CASES.answers.jsonl)")
    .option("--beside <team>", "another team on the same cases; repeatable", several)
    .option(
      "--baseline <file>",
      "an earlier --report json: exit with 4 if truths are lost since then",
    )
    .option("--tolerate <n>", "with --baseline: how many may be lost", place)
    .option("--min-accuracy <share>", "exit with 4 below this accuracy, 0 to 1", share)
    .option("--budget <usd>", "what each team may cost in all, recorded answers included", dollars)
    .option("--deadline <time>", "how long the run of a case may take: 5m", span)
    .option("--at-once <n>", "how many cases run at once (default: 4)", atLeastOne)
    .option("--prices <file>", "a JSON file with prices of models; it overrides the team's")
    .option("--db <file>", "the runs that the team has learned from (default: none)")
    .option("--report <format=file>", "write it as md, json or junit; repeatable", report)
    .option("--json", "print one JSON document and nothing else")
    .option("--full", "print every case that is not right")
    .action(async (team: string, cases: string, options: EvalFlags) => {
      const { evalCommand } = await import("../commands/eval-command.ts");
      exitWith(await evalCommand(team, cases, options));
    });
}

function several(given: string, before: readonly string[] = []): string[] {
  return [...before, given];
}

function share(value: string): number {
  const given = Number(value);
  if (value.trim() === "" || !(given >= 0 && given <= 1))
    throw new InvalidArgumentError("give a share from 0 to 1, as in 0.9.");
  return given;
}

function report(given: string, before: readonly EvalReportFile[] = []): EvalReportFile[] {
  return [...before, fileOfFormat(given, EVAL_FORMATS)];
}
