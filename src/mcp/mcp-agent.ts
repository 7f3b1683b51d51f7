import { asName } from "../check/name.ts";
import { func, text } from "../check/kinds.ts";
import { options, type Checked } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import {
  adapted,
  type Adapter,
  type OwnOf,
  type AnyNeeds,
  type PassedOn,
} from "../describe/adapter.ts";
import { readBy, usedBy } from "../describe/adapter-answer.ts";
import type { Agent, AgentContext, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import { refusal } from "../http/refusal.ts";
import type { Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import type { PositionOn } from "../model/position-on.ts";
import { clip, clipWords, plain } from "../model/text.ts";
import { seenBy, type PromptContext } from "../prompt/prompt-of.ts";
import { connect, NO_TIMEOUT_MS, type McpConnection, type McpProgram } from "./connection.ts";
import type { McpAddress } from "./http-transport.ts";
import { loadMcpClient, type McpClientSdk } from "./load.ts";
import { SERVER } from "./server-at.ts";
import { plainAnswerOf, toolAnswer, type ToolAnswer } from "./tool-answer.ts";

/** What the arguments may use in addition to the task. */
export type ArgumentsContext<Upstream = AgentContext["results"]> = PromptContext<Upstream>;

/** Options of `mcpAgent`: those of an agent except `run` and `batch`. `maxBytes` also limits what its server sends. */
export type McpAgentOptions<
  Name extends string,
  Input,
  Task,
  Raw,
  Answer,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
> = PassedOn<Name, Input, Task, Raw, Output, Needs, Property, Draft> & {
  /** The server: a program that each attempt starts, or a URL. */
  readonly server: McpProgram | McpAddress;
  /** The name of the server's tool. */
  readonly tool: string;
  /** Makes the tool's arguments. Default: the task if it is an object, else `{ task }`. */
  readonly arguments?: (
    task: Task,
    context: ArgumentsContext<UpstreamOf<Needs>>,
  ) => Readonly<Record<string, unknown>>;
  /**
   * Reads an answer. Default: its structured content; without that, the last JSON document of its text if there is an `output` schema, else the
   * text.
   */
  readonly read?: (answer: ToolAnswer) => Answer | Promise<Answer>;
  /** What was used, if the answer says so. Also called for an answer that cannot be read. */
  readonly usage?: (answer: ToolAnswer) => Usage | readonly Usage[] | undefined;
};

type McpOwn = OwnOf<McpAgentOptions<string, unknown, unknown, unknown, unknown, unknown, AnyNeeds>>;

const TOOL = text("name one of the server's tools").needed();

const OWN = options<McpOwn>({
  server: SERVER.needed(),
  tool: TOOL,
  arguments: func("use (task) => ({ … })"),
  read: func("use ({ structuredContent, text }) => …"),
  usage: func("use ({ meta }) => ({ usdMicros })"),
});

const MCP: Adapter<Checked<typeof OWN>> = {
  maker: "mcpAgent",
  instead: "describe it: { server, tool }",
  is: "a tool",
  own: OWN,
  called: ({ tool }, maker) => asName(TOOL.take(tool, `${maker}: tool`)),
};

const MAX_MESSAGE_CHARS = 1_000;
const MAX_NAMES = 8;
const MAX_NAME_CHARS = 60;

/**
 * An agent that is a tool of an MCP server, over standard input and output or over streamable HTTP. Each attempt has its own connection, which
 * is closed afterwards, so that no process or socket is left. The server's progress is shown live. When the attempt is aborted, the server is
 * told to cancel. A result that reports an error is a failed attempt; a tool that does not exist is a failure that is not retried.
 *
 * Throws `BAD_OPTIONS` if an option cannot work.
 */
export function mcpAgent<
  const Name extends string = string,
  Task = unknown,
  Raw = unknown,
  Answer = unknown,
  Input = Task,
  Output = Answer,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  given: McpAgentOptions<Name, Input, Task, Raw, Answer, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  const { own, passed, name, maxBytes, graceMs, agentOf } = adapted(MCP, given);
  const { server, tool, arguments: made, read, usage } = own;
  const asked = { agent: name, tool };

  async function run(task: unknown, context: AgentContext): Promise<unknown> {
    const { signal, report } = context;
    const values = argumentsOf(made, task, context, name);
    const sdk = await loadMcpClient();
    signal.throwIfAborted();
    const answer = await withConnection(
      sdk,
      server,
      { agent: name, maxBytes, graceMs, signal },
      (at) => call(sdk, at, asked, values, context),
    );
    const told = toolAnswer(answer, asked);
    for (const used of usedBy(usage, told)) report(used);
    return read === undefined
      ? plainAnswerOf(told, passed.output !== undefined)
      : readBy(read, told, name, signal);
  }
  return agentOf(run);
}

/** Opens a connection, uses it, and always closes it. A failure becomes a one-sentence error. */
async function withConnection<T>(
  sdk: McpClientSdk,
  server: McpProgram | McpAddress,
  options: Parameters<typeof connect>[2],
  use: (at: McpConnection) => Promise<T>,
): Promise<T> {
  const { agent: name, signal } = options;
  let at: McpConnection | undefined;
  try {
    at = await connect(sdk, server, options);
    return await use(at);
  } catch (error) {
    const open = at;
    at = undefined;
    // How a program ended is known only once it has.
    await open?.[Symbol.asyncDispose]();
    signal.throwIfAborted();
    throw failureOf(sdk, name, error, open?.fault());
  } finally {
    await at?.[Symbol.asyncDispose]();
  }
}

function failureOf(
  sdk: McpClientSdk,
  name: string,
  error: unknown,
  fault: QuorateError | undefined,
): QuorateError {
  if (error instanceof QuorateError) return error;
  const isOfConnection =
    error instanceof sdk.SdkError ||
    (error instanceof Error && !(error instanceof sdk.ProtocolError));
  if (fault !== undefined && isOfConnection) return fault;
  const why = clipWords(describeThrown(error).replaceAll(/\s+/g, " "), MAX_MESSAGE_CHARS);
  return new QuorateError("AGENT_FAILED", `${name}: its MCP server failed: ${why}`, {
    cause: error,
  });
}

/** Asks the tool once. */
async function call(
  sdk: McpClientSdk,
  { client, brokenOff }: McpConnection,
  { agent: name, tool }: { readonly agent: string; readonly tool: string },
  given: Readonly<Record<string, unknown>>,
  { signal, emit }: AgentContext,
): Promise<Readonly<Record<string, unknown>>> {
  const options = {
    signal,
    timeout: NO_TIMEOUT_MS,
    onprogress: ({ progress, total, message }: McpProgress): void => {
      emit({
        progress,
        ...(total !== undefined && { total }),
        ...(message !== undefined && { message: clipWords(message, MAX_MESSAGE_CHARS) }),
      });
    },
  };
  try {
    const asked = client.callTool({ name: tool, arguments: { ...given } }, options);
    // If the other settles first, this one's rejection must not be unhandled.
    asked.catch(() => {});
    const result = await Promise.race([asked, brokenOff]);
    if (result.isError === true) await checkTool(client, name, tool, signal);
    return result;
  } catch (error) {
    signal.throwIfAborted();
    const isRefused =
      error instanceof sdk.ProtocolError && error.code === sdk.ProtocolErrorCode.InvalidParams;
    if (isRefused) await checkTool(client, name, tool, signal);
    if (/input.?required|elicitation/i.test(describeThrown(error))) {
      throw refusal(
        `${name}: the tool ${JSON.stringify(tool)} asks a person for input, and no person can be asked here; use a tool that does not ask`,
      );
    }
    throw error;
  }
}

interface McpProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** Refuses a tool that the server does not have, with what it has; says nothing if the server does not list its tools. */
async function checkTool(
  client: McpConnection["client"],
  name: string,
  tool: string,
  signal: AbortSignal,
): Promise<void> {
  const listed = await client.listTools({}, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (listed === undefined || listed.tools.some((one) => one.name === tool)) return;
  const names = listed.tools.map((one) => JSON.stringify(clip(plain(one.name), MAX_NAME_CHARS)));
  const shown = names.slice(0, MAX_NAMES).join(", ");
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
  const has = names.length === 0 ? "it has none" : `name one that it has: ${shown}${more}`;
  throw refusal(`${name}: its MCP server has no tool ${JSON.stringify(tool)}; ${has}`);
}

function argumentsOf(
  made: McpOwn["arguments"],
  task: unknown,
  context: AgentContext,
  name: string,
): Readonly<Record<string, unknown>> {
  const given: unknown =
    made === undefined ? (isRecord(task) ? task : { task }) : made(task, seenBy(context));
  if (isRecord(given)) return given;
  throw new QuorateError(
    "INPUT_INVALID",
    `the arguments for ${name} are ${shown(given)}; return an object`,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
