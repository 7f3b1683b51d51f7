import { stripVTControlCharacters } from "node:util";
import { QuorateError } from "../model/errors.ts";
import { clip, lastWords } from "../model/text.ts";
import type { Program, ProgramExit } from "./start-program.ts";

/** How a program ended, and its output. */
export interface ProgramEnd extends ProgramExit {
  readonly stdout: string;
  readonly stderr: string;
}

type NamedProgram = Pick<Program, "agent" | "command" | "install">;

const MAX_SAID = 500;

/** The end of a program's output, in one line; control characters are escaped. */
export function tailOf(text: string): string {
  // Cut first, so that a long output is not processed whole.
  const plain = stripVTControlCharacters(lastWords(text, MAX_SAID * 8)).trim();
  const tail = lastWords(plain, MAX_SAID);
  return tail.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return character === "\n" ? " ⏎ " : `\\u{${code.toString(16)}}`;
  });
}

// `    at run (file:///x.js:1:2)`, `	... 12 more`, `Node.js v26.1.0`: where it was, and not why.
const FRAME = /^\s+at \S.*$|^\s+\.{3} (?:\d+ more|collapsed \d+ .*)$|^Node\.js v\d[\d.]*\s*$/;

/** The output of a program without the frames of stacks, which stand behind the reason and would push it out. Unchanged if nothing else is there. */
export function withoutFrames(text: string): string {
  const lines = text.split("\n");
  const kept = lines.filter((line) => !FRAME.test(line));
  return kept.length === lines.length || kept.join("").trim() === "" ? text : kept.join("\n");
}

function said({ stderr, stdout }: Pick<ProgramEnd, "stderr" | "stdout">): string {
  const tail = tailOf(withoutFrames(stderr.trim() === "" ? stdout : stderr));
  return tail === "" ? "it printed nothing" : `it printed: ${tail}`;
}

/** The error behind a failure, with what the classifier reads. */
export function causedBy(message: string, details: object): Error {
  return Object.assign(new Error(message), details);
}

export const named = (command: string): string => `"${clip(tailOf(command), 100)}"`;

/** The error for a program that could not be started. */
export function cannotStart(
  { agent, command, cwd, install }: Program,
  cause: unknown,
  hasFolder: boolean,
): QuorateError {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  const why = hasFolder ? whyNot(code) : `its folder ${named(cwd)} is not there`;
  const mend = !hasFolder
    ? "give cwd a folder that exists"
    : code === "EACCES"
      ? `make it executable: chmod +x ${command}`
      : code === "ENOENT"
        ? `${install === undefined ? "install it" : `install it with ${install}`}, or give the path of the program as command`
        : "run it by hand to see why";
  return new QuorateError(
    "AGENT_FAILED",
    `${agent} cannot start ${named(command)}: ${why}; ${mend}`,
    {
      // The next attempt would fail in the same way, unless the system is short of something.
      cause: causedBy(`spawn ${tailOf(command)} ${String(code)}`, {
        code,
        syscall: "spawn",
        cause,
        ...(code !== "EAGAIN" && code !== "EMFILE" && code !== "ENFILE" && { retryable: false }),
      }),
    },
  );
}

/** Whether the program of this failure was never started, so that it used nothing. */
export function isNotStarted(thrown: unknown): boolean {
  if (!(thrown instanceof QuorateError)) return false;
  return (thrown.cause as { readonly syscall?: unknown } | undefined)?.syscall === "spawn";
}

function whyNot(code: unknown): string {
  switch (code) {
    case "ENOENT":
      return "there is no such program on its PATH";
    case "EACCES":
      return "this user may not execute it";
    case "E2BIG":
      return "its arguments are too long";
    default:
      return `the system says ${String(code)}`;
  }
}

/** The error for a program that was ended because it wrote too much. */
export function tooMuch({ agent, command, maxBytes }: Program, stream: string): QuorateError {
  const where = `${agent}: ${named(command)} wrote more than ${maxBytes} bytes to its ${stream}`;
  return new QuorateError(
    "OUTPUT_TOO_LARGE",
    `${where} and was stopped; raise maxBytes, or have it write less`,
  );
}

/** The error for a program that was killed, or whose exit code is not read as an answer. */
export function badEnd({ agent, command }: NamedProgram, told: ProgramEnd): QuorateError {
  const { exitCode, endedBy } = told;
  if (endedBy !== undefined) {
    const why = endedBy === "SIGKILL" ? `${endedBy}, perhaps because memory ran out` : endedBy;
    return new QuorateError(
      "AGENT_FAILED",
      `${agent}: ${named(command)} was terminated by ${why}; run it by hand to see why; ${said(told)}`,
      { cause: causedBy(`terminated by ${endedBy}`, { signal: endedBy }) },
    );
  }
  return new QuorateError(
    "AGENT_FAILED",
    `${agent}: ${named(command)} exited with ${exitCode}, which is not listed as an answer; correct what it complains about, or list that exit code in read; ${said(told)}`,
    { cause: causedBy(`exit code ${exitCode}`, { exitCode, command }) },
  );
}

/** A failure that the next attempt would repeat, such as a missing login or setting. */
export function forGood(message: string, detail: string): QuorateError {
  const cause = causedBy(tailOf(detail), { retryable: false });
  return new QuorateError("AGENT_FAILED", message, { cause });
}

/** A failure that a service reported, with its HTTP status if that is known. */
export function serviceFailed(message: string, status?: unknown): QuorateError {
  const isStatus = typeof status === "number" && status >= 400 && status < 600;
  const said = tailOf(message);
  const http = isStatus && !said.includes(String(status)) ? ` (HTTP ${status})` : "";
  const cause = causedBy(said, isStatus ? { status } : {});
  return new QuorateError("AGENT_FAILED", `${said}${http}`, { cause });
}
