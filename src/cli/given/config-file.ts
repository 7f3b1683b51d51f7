import { InvalidArgumentError, type Command } from "commander";
import { QuorateError } from "../../model/errors.ts";
import { takeConfig, type Config } from "./config.ts";
import { envFile } from "./env-file.ts";
import { exportedBy } from "./load-team.ts";
import { OF_THE_PROCESS } from "./run-flags.ts";

// Whatever a command is told of a team on the command line may stand in a file as well. The file is code: commands that only look at runs do
// not load it.

/** A command line as the file completes it. */
export interface Completed {
  readonly args: readonly string[];
  /** Tells the called command what it has been told by neither a flag nor the environment. */
  readonly tell: (program: Command) => void;
}

/**
 * Reads the file for a command that takes a team. `described` is a program of which nothing else is made: what was given is found out by it. Rejects with
 * `BAD_OPTIONS` where the file cannot be loaded, or says what there is not.
 */
export async function completedBy(
  file: string,
  args: readonly string[],
  described: Command,
): Promise<Completed> {
  const untouched = { args, tell: () => undefined };
  const [name = "", ...rest] = args;
  const command = described.commands.find((one) => one.name() === name);
  const given = command === undefined ? undefined : operandsOf(command, rest);
  if (command === undefined || given === undefined || !takesTeam(command)) return untouched;
  const exported = await exportedBy(file);
  if (exported === undefined) {
    const what =
      "write \"export default { team: 'gate.ts' }\" into it, with whatever is the same in every call";
    throw new QuorateError("BAD_OPTIONS", `${file} has no default export; ${what}.`);
  }
  const config = takeConfig(exported, file);
  if (command.getOptionValue("envFile") === undefined) setVariables(config);
  const { team } = config;
  const completed = team === undefined || !lacksTeam(command, given) ? rest : [team, ...rest];
  return {
    args: [name, ...completed],
    tell: (program) => {
      const called = program.commands.find((one) => one.name() === name);
      called?.hook("preAction", () => tellCommand(called, config));
    },
  };
}

/** What was given that is no option; `undefined` where it cannot be read, which is told when it is read in earnest. */
function operandsOf(command: Command, args: readonly string[]): readonly string[] | undefined {
  try {
    return command.parseOptions([...args]).operands;
  } catch {
    return undefined;
  }
}

/** Of `decide`, which only records without one, where its flag is given. */
function takesTeam(command: Command): boolean {
  return isAboutTeam(command) || command.getOptionValue("team") !== undefined;
}

function isAboutTeam({ registeredArguments: [first] }: Command): boolean {
  return first?.name() === "team";
}

/** A run may stand in the place of a team: files of teams have an ending. */
function lacksTeam(command: Command, given: readonly string[]): boolean {
  const [first] = given;
  const hasRoom = given.length < command.registeredArguments.length;
  return isAboutTeam(command) && hasRoom && !/\.[cm]?[jt]s$/.test(first ?? "");
}

function setVariables({ file, envFile: files }: Config): void {
  for (const one of files) within(file, `envFile "${one}"`, () => envFile(one));
}

function tellCommand(command: Command, { file, flags }: Config): void {
  const given = Object.keys(USELESS_WITH).filter((flag) => command.getOptionValue(flag) === true);
  const unused = new Set(given.flatMap((flag) => USELESS_WITH[flag] ?? []));
  for (const option of command.options) {
    const name = option.attributeName();
    const texts = flags.get(name);
    const source = command.getOptionValueSource(name);
    if (texts === undefined || (source !== undefined && source !== "default")) continue;
    if (unused.has(name) || MEANT_OTHERWISE[command.name()]?.includes(name) === true) continue;
    const { parseArg } = option;
    let value: unknown;
    for (const text of texts) {
      value =
        parseArg === undefined
          ? text
          : within(file, `${name} "${text}"`, () => parseArg(text, value));
    }
    command.setOptionValueWithSource(name, value, "config");
  }
}

/** Flags by which a command writes something else than a run: what the file says of runs is not about them. */
const MEANT_OTHERWISE: Readonly<Record<string, readonly string[]>> = { eval: ["report"] };

/** What a flag has no use for, and refuses where it is given on the command line. */
const USELESS_WITH: Readonly<Record<string, readonly string[]>> = {
  detach: OF_THE_PROCESS,
  all: ["report"],
};

function within<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new QuorateError("BAD_OPTIONS", `${file}: ${what} is invalid: ${error.message}`);
  }
}
