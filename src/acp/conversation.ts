import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type * as Sdk from "@agentclientprotocol/sdk";
import { QuorateError } from "../model/errors.ts";
import { fields, type Fields } from "../model/record.ts";
import { clipWords, plain } from "../model/text.ts";
import { startProgram, type Program } from "../program/start-program.ts";
import { textIn } from "../program/coding-agent.ts";
import { diedEarly, lineTooLong, requestFailed, undecided } from "./failure.ts";
import { answerRequest, type Permissions } from "./permissions.ts";
import { openSession, type SessionSetup } from "./session.ts";
import { transcript, type Spoken } from "./transcript.ts";
import { wire } from "./wire.ts";

/** One question to an agent that speaks the protocol. */
export interface AcpQuestion {
  readonly program: Program;
  readonly setup: SessionSetup;
  readonly prompt: string;
  /** The folder that it works in; its session may be in another one. */
  readonly worksIn: string;
  readonly permissions: Permissions;
  /** How its user logs in, for a message. */
  readonly loginHint: string;
  /** How long it may take to end its turn after it was told to cancel, before its processes are told to stop, in ms. */
  readonly cancelMs: number;
  readonly emit: (value: unknown) => void;
  /** Called once, however the attempt ended, with the agent's response to the prompt (empty if none) and the last cost that it reported. */
  readonly used: (response: Fields, cost: unknown) => void;
}

/** What an agent said. */
export interface SaidByAgent extends Spoken {
  readonly stopReason: string;
  /** The agent's whole response to the prompt. */
  readonly response: Fields;
}

/** Only the end of a program's standard error is kept. */
const MAX_STDERR_CHARS = 16_384;

/**
 * Starts an agent, asks it once, and resolves with what it said when its processes have ended.
 *
 *     start → initialize → (authenticate) → session/new → settings, model, mode → prompt → end
 *
 * If the signal aborts during the prompt, the agent is told to cancel and has `cancelMs` for that. Then, or at once at any other time, its
 * processes are told to stop, and killed if they do not. The promise rejects with the signal's reason when they have ended.
 */
export async function converse(question: AcpQuestion): Promise<SaidByAgent> {
  const { program, setup, emit } = question;
  const { agent, signal, maxBytes } = program;
  const sdk = await loadSdk(agent);
  using child = await startProgram(program);
  const stderr = tailOf(child.stderr);
  const over = new AbortController();
  const said = transcript({ agent, maxBytes, toolUsed: (tool) => show("uses", tool) });
  const talk = wire(child, { agent, makeStream: sdk.ndJsonStream, update: said.take });
  let shows = 0;
  function show(
    does: string,
    { kind, title }: { readonly kind: string; readonly title: string },
  ): void {
    if (shows++ < MOST_SHOWS) emit({ does, kind, title: clipWords(plain(title), MAX_TITLE) });
  }
  async function permit(given: unknown): Promise<object> {
    try {
      const to = { cwd: question.worksIn, signal: over.signal };
      const { allowed, request, outcome } = await answerRequest(question.permissions, given, to);
      show(allowed ? "may" : "may not", request);
      if (allowed && request.kind === "switch_mode") said.holdTo(undefined);
      return { outcome };
    } catch (thrown) {
      // A policy that failed has permitted nothing.
      connection.close(undecided(agent, thrown));
      return { outcome: { outcome: "cancelled" } };
    }
  }
  const connection = sdk
    .client({ name: "quorate" })
    .onRequest("session/request_permission", asItIs, ({ params }) => permit(params))
    .connect(talk);
  const ended = child.ended();
  const gone = ended.then(
    () => connection.close(),
    (thrown: unknown) => connection.close(thrown),
  );
  let sessionId: string | undefined;
  let patience: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    if (sessionId === undefined) return child.stop();
    connection.agent.notify("session/cancel", { sessionId }).catch(() => {});
    patience = setTimeout(() => child.stop(), question.cancelMs);
  };
  let response: Fields = {};
  let wasStopped = false;
  let failure: unknown;
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    const open = await openSession(connection.agent, setup);
    signal.throwIfAborted();
    talk.follow(open.sessionId);
    if (open.mode !== undefined) said.holdTo(open.mode);
    const prompt = [{ type: "text" as const, text: question.prompt }];
    const answering = connection.agent.request("session/prompt", {
      sessionId: open.sessionId,
      prompt,
    });
    ({ sessionId } = open);
    response = fields(await answering);
  } catch (thrown) {
    failure = thrown;
    const isTold = [QuorateError, sdk.RequestError, sdk.MessageTooLargeError].some(
      (kind) => thrown instanceof kind,
    );
    // An agent that closed its output is about to end, and its exit says why.
    if (!isTold && !signal.aborted) wasStopped = !(await within(gone, END_MS));
  } finally {
    signal.removeEventListener("abort", cancel);
    clearTimeout(patience);
    over.abort();
    child.stdin.end();
    child.stop();
    await gone;
    question.used(response, said.cost);
  }
  signal.throwIfAborted();
  if (failure === undefined) {
    return { ...said.spoken(), stopReason: textIn(response, "stopReason"), response };
  }
  if (failure instanceof QuorateError) throw failure;
  if (failure instanceof sdk.RequestError) throw requestFailed(agent, question.loginHint, failure);
  const exit = await ended;
  if (failure instanceof sdk.MessageTooLargeError) throw lineTooLong(agent, failure);
  throw diedEarly(program, exit, wasStopped, stderr());
}

const MOST_SHOWS = 1_000;
const MAX_TITLE = 500;
const END_MS = 1_000;

/** Passes the parameters on unparsed: the handler reads them, so that a form unknown to the SDK is still answered. */
const asItIs = (params: unknown): unknown => params;

/** Resolves with whether the event happens within this time. */
async function within(event: Promise<void>, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const isThere = await Promise.race([
    event.then(() => true),
    sleep(ms, false, { signal: patience.signal }).catch(() => false),
  ]);
  patience.abort();
  return isThere;
}

/** Reads a program's standard error; the returned function gives its end. */
function tailOf(stderr: Readable): () => string {
  let tail = "";
  stderr.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString("utf8")).slice(-MAX_STDERR_CHARS);
  });
  return () => tail;
}

async function loadSdk(agent: string): Promise<typeof Sdk> {
  try {
    return await import("@agentclientprotocol/sdk");
  } catch (cause) {
    throw new QuorateError(
      "AGENT_FAILED",
      `${agent} needs the package @agentclientprotocol/sdk; install it with npm install @agentclientprotocol/sdk zod`,
      { cause },
    );
  }
}
