import type { Message, SendMessageRequest } from "@a2a-js/sdk";
import { lastQuestions, type OpenQuestion } from "../../log/questions.ts";
import type { HumanDecision } from "../../log/chosen-position.ts";
import { randomId } from "../../model/hash.ts";
import type { Json } from "../../model/json.ts";
import { clip } from "../../model/text.ts";
import type { RunSummary } from "../../store/store.ts";
import type { Supervisor } from "../../supervisor.ts";
import { ownRun, principalOf, storeOf, type RouteRequest } from "../asked.ts";
import { idOnce } from "../begin-once.ts";
import { HttpRefusal } from "../http/http-refusal.ts";
import { listed } from "../listed-team.ts";
import { decideOwn } from "../steer-run.ts";
import type { A2aSdk } from "./load.ts";
import { jsonIn, saidIn, type MessageContent } from "./parts.ts";
import { CONTEXT_TAG, contextOf } from "./tasks.ts";

/** An A2A request: the team and the caller. */
export interface A2aAsked {
  readonly sdk: A2aSdk;
  readonly asked: RouteRequest;
  /** The team whose address was asked. Without one, the message names the team, unless there is only one. */
  readonly team: Supervisor | undefined;
}

/** The run that a message is about, and the event after which its answer begins. */
export interface SentTo {
  readonly run: RunSummary;
  readonly afterSeq: number;
}

const MAX_ID_CHARS = 500;
const WHY = "answered by A2A";

/** Begins a run with a message, or takes the message as the answer that a run waits for. */
export async function send(to: A2aAsked, request: SendMessageRequest): Promise<SentTo> {
  const { RequestMalformedError } = to.sdk.errors;
  const { message } = request;
  if (message === undefined || message.messageId === "") {
    throw new RequestMalformedError("The message has no messageId; give it one of its own.");
  }
  for (const id of [message.messageId, message.contextId, message.taskId]) {
    if (id.length <= MAX_ID_CHARS) continue;
    throw new RequestMalformedError(`An id has more than ${MAX_ID_CHARS} characters.`);
  }
  return message.taskId === "" ? await begin(to, request, message) : await answer(to, message);
}

/** A run of the asked team that the caller may see; any other run counts as missing. */
export async function taskRun({ sdk, asked, team }: A2aAsked, id: string): Promise<RunSummary> {
  const run = await ownRun(asked, id).catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === "RUN_NOT_FOUND") return undefined;
    throw error;
  });
  const name = run?.supervisor.name;
  const isOurs = team === undefined ? asked.parts.teams.has(name ?? "") : name === team.name;
  if (run !== undefined && isOurs) return run;
  throw new sdk.errors.TaskNotFoundError("There is no such task.");
}

async function begin(to: A2aAsked, request: SendMessageRequest, message: Message): Promise<SentTo> {
  const { sdk, asked } = to;
  const { RequestMalformedError } = sdk.errors;
  const team = teamFor(to, [message.metadata, request.metadata]);
  const input = inputFor(to, team, message);
  const { tenant } = principalOf(asked);
  const store = storeOf(asked);
  const what = { a2a: team.name, contextId: message.contextId, input };
  const once = { key: message.messageId, tenant, asked: what };
  const { runId, forget } = await idOnce(store.values, once).catch((error: unknown) => {
    if (!(error instanceof HttpRefusal) || error.status !== 409) throw error;
    throw new RequestMalformedError(
      "A message with this messageId said something else before; give each message an id of its own.",
    );
  });
  const before = await store.run(runId);
  if (before !== undefined) return { run: before, afterSeq: 0 };
  const contextId = message.contextId === "" ? randomId() : message.contextId;
  try {
    await asked.parts.driving.start(team, input, {
      runId,
      tags: { [CONTEXT_TAG]: contextId },
      ...(tenant !== undefined && { tenant }),
    });
  } catch (error) {
    // No run has begun, so the id is free for a corrected message.
    if ((await store.run(runId)) === undefined) await forget();
    throw error;
  }
  return { run: await taskRun(to, runId), afterSeq: 0 };
}

function teamFor(
  { sdk, asked, team }: A2aAsked,
  metadata: readonly (Readonly<Record<string, unknown>> | undefined)[],
): Supervisor {
  if (team !== undefined) return team;
  const { teams } = asked.parts;
  const named = metadata.map((one) => one?.["skillId"]).find((one) => one !== undefined);
  const [only, another] = teams.values();
  const found = named === undefined && another === undefined ? only : teams.get(String(named));
  if (found !== undefined) return found;
  const names = [...teams.keys()].map((name) => JSON.stringify(name)).join(", ");
  throw new sdk.errors.RequestMalformedError(
    `The message does not say which team it is for; name one in its metadata, as skillId: ${names}.`,
  );
}

/** The task in a message: its value, or its text, which is parsed as JSON if the team's schema takes objects or lists. */
function inputFor(to: A2aAsked, team: Supervisor, message: Message): unknown {
  const said = saidOrRefused(to, message);
  if ("data" in said) return said.data;
  const { type } = Object(listed(team).input) as { readonly type?: unknown };
  const takesText = type !== "object" && type !== "array";
  return takesText ? said.text : (jsonIn(said.text)?.data ?? said.text);
}

function saidOrRefused({ sdk }: A2aAsked, message: Message): MessageContent {
  const said = saidIn(message);
  if (said !== undefined) return said;
  throw new sdk.errors.ContentTypeNotSupportedError(
    "A message has texts, or one part with data; files are not accepted, nor texts and data together.",
  );
}

/** Takes a message as the decision that a run waits for. */
async function answer(to: A2aAsked, message: Message): Promise<SentTo> {
  const { sdk, asked } = to;
  const run = await taskRun(to, message.taskId);
  if (message.contextId !== "" && message.contextId !== contextOf(run)) {
    throw new sdk.errors.RequestMalformedError("The task is of another contextId.");
  }
  if (run.status !== "waiting") {
    throw new sdk.errors.UnsupportedOperationError(
      `The task takes a message only while it asks for one, and it is ${run.status}.`,
    );
  }
  const { open } = lastQuestions(await storeOf(asked).read(run.runId));
  const decision = decisionIn(to, message, open);
  await decideOwn(asked, run, decision);
  return { run: await taskRun(to, run.runId), afterSeq: run.events };
}

function decisionIn(to: A2aAsked, message: Message, open: readonly OpenQuestion[]): HumanDecision {
  const said = saidOrRefused(to, message);
  const given = "data" in said ? (Object(said.data) as Partial<HumanDecision>) : undefined;
  if (given?.subject !== undefined) return checked(to, given);
  const [question, another] = open;
  if (question === undefined || another !== undefined) {
    throw new to.sdk.errors.RequestMalformedError(
      "The task asks about several things; answer with data { subject, winner, why }, one at a time.",
    );
  }
  const { subject, positions } = question.verdict;
  if (given !== undefined && ("winner" in given || "index" in given)) {
    return checked(to, { ...given, subject });
  }
  const words = "data" in said ? JSON.stringify(said.data) : said.text;
  const index = positions.findIndex(({ value }) => isMeant(value, words));
  if (index !== -1) return { subject, index, why: WHY };
  const values = positions.map(({ value }) => clip(JSON.stringify(value), 200)).join(", ");
  throw new to.sdk.errors.RequestMalformedError(
    `The answer is not one of the positions that the task asks about: ${values}.`,
  );
}

function isMeant(value: Json, words: string): boolean {
  const fold = (text: string): string => text.trim().toLowerCase();
  return [JSON.stringify(value), String(value)].some((one) => fold(one) === fold(words));
}

/** Checks the form of a decision; the run checks its content. */
function checked({ sdk }: A2aAsked, given: Partial<HumanDecision>): HumanDecision {
  const { subject, winner, index, why = WHY, by, team, question } = given;
  const texts: readonly unknown[] = [subject, why, by ?? "", team ?? ""];
  const numbers: readonly unknown[] = [index ?? 0, question ?? 0];
  if (
    !texts.every((one) => typeof one === "string") ||
    !numbers.every((one) => Number.isSafeInteger(one)) ||
    (typeof by === "string" && by.length > 200)
  ) {
    throw new sdk.errors.RequestMalformedError(
      "The answer cannot be read; use data { subject, winner, why }.",
    );
  }
  return {
    subject: subject as string,
    why,
    ...(winner !== undefined && { winner }),
    ...(index !== undefined && { index }),
    ...(by !== undefined && { by }),
    ...(team !== undefined && { team }),
    ...(question !== undefined && { question }),
  };
}
