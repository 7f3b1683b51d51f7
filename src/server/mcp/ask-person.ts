import type { ServerContext } from "@modelcontextprotocol/server";
import { lastQuestions, type OpenQuestion } from "../../log/questions.ts";
import { clip, plain } from "../../model/text.ts";
import { runNamed, storeOf, type RunAsker } from "../asked.ts";
import { decideOwn } from "../steer-run.ts";
import type { RunSummary } from "../../store/store.ts";
import type { McpCaller } from "./caller.ts";
import type { McpRun } from "./run-answer.ts";

/** The most questions in one request; the rest follow. */
const MAX_QUESTIONS = 5;
const MAX_POSITIONS = 50;
const MAX_POSITION_CHARS = 200;
const MAX_SUBJECT_CHARS = 1_000;
const MAX_WHY_CHARS = 2_000;
const MAX_STATE_CHARS = 1_000;

/** The state that is sent with the questions and returned with the answers. A client that changes it can only name another run, which is checked. */
interface AskedState {
  readonly runId: string;
  /** The event that asked the questions, to recognise answers to older ones. */
  readonly askedAt: number;
}

/** The questions of a waiting run, for the person at the client. */
export function personAsked({ sdk }: McpCaller, run: McpRun): ReturnType<typeof sdk.inputRequired> {
  const { inputRequired } = sdk;
  const state: AskedState = { runId: run.report.runId, askedAt: run.askedAt };
  const asked = run.open.slice(0, MAX_QUESTIONS);
  const requests = asked.map((one, at) => {
    const names = positionNames(one);
    return [
      keyOf(one, at),
      inputRequired.elicit({
        message: questionText(one, names),
        requestedSchema: {
          type: "object",
          properties: {
            winner: { type: "string", title: "Decision", enum: [...names] },
            why: { type: "string", title: "Why", maxLength: MAX_WHY_CHARS },
          },
          required: ["winner"],
        },
      }),
    ] as const;
  });
  return inputRequired({
    inputRequests: Object.fromEntries(requests),
    requestState: JSON.stringify(state),
  });
}

/** The run whose questions a call answers; `undefined` for a call that begins a run. */
export function answeredRun(ctx: ServerContext): AskedState | undefined {
  const given: unknown = ctx.mcpReq.requestState();
  if (typeof given !== "string" || given.length > MAX_STATE_CHARS) return undefined;
  try {
    const { runId, askedAt } = Object(JSON.parse(given)) as Partial<AskedState>;
    return typeof runId === "string" && typeof askedAt === "number"
      ? { runId, askedAt }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The person's answers to a run's questions, without the declined ones. */
export function answersIn(
  caller: McpCaller,
  ctx: ServerContext,
  run: McpRun,
): readonly PersonAnswer[] {
  return run.open.slice(0, MAX_QUESTIONS).flatMap((question, at) => {
    const content = caller.sdk.acceptedContent(ctx.mcpReq.inputResponses, keyOf(question, at));
    const index = positionNames(question).indexOf(String(content?.["winner"]));
    if (index < 0) return [];
    const { why: given } = content ?? {};
    const why = typeof given === "string" && given.trim() !== "" ? given : "no reason given";
    return [{ question, index, why: clip(why, MAX_WHY_CHARS) }];
  });
}

interface PersonAnswer {
  readonly question: OpenQuestion;
  /** The index of the position. */
  readonly index: number;
  readonly why: string;
}

/** Records the person's answers one by one: after each one the run continues, and asks the rest again. Resolves to the last event before the last answer. */
export async function takeAnswers(
  caller: McpCaller,
  run: RunSummary,
  answers: readonly PersonAnswer[],
  by: string,
): Promise<number> {
  let now = run;
  for (const [at, { question, index, why }] of answers.entries()) {
    let open: OpenQuestion | undefined = question;
    if (at > 0) {
      await caller.parts.driving.underWay(run.runId);
      now = await runNamed(caller, run.runId);
      open = lastQuestions(await storeOf(caller).read(run.runId)).open.find((one) =>
        isSame(one, question),
      );
    }
    if (open !== undefined) await decideOne(caller, now, open, { index, why, by });
  }
  return now.events;
}

/** Whether a question is the same one, asked again. */
function isSame(one: OpenQuestion, other: OpenQuestion): boolean {
  const of = ({ team, teamAttempt, verdict: { subject, positions } }: OpenQuestion): string =>
    JSON.stringify([team, teamAttempt, subject, positions.map(({ value }) => value)]);
  return of(one) === of(other);
}

/** Records a decision about a question, by the index of the position. */
export function decideOne(
  asking: RunAsker,
  run: RunSummary,
  { verdict, question, team }: OpenQuestion,
  decision: { readonly index: number; readonly why: string; readonly by: string },
): Promise<"recorded" | "left"> {
  const { index, why, by } = decision;
  return decideOwn(asking, run, {
    subject: verdict.subject,
    index,
    why,
    by,
    ...(question !== undefined && { question }),
    ...(team !== undefined && { team }),
  });
}

const keyOf = ({ question }: OpenQuestion, at: number): string => `question_${question ?? at}`;

/** Distinct names for the positions of a question, in order. */
export function positionNames({ verdict }: OpenQuestion): readonly string[] {
  const texts = verdict.positions
    .slice(0, MAX_POSITIONS)
    .map(({ value }) =>
      clip(
        plain(typeof value === "string" ? value : JSON.stringify(value)).trim(),
        MAX_POSITION_CHARS,
      ),
    );
  return texts.map((text, at) =>
    text === "" || texts.indexOf(text) !== texts.lastIndexOf(text) ? `${at + 1}. ${text}` : text,
  );
}

function questionText({ verdict }: OpenQuestion, names: readonly string[]): string {
  const held = verdict.positions.slice(0, MAX_POSITIONS).map(({ heldBy }, at) => {
    const who = heldBy.map(({ agent }) => agent).join(", ");
    return `- ${names[at]}${who === "" ? "" : ` (${who})`}`;
  });
  const subject = clip(plain(verdict.subject), MAX_SUBJECT_CHARS);
  return [`The agents do not agree about: ${subject}`, ...held, "What is right?"].join("\n");
}
