import { existsSync } from "node:fs";
import { QuorateError } from "../../model/errors.ts";
import { put } from "../../model/record.ts";
import { givenPath } from "./given-path.ts";
import type { UsedFile } from "./output-files.ts";
import { isJson, parsed, readInput, readTextInput } from "./read-input.ts";
import { safeText } from "../shown/safe-text.ts";
import { shellWord } from "../shown/shell-word.ts";
import { clip } from "../shown/wrap.ts";

/** A member of a task, `--set`: a text, JSON, or what a file has. */
export interface TaskMember {
  readonly name: string;
  readonly kind: "text" | "json";
  readonly value: string;
  /** `value` names the file that has it. */
  readonly inFile: boolean;
}

/** How a task is given on a command line. */
export interface TaskFlags {
  readonly input?: string;
  readonly text?: string;
  readonly set?: readonly TaskMember[];
}

/** Whether a task is given at all. */
export function hasTask({ input, text, set }: TaskFlags): boolean {
  return input !== undefined || text !== undefined || set !== undefined;
}

/** The files that the task is read from. */
export function taskFiles({ input, text, set = [] }: TaskFlags): readonly UsedFile[] {
  const named = [
    ...(input === undefined || isJson(input) ? [] : [input]),
    ...(text === undefined ? [] : [text]),
    ...set.flatMap(({ inFile, value }) => (inFile ? [value] : [])),
  ];
  return named.filter((file) => file !== "-").map((file) => ({ file, what: "the input" }));
}

/**
 * The task that was given: JSON in a file, on standard input or on the command line itself; a text; or an object of members, which also go over those of a
 * JSON object. Rejects with `INPUT_INVALID` where it cannot be read or there is none.
 */
export async function readTask(flags: TaskFlags): Promise<unknown> {
  const { input, text, set = [] } = flags;
  if (!hasTask(flags)) {
    const how = "give it with --input FILE, --text FILE or --set NAME=VALUE";
    throw invalid(`there is no task; ${how}, or --input null if the team needs none.`);
  }
  if (text !== undefined) {
    if (input !== undefined || set.length > 0) {
      throw invalid("--text is the whole task; leave --input and --set out.");
    }
    refuseMissing(text, `--text takes a file, or - for standard input; ${textItself(text)}`);
    return await readTextInput(text);
  }
  if (input !== undefined && !isJson(input) && !/[./\\]/.test(input)) {
    refuseMissing(input, `--input takes a file, - or JSON; ${textItself(input)}`);
  }
  const task = input === undefined ? {} : await readInput(input);
  return set.length === 0 ? task : await withMembers(task, set);
}

async function withMembers(task: unknown, set: readonly TaskMember[]): Promise<unknown> {
  if (typeof task !== "object" || task === null || Array.isArray(task)) {
    throw invalid(
      "--set sets members of an object, and the input is not one; leave out --set or --input.",
    );
  }
  // A member may be called `__proto__`.
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(task)) put(members, name, value);
  for (const { name, kind, value, inFile } of set) {
    if (inFile) refuseMissing(value, `--set ${name}=@@… gives a text that begins with @`);
    const text = inFile ? await readTextInput(value) : value;
    const source = inFile ? value : `the value of ${name}`;
    put(members, name, kind === "text" ? text : parsed(text, source));
  }
  return members;
}

/** Who gives a text where a file is named is told how that is done. */
function refuseMissing(file: string, how: string): void {
  if (file === "-" || existsSync(givenPath(file))) return;
  throw invalid(`There is no file "${clip(safeText(file), LONGEST_SHOWN)}"; ${how}.`);
}

const LONGEST_SHOWN = 40;

function textItself(text: string): string {
  const json = text.length > LONGEST_SHOWN ? `'"…"'` : shellWord(JSON.stringify(text));
  return `to give the text itself, use --input ${json}`;
}

function invalid(message: string): QuorateError {
  return new QuorateError("INPUT_INVALID", message);
}
