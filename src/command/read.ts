import { object } from "../check/kinds.ts";
import { hear } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { shown } from "../check/shown.ts";
import { tailOf } from "../program/failure.ts";
import { jsonIn, unreadable, withoutMark } from "../prompt/json-answer.ts";

/** What a program did: its output, its exit code and its folder. */
export interface Ran {
  /** What it wrote to standard output, as UTF-8. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** The folder it ran in. It still exists, even if it is a temporary one. */
  readonly cwd: string;
}

/** Makes an answer from a program's output. If it throws, the attempt has failed. */
export type Read<Answer = unknown> = (ran: Ran) => Answer | Promise<Answer>;

/** The error for an exit code that the reader does not accept. */
export class UnreadExit extends Error {
  constructor(code: number) {
    super(`exit code ${code} is not listed as an answer`);
  }
}

/** Standard output without the line breaks at its end. An exit code other than 0 is a failure. */
export function text(ran: Ran): string {
  succeeded(ran);
  // Looks at each row of line breaks once, and not again from each of them.
  return withoutMark(ran.stdout).replace(/(?<![\r\n])[\r\n]+$/, "");
}

/** All of standard output as one JSON document. An exit code other than 0 is a failure. */
export function json(ran: Ran): unknown {
  succeeded(ran);
  const document = withoutMark(ran.stdout);
  try {
    return JSON.parse(document) as unknown;
  } catch (cause) {
    throw unreadable(`what it printed is not a JSON document: ${said(cause)}`, cause);
  }
}

/**
 * The last JSON document in standard output, which may be within prose or a Markdown fence. A document on lines of its own is preferred,
 * then an object: notes and warnings contain brackets, too. An exit code other than 0 is a failure.
 */
export function lastJson(ran: Ran): unknown {
  succeeded(ran);
  return jsonIn(ran.stdout);
}

/** The position that an exit code stands for, and the end of what the program printed. */
export interface ByExitCode<Position> {
  readonly recommendation: Position;
  readonly exitCode: number;
  /** The end of standard output, or of standard error if that is empty; one line, at most 500 characters. */
  readonly evidence: string;
}

/**
 * Reads an exit code as a position: `exitCode({ 0: "ship", 1: "hold" })`. A code that is not listed is a failed attempt. Throws `BAD_OPTIONS`
 * if a key is not an exit code.
 */
export function exitCode<const Position extends string | number | boolean>(
  positions: Readonly<Record<number, Position>>,
): Read<ByExitCode<Position>> {
  object('use { 0: "ship", 1: "hold" }').needed().take(positions, "what exitCode is given");
  const known = new Map<number, Position>();
  for (const [code, position] of Object.entries(positions)) {
    if (!/^\d{1,10}$/.test(code) || !["string", "number", "boolean"].includes(typeof position)) {
      hear(positions);
      throw new QuorateError(
        "BAD_OPTIONS",
        `exitCode has ${shown(code)} as ${shown(position)}; use whole numbers, each with a text, a number or a boolean`,
      );
    }
    known.set(Number(code), position);
  }
  if (known.size === 0) {
    throw new QuorateError("BAD_OPTIONS", 'exitCode is empty; use { 0: "ship", 1: "hold" }');
  }
  return (ran) => {
    checkRan(ran);
    const recommendation = known.get(ran.exitCode);
    if (recommendation === undefined) throw new UnreadExit(ran.exitCode);
    const { stdout, stderr } = ran;
    const evidence = tailOf(stdout.trim() === "" ? stderr : stdout);
    return { recommendation, exitCode: ran.exitCode, evidence };
  };
}

/** Throws for an exit code other than 0. */
export function succeeded(ran: Ran): void {
  checkRan(ran);
  if (ran.exitCode !== 0) throw new UnreadExit(ran.exitCode);
}

/** Throws `BAD_OPTIONS` if `ran` is not a program's result: users may call a reader directly. */
export function checkRan(ran: Ran): void {
  const use = "use what a reader is given: { stdout, stderr, exitCode, cwd }";
  object(use).needed().take(ran, "what a reader is given");
  const { stdout, stderr, exitCode } = ran as Readonly<Record<keyof Ran, unknown>>;
  if (typeof stdout === "string" && typeof stderr === "string" && Number.isInteger(exitCode))
    return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `what a reader is given has no output or exit code; ${use}`,
  );
}

const said = (cause: unknown): string => (cause instanceof Error ? tailOf(cause.message) : "");
