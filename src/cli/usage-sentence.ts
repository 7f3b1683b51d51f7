import type { Command, CommanderError } from "commander";
import { didYouMean } from "../check/did-you-mean.ts";
import { exampleOf } from "./help-examples.ts";
import { commandName } from "./command-name.ts";
import { shellWord } from "./shown/shell-word.ts";

/** Commands that write, erase or stop something: nobody is led to one by a slip of the pen. */
const CHANGING: ReadonlySet<string> = new Set(["cancel", "decide", "delete", "prune", "truth"]);

/** What other tools call what is called otherwise here. */
const CALLED_ELSEWHERE: Readonly<Record<string, string>> = {
  create: "init",
  new: "init",
  scaffold: "init",
  start: "run",
  exec: "run",
  list: "runs",
  ls: "runs",
  ps: "runs",
  history: "runs",
  status: "show",
  view: "show",
  inspect: "show",
  log: "show",
  logs: "show",
  get: "show",
  watch: "follow",
  tail: "follow",
  attach: "follow",
  why: "explain",
  cost: "bill",
  costs: "bill",
  usage: "bill",
  continue: "resume",
  dev: "serve",
  ui: "serve",
  web: "serve",
  studio: "serve",
  dashboard: "serve",
  check: "doctor",
  estimate: "plan",
  completions: "completion",
};

/** What is wrong with a command line, as commander says it, in one sentence that ends with where to look. */
export function usageSentence(
  error: CommanderError,
  program: Command,
  args: readonly string[],
): string {
  const called = commandOf(program, args[0]);
  const why = `${oneSentence(error.message)}${hint(error, called, program, args)}`;
  // Who is told what was meant need not look for it.
  if (why.endsWith("?")) return why;
  const help = called === undefined ? "--help" : `${called.name()} --help`;
  return `${why}; see ${commandName()} ${help}`;
}

function oneSentence(message: string): string {
  return message
    .replace(/\s*\(Did you mean (?:one of )?(.*?)\?\)/, (_all, names: string) =>
      names.split(", ").some((name) => CHANGING.has(name))
        ? ""
        : `; did you mean ${names.replace(/, ([^,]*)$/, " or $1")}?`,
    )
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/\.$/, "")
    .replace(" is invalid. ", " is invalid: ");
}

function hint(
  { code, message }: CommanderError,
  called: Command | undefined,
  program: Command,
  [name = ""]: readonly string[],
): string {
  switch (code) {
    case "commander.unknownCommand": {
      const meant = /\.[cm]?[jt]s$/.test(name)
        ? `run ${shellWord(name)}`
        : elsewhere(name, program);
      // What is called so elsewhere is no slip of the pen, whatever it looks like.
      return meant === undefined || message.includes("Did you mean")
        ? ""
        : `; did you mean ${meant}?`;
    }
    case "commander.missingArgument": {
      const example = called === undefined ? undefined : exampleOf(called);
      return example === undefined ? "" : `, as in: ${example}`;
    }
    case "commander.excessArguments": {
      const takesTask = called?.options.some(({ long }) => long === "--input");
      return takesTask === true ? "; the task is given with --input" : "";
    }
    case "commander.invalidArgument":
      return nearChoice(message);
    default:
      return "";
  }
}

/** Of a value that is none of a few, as commander says it. */
function nearChoice(message: string): string {
  const [, given = "", choices] =
    /'([^']*)' is invalid(?: for argument '[^']*')?\. Allowed choices are (.+)\.$/.exec(message) ??
    [];
  const near = choices === undefined ? undefined : didYouMean(given, choices.split(", "));
  return near === undefined ? "" : `; did you mean ${near}?`;
}

function elsewhere(name: string, program: Command): string | undefined {
  const meant = Object.hasOwn(CALLED_ELSEWHERE, name) ? CALLED_ELSEWHERE[name] : undefined;
  return commandOf(program, meant)?.name();
}

function commandOf(program: Command, name: string | undefined): Command | undefined {
  return program.commands.find((command) => command.name() === name);
}

/**
 * Of a command that there is not, commander would show the help of all, and say nothing of the name: without the word for help it refuses it. The version
 * is a flag.
 */
export function withCommandOf(program: Command, args: readonly string[]): readonly string[] {
  if (args.length === 1 && args[0] === "version") return ["--version"];
  const name = args[0] === "help" ? args[1] : args[0];
  if (name === undefined || name === "help" || name.startsWith("-")) return args;
  return commandOf(program, name) === undefined ? [name] : args;
}
