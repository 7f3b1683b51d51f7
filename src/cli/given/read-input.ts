import { charactersOf } from "../../model/text.ts";
import { createReadStream, existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import { givenPath } from "./given-path.ts";
import { jsonMistake } from "./json-mistake.ts";

/** The longest input that is read, in bytes. */
export const MAX_INPUT_BYTES: number = 16 * 1024 * 1024;

/**
 * The JSON in `file`, on standard input when `file` is `-`, or `file` itself where that is JSON and no name. Rejects with `INPUT_INVALID` when it cannot be
 * read, is longer than `MAX_INPUT_BYTES`, or is not JSON; the sentence says where.
 */
export async function readInput(file: string, stdin: Readable = process.stdin): Promise<unknown> {
  if (isJson(file)) return parsed(file, "what was given");
  return parsed(await readTextInput(file, stdin), sourceOf(file));
}

/** A JSON text; throws `INPUT_INVALID` where it is none. `source` says what it is, and of one line of many which one. */
export function parsed(text: string, source: string, given: "text" | "line" = "text"): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Without its cause, which repeats a piece of the input: that may be secret.
    throw invalid(`${source} is not JSON: ${whereAndWhat(text, given)}.`);
  }
}

/** An object, a list and a string are known by how they begin; of the rest a file of that name goes first. */
export function isJson(given: string): boolean {
  if (/^\s*[{["]/.test(given)) return true;
  return /^(?:null|true|false|-?\d+(?:\.\d+)?)$/.test(given) && !existsSync(givenPath(given));
}

/** The text in `file`, or on standard input when `file` is `-`. Rejects with `INPUT_INVALID` as `readInput` does. */
export async function readTextInput(
  file: string,
  stdin: Readable = process.stdin,
  maxBytes: number = MAX_INPUT_BYTES,
): Promise<string> {
  const stream = file === "-" ? stdin : createReadStream(givenPath(file));
  return readText(stream, sourceOf(file), maxBytes);
}

function sourceOf(file: string): string {
  return file === "-" ? "standard input" : file;
}

async function readText(stream: Readable, source: string, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      const part = Buffer.from(chunk as Buffer);
      bytes += part.length;
      if (bytes > maxBytes) {
        throw invalid(
          `${source} is larger than ${maxBytes / 1024 ** 2} MiB; give a smaller input.`,
        );
      }
      chunks.push(part);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof QuorateError) throw error;
    if (error instanceof TypeError) throw invalid(`${source} is not UTF-8 text.`, error);
    throw invalid(`${source} cannot be read: ${reasonOf(error)}.`, error);
  }
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "permission denied";
  return describeThrown(error);
}

const MAX_CHARACTER = 64;

function whereAndWhat(text: string, given: "text" | "line"): string {
  if (text.trim() === "") return "it is empty";
  const mistake = jsonMistake(text);
  if (mistake === undefined) return "it is nested too deeply to say where";
  const { what, offset, line, column } = mistake;
  const place = given === "line" ? `column ${column}` : `line ${line}, column ${column}`;
  switch (what) {
    case "end":
      return `it ends too early, at ${place}`;
    case "string":
      return `the string at ${place} does not end on its line`;
    case "escape":
      return `the string at ${place} has a backslash before something that JSON cannot escape`;
    case "control":
      return `the string at ${place} has a control character in it, such as a tab; write it as an escape`;
    case "character": {
      const [character] = charactersOf(text.slice(offset, offset + MAX_CHARACTER));
      return `unexpected ${JSON.stringify(character)} at ${place}`;
    }
  }
}

function invalid(message: string, cause?: unknown): QuorateError {
  return new QuorateError("INPUT_INVALID", message, cause === undefined ? {} : { cause });
}
