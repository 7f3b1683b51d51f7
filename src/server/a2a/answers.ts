import type { AgentCard } from "@a2a-js/sdk";
import type { Supervisor } from "../../supervisor.ts";
import { principalOf, teamNamed, type RouteRequest } from "../asked.ts";
import { HttpRefusal } from "../http/http-refusal.ts";
import { sseStream } from "../http/sse-stream.ts";
import type { TokenScope } from "../http/tokens.ts";
import { whoAsks } from "../http/who-asks.ts";
import { fullCard, openCard } from "./cards.ts";
import { loadA2a, type A2aSdk } from "./load.ts";
import { requestHandler, type Unanswered } from "./request-handler.ts";

/** The card at the well-known address. With a token it lists the teams. */
export async function wellKnownCard(asked: RouteRequest): Promise<Response> {
  const sdk = await loadA2a();
  const { request, address, parts } = asked;
  if (!request.headers.has("authorization")) return cardAnswer(sdk, openCard({ asked }));
  const { principal } = whoAsks(request, address, parts.book, parts.sessions);
  checkScope(principal.scopes, "read");
  return cardAnswer(sdk, fullCard({ asked, team: undefined }));
}

/** The card of one team. */
export async function teamsOwnCard(asked: RouteRequest): Promise<Response> {
  const sdk = await loadA2a();
  return cardAnswer(sdk, fullCard({ asked, team: teamIn(asked) }));
}

/** Answers a team's A2A requests; if the path has no team, the message names it. */
export async function askByA2a(asked: RouteRequest): Promise<Response> {
  const sdk = await loadA2a();
  const team = asked.params["team"] === undefined ? undefined : teamIn(asked);
  checkScope(principalOf(asked).scopes, scopeFor(asked.body));
  const { codecs, errors, server } = sdk;
  const version = asked.request.headers.get("a2a-version") ?? "";
  const id: unknown = asked.body["id"] ?? null;
  if (!/^1(?:\.\d{1,3}){0,2}$/.test(version)) {
    const why = `Send the header A2A-Version: ${codecs.A2A_PROTOCOL_VERSION}; this server speaks no other version.`;
    const error = server.JsonRpcTransportHandler.mapToJSONRPCError(
      new errors.VersionNotSupportedError(why),
    );
    return Response.json({ jsonrpc: "2.0", id, error });
  }
  const leaving = new AbortController();
  const unanswered: Unanswered = {};
  const handler = new server.JsonRpcTransportHandler(
    requestHandler({ sdk, asked, team }, leaving.signal, unanswered),
  );
  const context = new server.ServerCallContext({ requestedVersion: version });
  const said = await handler.handle({ ...asked.body }, context);
  if ("error" in unanswered) throw unanswered.error;
  if (!(Symbol.asyncIterator in said)) return Response.json(said);
  return streamed(asked, said, leaving, { unanswered, id, sdk });
}

interface Streaming {
  readonly unanswered: Unanswered;
  readonly id: unknown;
  readonly sdk: A2aSdk;
}

/** A streamed answer; an invalid request is refused before the stream begins. */
async function streamed(
  asked: RouteRequest,
  said: AsyncGenerator<object, void, undefined>,
  leaving: AbortController,
  { unanswered, id, sdk }: Streaming,
): Promise<Response> {
  const { allowance, stopping, limits } = asked.parts;
  const onClose = allowance.stream(principalOf(asked).key);
  let first: IteratorResult<object, void>;
  try {
    first = await said.next();
  } catch (error) {
    onClose();
    if ("error" in unanswered) throw unanswered.error;
    if (!(error instanceof Error && "toErrorInfo" in error)) throw error;
    const mapped = sdk.server.JsonRpcTransportHandler.mapToJSONRPCError(error);
    return Response.json({ jsonrpc: "2.0", id, error: mapped });
  }
  async function* events(): AsyncGenerator<string, void, undefined> {
    try {
      for (let one = first; one.done !== true; one = await said.next()) {
        yield `data: ${JSON.stringify(one.value)}\n\n`;
      }
    } finally {
      await said.return();
    }
  }
  const stream = sseStream({
    events: events(),
    leave: () => leaving.abort(),
    signal: stopping,
    stalledMs: limits.stalledMs,
    onClose,
  });
  return new Response(stream, {
    headers: { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" },
  });
}

function cardAnswer({ codecs }: A2aSdk, card: AgentCard): Response {
  return Response.json(codecs.AgentCard.toJSON(card));
}

function teamIn(asked: RouteRequest): Supervisor {
  return teamNamed(asked, asked.params["team"] ?? "");
}

/** The scope that a method needs: `run` to begin and cancel, `decide` to answer a run's question, `read` to look. */
function scopeFor({ method, params }: Readonly<Record<string, unknown>>): TokenScope {
  switch (method) {
    case "SendMessage":
    case "SendStreamingMessage": {
      const { message } = Object(params) as { readonly message?: unknown };
      const { taskId, task_id } = Object(message) as Readonly<Record<string, unknown>>;
      return (taskId ?? task_id ?? "") === "" ? "run" : "decide";
    }
    case "CancelTask":
      return "run";
    default:
      return "read";
  }
}

function checkScope(scopes: ReadonlySet<TokenScope>, needed: TokenScope): void {
  if (scopes.has(needed)) return;
  throw new HttpRefusal(
    403,
    "FORBIDDEN",
    `The token does not allow it: that needs the scope ${needed}.`,
  );
}
