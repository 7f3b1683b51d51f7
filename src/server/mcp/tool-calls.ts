import type { CallToolResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import type { RunEvent } from "../../model/events.ts";
import { principalOf, runNamed, storeOf } from "../asked.ts";
import { cancelOwn } from "../steer-run.ts";
import {
  answeredRun,
  answersIn,
  decideOne,
  personAsked,
  positionNames,
  takeAnswers,
} from "./ask-person.ts";
import { allows, canElicit, clientName, refusedCall, type McpCaller } from "./caller.ts";
import { progressTeller } from "./progress.ts";
import { readRun, runResult } from "./run-answer.ts";
import { OWN_TOOLS, type TeamTool } from "./team-tools.ts";
import { watchRun } from "../watch-run.ts";

/** One call of a tool, and the server that it came to. */
export interface ToolCall {
  readonly caller: McpCaller;
  readonly server: McpServer;
  readonly ctx: ServerContext;
}

type CallAnswer = CallToolResult | ReturnType<typeof personAsked>;

/** Makes a failure the call's result, in one sentence; a call that was cancelled has no result. */
async function answered(
  { caller, ctx }: ToolCall,
  what: string,
  answer: () => Promise<CallAnswer>,
): Promise<CallAnswer> {
  try {
    return await answer();
  } catch (error) {
    if (ctx.mcpReq.signal.aborted) throw error;
    return refusedCall(caller, what, error);
  }
}

/** Gives a task to a team, or resumes a run whose questions were answered. */
export function askTeam(call: ToolCall, tool: TeamTool, given: unknown): Promise<CallAnswer> {
  const { caller, ctx } = call;
  return answered(call, `the tool ${tool.name}`, async () => {
    const before = answeredRun(ctx);
    if (before !== undefined) return afterAnswers(call, tool, before);
    const { tenant } = principalOf(caller);
    const task = tool.taskOf(Object(given) as Readonly<Record<string, unknown>>);
    const runId = await caller.parts.driving.start(
      tool.team,
      task,
      tenant === undefined ? {} : { tenant },
    );
    return watched(call, runId, 0, true);
  });
}

async function afterAnswers(
  call: ToolCall,
  tool: TeamTool,
  { runId, askedAt }: { readonly runId: string; readonly askedAt: number },
): Promise<CallAnswer> {
  const { caller, server, ctx } = call;
  const summary = await runNamed(caller, runId);
  const run = await readRun(storeOf(caller), summary);
  // Answers for another team or to older questions decide nothing.
  const isAsked = summary.supervisor.name === tool.team.name && run.askedAt === askedAt;
  if (!isAsked) return told(call, runId);
  const answers = allows(caller, "decide") ? answersIn(caller, ctx, run) : [];
  if (answers.length === 0) {
    return runResult(run, "The person did not decide; the run keeps waiting.");
  }
  const by = `a person at ${clientName(caller, server, ctx)}`;
  const afterSeq = await takeAnswers(caller, summary, answers, by);
  return watched(call, runId, afterSeq, true);
}

/** Waits for a run, reports its progress, and answers with its state. */
async function watched(
  call: ToolCall,
  runId: string,
  afterSeq: number,
  isOwn: boolean,
  withinMs: number | undefined = call.caller.options.answerWithinMs,
): Promise<CallAnswer> {
  const { caller, ctx } = call;
  const { signal } = ctx.mcpReq;
  try {
    await watchRun(caller, { runId, afterSeq, signal, withinMs, onEvent: tellingOf(ctx) });
  } catch (error) {
    if (signal.aborted && isOwn && isCancel(call)) {
      await cancelOwn(
        caller,
        await runNamed(caller, runId),
        `${clientName(caller, call.server, ctx)} cancelled the call`,
      );
    }
    throw error;
  }
  return told(call, runId);
}

/** Whether the client cancelled; a lost connection or a stopping server leaves the run to be resumed. */
function isCancel({ caller, ctx }: ToolCall): boolean {
  if (caller.parts.stopping.aborted) return false;
  const reason: unknown = ctx.mcpReq.signal.reason;
  const isClosed =
    reason instanceof caller.sdk.SdkError &&
    reason.code === caller.sdk.SdkErrorCode.ConnectionClosed;
  return caller.closeCancels || !isClosed;
}

/** The state of a run; if it waits for a person who can be asked through the client, its questions. */
async function told(call: ToolCall, runId: string): Promise<CallAnswer> {
  const { caller, server, ctx } = call;
  const run = await readRun(storeOf(caller), await runNamed(caller, runId));
  const { status } = run.report;
  if (status === "running" && caller.parts.stopping.aborted) {
    return runResult(run, "The server is stopping; the run can be resumed with quorate resume.");
  }
  if (status === "running") {
    const by = allows(caller, "read") ? `: ask ${OWN_TOOLS.run} for it` : "";
    return runResult(run, `It is under way${by}.`);
  }
  if (status === "interrupted") {
    return runResult(run, "No process drives it; it can be resumed with quorate resume.");
  }
  if (status !== "waiting" || run.open.length === 0) return runResult(run);
  if (!allows(caller, "decide")) {
    return runResult(run, "A person has to decide, by quorate decide or on its page.");
  }
  if (canElicit(caller, server, ctx)) return personAsked(caller, run);
  const advice = `A person has to decide: put the questions to them, and pass on what they say by ${OWN_TOOLS.decide}. Do not decide yourself.`;
  return runResult(run, advice);
}

function tellingOf(ctx: ServerContext): ((event: RunEvent) => Promise<void>) | undefined {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return progressTeller((progress) =>
    ctx.mcpReq.notify({
      method: "notifications/progress",
      params: { progressToken, ...progress },
    }),
  );
}

/** The state of a run; waits for the run if the call asks for that. Ending the wait does not cancel the run. */
export function showRunTool(
  call: ToolCall,
  { runId, waitSeconds = 0 }: { readonly runId: string; readonly waitSeconds?: number },
): Promise<CallAnswer> {
  return answered(call, `the tool ${OWN_TOOLS.run}`, async () => {
    const { status, events } = await runNamed(call.caller, runId);
    if (status !== "running" || waitSeconds === 0) {
      return runResult(await readRun(storeOf(call.caller), await runNamed(call.caller, runId)));
    }
    return watched(call, runId, events, false, waitSeconds * 1_000);
  });
}

/** Records a person's decision, and waits for the result. */
export function decideTool(
  call: ToolCall,
  given: {
    readonly runId: string;
    readonly question?: number;
    readonly winner: unknown;
    readonly why: string;
    readonly by: string;
  },
): Promise<CallAnswer> {
  const { caller } = call;
  return answered(call, `the tool ${OWN_TOOLS.decide}`, async () => {
    const summary = await runNamed(caller, given.runId);
    const run = await readRun(storeOf(caller), summary);
    const question = run.open.find(
      (one, at) => (one.question ?? at) === (given.question ?? run.open[0]?.question ?? 0),
    );
    if (question === undefined) {
      return runResult(run, "It does not wait for a decision of that kind.");
    }
    const wanted = JSON.stringify(given.winner);
    const byValue = question.verdict.positions.findIndex(
      ({ value }) => JSON.stringify(value) === wanted,
    );
    const index = byValue >= 0 ? byValue : positionNames(question).indexOf(String(given.winner));
    if (index < 0) {
      const names = positionNames(question).map((name) => JSON.stringify(name));
      return runResult(run, `That is not one of the positions; give one of ${names.join(", ")}.`);
    }
    const kept = await decideOne(caller, summary, question, { ...given, index });
    if (kept === "left") return told(call, given.runId);
    return watched(call, given.runId, summary.events, true);
  });
}

/** Cancels a run. */
export function cancelTool(
  call: ToolCall,
  { runId, reason }: { readonly runId: string; readonly reason?: string },
): Promise<CallAnswer> {
  const { caller } = call;
  return answered(call, `the tool ${OWN_TOOLS.cancel}`, async () => {
    const answer = await cancelOwn(caller, await runNamed(caller, runId), reason);
    const said = {
      asked: "The process that drives the run was asked to cancel it.",
      cancelled: "The run is cancelled.",
      ended: "The run had ended before.",
    }[answer];
    return { content: [{ type: "text", text: said }] };
  });
}
