import { appendFile, writeFile } from "node:fs/promises";
import {
  evaluate,
  readEvaluation,
  renderEvaluation,
  type EvalCase,
  type EvalFormat,
  type Evaluation,
} from "../../eval/index.ts";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { Supervisor } from "../../supervisor.ts";
import { printError } from "../print-error.ts";
import { withDatabase } from "../given/database.ts";
import { evaluationLines } from "../shown/eval-lines.ts";
import { EXIT } from "../exit-code.ts";
import { givenPath } from "../given/given-path.ts";
import { loadTeam } from "../given/load-team.ts";
import { pricesIn } from "../given/prices-in.ts";
import { checkOutputFiles, databaseFile, teamFiles } from "../given/output-files.ts";
import { parsed, readTextInput } from "../given/read-input.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import { cancelOnSignals } from "../signals.ts";
import { terminal, type Terminal } from "../shown/terminal.ts";

/** A report of an evaluation that is to be written, and where. */
export interface EvalReportFile {
  readonly format: EvalFormat;
  readonly file: string;
}

export interface EvalFlags {
  readonly beside?: readonly string[];
  readonly live?: boolean;
  readonly answers?: string;
  readonly baseline?: string;
  readonly tolerate?: number;
  readonly minAccuracy?: number;
  readonly budget?: number;
  readonly deadline?: number;
  readonly atOnce?: number;
  readonly prices?: string;
  readonly db?: string;
  readonly report?: readonly EvalReportFile[];
  readonly json?: boolean;
  readonly full?: boolean;
}

/** The longest file of cases, and of a baseline, in bytes. */
const MAX_FILE_BYTES = 256 * 2 ** 20;

/** `quorate eval`: teams on cases whose truths are known. Gives the exit code; rejects when nothing was evaluated. */
export async function evalCommand(team: string, file: string, flags: EvalFlags): Promise<number> {
  const files = flags.report ?? [];
  const answers = flags.answers ?? answersBeside(file);
  checkFiles([team, ...(flags.beside ?? [])], file, answers, flags);
  const teams = await teamsOf([team, ...(flags.beside ?? [])]);
  const cases = casesIn(await readTextInput(file, process.stdin, MAX_FILE_BYTES), file);
  const baseline = await baselineIn(flags.baseline);
  const { prices } = await pricesIn(flags.prices);
  const screen = terminal();
  using signals = cancelOnSignals();
  const told = progress(cases.length * Object.keys(teams).length, screen, flags);
  const { live, tolerate, minAccuracy, budget, deadline, atOnce } = flags;
  let evaluation: Evaluation;
  try {
    const work = (history: object): Promise<Evaluation> =>
      evaluate(teams as never, cases, {
        signal: signals.signal,
        onCase: told.done,
        ...(answers !== undefined && { answers: givenPath(answers) }),
        ...(live === true && { live }),
        ...(baseline !== undefined && { baseline }),
        ...(tolerate !== undefined && { tolerate }),
        ...(minAccuracy !== undefined && { minAccuracy }),
        ...(budget !== undefined && { budgetUsd: budget }),
        ...(deadline !== undefined && { deadlineMs: deadline }),
        ...(atOnce !== undefined && { atOnce }),
        ...(prices !== undefined && { prices }),
        ...history,
      });
    const { db } = flags;
    evaluation =
      db === undefined
        ? await work({})
        : await withDatabase(db, async (_store, history) => await work({ history }));
  } catch (error) {
    if (signals.exitCode === undefined) throw error;
    const kept =
      live === true && answers !== undefined ? `; the answers so far are in ${answers}` : "";
    printError(`the evaluation was stopped${kept}`);
    return signals.exitCode;
  } finally {
    told.end();
  }
  if (flags.json === true) screen.print(safeJson(evaluation, 2));
  else screen.print(...evaluationLines(evaluation, screen, { full: flags.full === true, answers }));
  const written = await writeReports(evaluation, files);
  await addToSummary(evaluation);
  return written ? exitCodeOf(evaluation) : EXIT.failed;
}

function exitCodeOf({ teams, passed }: Evaluation): number {
  const [first] = teams;
  if (teams.some(({ cases }) => cases.every(({ status }) => status === "error"))) {
    return EXIT.failed;
  }
  if (passed === false) return EXIT.against;
  return (first?.incomplete ?? 0) > 0 ? EXIT.open : EXIT.ok;
}

/** Teams by their names; by their files where two have one name. */
async function teamsOf(files: readonly string[]): Promise<Readonly<Record<string, Supervisor>>> {
  const loaded: { readonly file: string; readonly team: Supervisor }[] = [];
  for (const file of files) loaded.push({ file, team: await loadTeam(file) });
  const names = loaded.map(({ team }) => team.name);
  const isOwn = (name: string): boolean => names.filter((one) => one === name).length === 1;
  const named = loaded.map(
    ({ file, team }) => [isOwn(team.name) ? team.name : file, team] as const,
  );
  const twice = named.find(([name], at) => named.findIndex(([other]) => other === name) < at);
  if (twice !== undefined) {
    throw new QuorateError("BAD_OPTIONS", `${twice[0]} is given twice; give each team once`);
  }
  return Object.fromEntries(named);
}

function casesIn(text: string, file: string): readonly EvalCase<never>[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    return [
      parsed(line, `${file === "-" ? "standard input" : file}, line ${index + 1}`, "line") as never,
    ];
  });
}

async function baselineIn(file: string | undefined): Promise<Evaluation | undefined> {
  if (file === undefined) return undefined;
  const text = await readTextInput(file, process.stdin, MAX_FILE_BYTES);
  return readEvaluation(parsed(text, file), file);
}

/** `cases.answers.jsonl` beside `cases.jsonl`. */
function answersBeside(file: string): string | undefined {
  return file === "-" ? undefined : `${file.replace(/\.jsonl?$/, "")}.answers.jsonl`;
}

/** A baseline may be replaced by its report: it has been read by then. */
function checkFiles(
  teams: readonly string[],
  cases: string,
  answers: string | undefined,
  { report = [], live, prices, db }: EvalFlags,
): void {
  const kept = answers === undefined ? [] : [{ file: answers, what: "the file of answers" }];
  const reports = report.map(({ file }) => ({ file, what: "the report" }));
  checkOutputFiles(
    [...(live === true ? kept : []), ...reports],
    [
      ...teams.flatMap((file) => teamFiles(file, prices)),
      ...(cases === "-" ? [] : [{ file: cases, what: "the file of cases" }]),
      ...(live === true ? [] : kept),
      ...databaseFile(db),
    ],
  );
}

async function writeReports(
  evaluation: Evaluation,
  files: readonly EvalReportFile[],
): Promise<boolean> {
  let all = true;
  for (const { format, file } of files) {
    try {
      await writeFile(givenPath(file), renderEvaluation(evaluation, format));
    } catch (error) {
      printError(`the report ${file} could not be written: ${describeThrown(error)}`);
      all = false;
    }
  }
  return all;
}

async function addToSummary(evaluation: Evaluation): Promise<void> {
  const file = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  if (file === "") return;
  try {
    await appendFile(file, `${renderEvaluation(evaluation, "md")}\n`);
  } catch (error) {
    printError(`the step's summary ${file} could not be written: ${describeThrown(error)}`);
  }
}

/** How far it is, on a line of standard error that is drawn again, where somebody looks on. */
function progress(
  all: number,
  screen: Terminal,
  { json }: EvalFlags,
): { readonly done: () => void; readonly end: () => void } {
  const isShown = screen.live && process.stderr.isTTY && json !== true;
  let many = 0;
  return {
    done() {
      many++;
      if (isShown) process.stderr.write(`\r${safeText(`${many} of ${all} cases`)}\u001b[K`);
    },
    end() {
      if (isShown) process.stderr.write("\r\u001b[K");
    },
  };
}
