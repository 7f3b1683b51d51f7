import { describeThrown, QuorateError } from "../model/errors.ts";
import { fields } from "../model/record.ts";
import { lastDocument } from "../prompt/last-document.ts";
import {
  causedBy,
  forGood,
  named,
  serviceFailed,
  tailOf,
  withoutFrames,
} from "../program/failure.ts";
import { textIn } from "../program/coding-agent.ts";
import type { Program, ProgramExit } from "../program/start-program.ts";

/** The protocol's code for a missing login. */
const AUTH_REQUIRED = -32_000;

const NO_LOGIN =
  /not logged in|please run \/login|authentication required|(?:invalid|incorrect) (?:x-)?api[- ]key|api key not valid|unauthori[sz]ed|missing environment variable/i;

/** The HTTP status of the agent's service, as agents' messages mention it. */
const STATUS = /\b(?:HTTP|status|status code|API Error|rejected)\W{1,3}([45]\d\d)\b/i;

/** Prefixes of messages that add nothing to the reason. */
const PREAMBLE = /^(?:internal error: )?(?:api error: )?/i;

/** One sentence for a failed request to an agent. `login`: how its user logs in. */
export function requestFailed(agent: string, login: string, thrown: unknown): QuorateError {
  const { code, message, data } = fields(thrown);
  const words = messageIn(typeof message === "string" ? message : "");
  const said = [words, detailsIn(data)].filter((one) => one !== "").join(": ");
  if (code === AUTH_REQUIRED) return noLogin(agent, login, said);
  return turnFailed(agent, login, said, statusIn(data) ?? code);
}

/** One sentence for a turn that the agent says failed; `status`: its HTTP status, if known. */
export function turnFailed(
  agent: string,
  login: string,
  said: string,
  status?: unknown,
): QuorateError {
  // Codex says no more than that about a failing service.
  const told = /experiencing high demand/i.test(said) ? 500 : Number(STATUS.exec(said)?.[1]);
  const http = isStatus(status) ? status : told;
  if (http === 401 || NO_LOGIN.test(said)) return noLogin(agent, login, said);
  const why = said.trim() === "" ? "it does not say why" : said;
  return serviceFailed(`${agent} failed: ${tailOf(why.replace(PREAMBLE, ""))}`, http);
}

const noLogin = (agent: string, login: string, said: string): QuorateError =>
  forGood(`${agent} is not logged in; ${login}`, said === "" ? "no login" : said);

const isStatus = (status: unknown): status is number =>
  typeof status === "number" && status >= 400 && status < 600;

/** A message; if it is a service's JSON answer, the message in it. */
function messageIn(message: string): string {
  const found = fields(message.startsWith("{") ? lastDocument(message)?.value : undefined);
  return textIn(found["error"], "message") || textIn(found, "message") || message;
}

/** The text in an error's data, if there is one. */
function detailsIn(data: unknown): string {
  if (typeof data === "string") return data;
  for (const part of ["details", "message", "error", "reason"]) {
    const found = fields(data)[part];
    if (typeof found === "string" && found !== "") return found;
    if (textIn(found, "message") !== "") return textIn(found, "message");
  }
  return "";
}

const statusIn = (data: unknown): unknown =>
  ["status", "statusCode", "httpStatus"].map((name) => fields(data)[name]).find(isStatus);

/** The error for an agent that ended, or closed its output, before it answered. */
export function diedEarly(
  { agent, command }: Program,
  { exitCode, endedBy }: ProgramExit,
  wasStopped: boolean,
  stderr: string,
): QuorateError {
  const how = wasStopped
    ? "closed its output"
    : endedBy === undefined
      ? `ended with exit code ${exitCode}`
      : `was terminated by ${endedBy}`;
  const tail = tailOf(withoutFrames(stderr));
  const said = tail === "" ? "it said nothing" : `it said: ${tail}`;
  const why = `${agent}: ${named(command)} ${how} before it answered`;
  return new QuorateError("AGENT_FAILED", `${why}; run it by hand to see why; ${said}`, {
    cause: causedBy(how, { exitCode, signal: endedBy }),
  });
}

/** The error for something that an agent cannot do, now or later. */
export function notAble(message: string): QuorateError {
  return forGood(message, message);
}

/** The error for a user's policy that failed to decide. */
export function undecided(agent: string, cause: unknown): QuorateError {
  if (cause instanceof QuorateError) return cause;
  const why = `${agent}: its permissions function failed: ${describeThrown(cause)}`;
  return new QuorateError("AGENT_FAILED", why, { cause });
}

/** The error for an agent that wrote a message too large to hold in memory. */
export function lineTooLong(agent: string, cause: Error): QuorateError {
  const why = `${agent} wrote a message that is too large, and was stopped; ask for less`;
  return new QuorateError("OUTPUT_TOO_LARGE", `${why}: ${tailOf(cause.message)}`, { cause });
}
