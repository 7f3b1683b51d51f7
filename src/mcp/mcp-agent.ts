import { givenUrl } from "../http/given-url.ts";
import { usedBy } from "../describe/used-by.ts";
import { flag, func, listOf, object, text } from "../check/kinds.ts";
import { shown } from "../check/shown.ts";
import { untilAborted } from "../async/until-aborted.ts";
import {
  agent,
  checkDescription,
  type Agent,
  type AgentContext,
  type UpstreamOf,
  type Workers,
} from "../describe/agent.ts";
import { DEFAULT_LIMITS } from "../describe/limits.ts";
import type { PassedOn } from "../describe/passed-on.ts";
import type { Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import type { PositionOn } from "../model/position-on.ts";
import { clip } from "../model/text.ts";
import { refusal } from "../http/refusal.ts";
import { isPrivateHost } from "../http/guarded-fetch.ts";
import { checkHeaders } from "../http/header-values.ts";
import { checkEnvironment } from "../program/environment.ts";
import { connect, NO_TIMEOUT_MS, type McpConnection, type McpProgram } from "./connection.ts";
import type { McpAddress } from "./http-transport.ts";
import { loadMcpClient, type McpClientSdk } from "./load.ts";
import { plainAnswerOf, toolAnswer, type ToolAnswer } from "./tool-answer.ts";

/** What arguments may be made of beside the task. */
export type ArgumentsContext<Upstream = AgentContext["results"]> = Pick<
  AgentContext<Upstream>,
  "results" | "issues" | "attempt" | "tier" | "model" | "failed" | "others"
>;

/** How `mcpAgent` is described: as an agent, but for `run` and `batch`. `maxBytes` bounds also what its server sends. */
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
  /** The server: a program, which is started for each attempt, or an address. */
  readonly server: McpProgram | McpAddress;
  /** Which of its tools is asked. */
  readonly tool: string;
  /** Makes the tool's arguments. Default: the task where it is an object, else `{ task }`. */
  readonly arguments?: (
    task: Task,
    context: ArgumentsContext<UpstreamOf<Needs>>,
  ) => Readonly<Record<string, unknown>>;
  /**
   * How an answer is read. Default: its structured content; where it has none, the last JSON document of its text if there is an `output`,
   * else the text.
   */
  readonly read?: (answer: ToolAnswer) => Answer | Promise<Answer>;
  /** What was used, where the answer says so. Also asked of an answer that cannot be read. */
  readonly usage?: (answer: ToolAnswer) => Usage | readonly Usage[] | undefined;
};

type AnyToolOptions = McpAgentOptions<string, unknown, unknown, unknown, unknown, unknown, Workers>;

const OWN_OPTIONS = "server tool arguments read usage".split(" ");
const SERVER = 'use { command: "npx", args: […] }, or { url: "https://…" }';
const MAX_MESSAGE_CHARS = 1_000;

/**
 * An agent that is a tool of an MCP server: over standard input and output, or over streamable HTTP. Each attempt has a connection of its own,
 * which is closed when it is over: no process and no socket is left. What the server tells of its progress is shown live; when the attempt is
 * aborted, the server is told to cancel. A result that says that the tool has failed is a failed attempt; a tool that is not there is one that
 * is not repeated.
 *
 * Throws `BAD_OPTIONS` when something in the description cannot work.
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
  options: McpAgentOptions<Name, Input, Task, Raw, Answer, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  object("describe it: { server, tool }").needed().take(options, "what mcpAgent() is given");
  const { server, tool, arguments: made, read, usage, ...rest } = options as AnyToolOptions;
  text("name one of the server's tools").needed().take(tool, "mcpAgent: tool");
  const name = rest.name ?? tool.replaceAll(/[/~\p{Cc}]/gu, "-");
  const where = `mcpAgent "${shown(name).slice(1, -1)}"`;
  func("use (task) => ({ … })").take(made, `${where}: arguments`);
  func("use ({ structuredContent, text }) => …").take(read, `${where}: read`);
  func("use ({ meta }) => ({ usdMicros })").take(usage, `${where}: usage`);
  for (const option of ["run", "batch"]) {
    if (!Object.hasOwn(rest, option)) continue;
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where} has ${option}, which a tool cannot have; leave it out`,
    );
  }
  checkDescription(rest, OWN_OPTIONS, where);
  checkServer(server, where);
  const { maxBytes = DEFAULT_LIMITS.maxBytes, graceMs = DEFAULT_LIMITS.graceMs, output } = rest;
  const asked = { agent: name, tool };

  const run = async (task: unknown, context: AgentContext): Promise<unknown> => {
    const { signal, report } = context;
    const given = argumentsOf(made, task, context, name);
    const sdk = await loadMcpClient();
    signal.throwIfAborted();
    const answer = await withConnection(
      sdk,
      server,
      { agent: name, maxBytes, graceMs, signal },
      (at) => call(sdk, at, asked, given, context),
    );
    const told = toolAnswer(answer, asked);
    for (const used of usedBy(usage, told)) report(used);
    if (read === undefined) return plainAnswerOf(told, output !== undefined);
    try {
      return await untilAborted(read(told), signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof QuorateError) throw thrown;
      const why = `${name}: its answer cannot be read: ${describeThrown(thrown)}`;
      throw new QuorateError("AGENT_FAILED", why, { cause: thrown });
    }
  };
  return agent({ ...rest, name, run } as never) as never;
}

/** What a connection is used for, which is closed in any case. What fails says why in one sentence. */
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
    // How a program ended is known when it has.
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
  const why = clip(describeThrown(error).replaceAll(/\s+/g, " "), MAX_MESSAGE_CHARS);
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
        ...(message !== undefined && { message: clip(message, MAX_MESSAGE_CHARS) }),
      });
    },
  };
  try {
    const asked = client.callTool({ name: tool, arguments: { ...given } }, options);
    // Where the other is first, nobody waits for this one any more.
    asked.catch(() => {});
    const result = await Promise.race([asked, brokenOff]);
    if (result.isError === true && !(await hasTool(client, tool, signal))) throw noTool(name, tool);
    return result;
  } catch (error) {
    signal.throwIfAborted();
    const isRefused =
      error instanceof sdk.ProtocolError && error.code === sdk.ProtocolErrorCode.InvalidParams;
    if (isRefused && !(await hasTool(client, tool, signal))) throw noTool(name, tool);
    if (/input.?required|elicitation/i.test(describeThrown(error))) {
      throw refusal(
        `${name}: the tool ${JSON.stringify(tool)} asks a person for input, which nobody can give here; ask one that does not`,
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

/** Whether the server has the tool; `true` where it does not say. */
async function hasTool(
  client: McpConnection["client"],
  tool: string,
  signal: AbortSignal,
): Promise<boolean> {
  const listed = await client.listTools({}, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  return listed === undefined || listed.tools.some(({ name }) => name === tool);
}

const noTool = (name: string, tool: string): QuorateError =>
  refusal(`${name}: its MCP server has no tool ${JSON.stringify(tool)}; name one that it lists`);

function argumentsOf(
  made: AnyToolOptions["arguments"],
  task: unknown,
  context: AgentContext,
  name: string,
): Readonly<Record<string, unknown>> {
  const { results, issues, attempt, tier, model, failed, others } = context;
  const seen = { results: results as never, issues, attempt, tier, model, failed, others };
  const given: unknown = made === undefined ? (isRecord(task) ? task : { task }) : made(task, seen);
  if (isRecord(given)) return given;
  throw new QuorateError(
    "INPUT_INVALID",
    `the arguments for ${name} are ${shown(given)}; answer with an object`,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const ARGS = listOf<string>(
  (one) => typeof one === "string" && !one.includes("\0"),
  'use a list of texts, for instance ["--stdio"]',
);

/** Refuses with `BAD_OPTIONS` what is no server. */
function checkServer(given: unknown, where: string): void {
  const server = object<Partial<McpProgram & McpAddress>>(SERVER)
    .needed()
    .take(given, `${where}: server`);
  const { command, args, env, cwd, url, headers, allowPrivate, ...others } = server;
  const [other] = Object.keys(others);
  if (other !== undefined || (command === undefined) === (url === undefined)) {
    const why = other === undefined ? "is neither a program nor an address" : `has ${shown(other)}`;
    throw new QuorateError("BAD_OPTIONS", `${where}: server ${why}; ${SERVER}`);
  }
  if (url === undefined) {
    text('name a program, for instance "npx"').needed().take(command, `${where}: server: command`);
    ARGS.take(args, `${where}: server: args`);
    checkEnvironment(env, `${where}: server`);
    text("use the path of a folder").take(cwd, `${where}: server: cwd`);
    return;
  }
  checkHeaders(headers ?? {}, `${where}: server`);
  flag().take(allowPrivate, `${where}: server: allowPrivate`);
  const at = givenUrl(url, `${where}: server: url`, "https://tools.example/mcp");
  if (allowPrivate === true || !isPrivateHost(at)) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where} asks ${at.host}, whose address is not a public one; say allowPrivate: true in server, if it is meant`,
  );
}
