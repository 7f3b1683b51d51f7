import { describeThrown, QuorateError } from "../model/errors.ts";
import { fields } from "../model/record.ts";
import { lastDocument } from "../prompt/last-document.ts";
import { causedBy, forGood, named, serviceFailed, tailOf } from "../program/failure.ts";
import { textIn } from "../program/coding-agent.ts";
import type { Program, ProgramExit } from "../program/start-program.ts";

/** What the protocol has for a login that is missing. */
const AUTH_REQUIRED = -32_000;

const NO_LOGIN =
  /not logged in|please run \/login|authentication required|(?:invalid|incorrect) (?:x-)?api[- ]key|api key not valid|unauthori[sz]ed|missing environment variable/i;

/** How the words of agents say which HTTP status their service answered with. */
const STATUS = /\b(?:HTTP|status|status code|API Error|rejected)\W{1,3}([45]\d\d)\b/i;

/** What nobody needs to be told before the reason. */
const PREAMBLE = /^(?:internal error: )?(?:api error: )?/i;

/** Makes one sentence of what a request to an agent failed with. `login`: how its user logs in. */
export function requestFailed(agent: string, login: string, thrown: unknown): QuorateError {
  const { code, message, data } = fields(thrown);
  const words = messageIn(typeof message === "string" ? message : "");
  const said = [words, detailsIn(data)].filter((one) => one !== "").join(": ");
  if (code === AUTH_REQUIRED) return noLogin(agent, login, said);
  return turnFailed(agent, login, said, statusIn(data) ?? code);
}

/** Makes one sentence of how an agent says that its turn failed; `status`: the HTTP status of that, where it is one. */
export function turnFailed(
  agent: string,
  login: string,
  said: string,
  status?: unknown,
): QuorateError {
  // Of a service that fails, Codex says no more than that.
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

/** A message; where that is the JSON that a service answered with, the message in it. */
function messageIn(message: string): string {
  const found = fields(message.startsWith("{") ? lastDocument(message)?.value : undefined);
  return textIn(found["error"], "message") || textIn(found, "message") || message;
}

/** What stands in the data of an error, if it is a text. */
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

/** An agent that ended, or closed its output, before it answered. */
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
      : `was ended by ${endedBy}`;
  const tail = tailOf(stderr);
  const said = tail === "" ? "it said nothing" : `it said: ${tail}`;
  const why = `${agent}: ${named(command)} ${how} before it answered`;
  return new QuorateError("AGENT_FAILED", `${why}; run it by hand to see why; ${said}`, {
    cause: causedBy(how, { exitCode, signal: endedBy }),
  });
}

/** What an agent is not able to do, and would not be the next time. */
export function notAble(message: string): QuorateError {
  return forGood(message, message);
}

/** A policy of the user's that did not come to an answer. */
export function undecided(agent: string, cause: unknown): QuorateError {
  if (cause instanceof QuorateError) return cause;
  const why = `${agent}: permissions could not decide: ${describeThrown(cause)}`;
  return new QuorateError("AGENT_FAILED", why, { cause });
}

/** An agent that wrote a message that nobody would want to hold in memory. */
export function lineTooLong(agent: string, cause: Error): QuorateError {
  const why = `${agent} wrote a message that is too large and was ended; ask less of it`;
  return new QuorateError("OUTPUT_TOO_LARGE", `${why}: ${tailOf(cause.message)}`, { cause });
}
