import type { McpHttpHandler } from "@modelcontextprotocol/server";
import type { RunAsker, RouteRequest } from "../asked.ts";
import { principalOf } from "../asked.ts";
import type { ServerFailure } from "../driving.ts";
import { HttpRefusal } from "../http/http-refusal.ts";
import type { Supervisor } from "../../supervisor.ts";
import type { McpOptions } from "./caller.ts";
import type { WireError } from "../wire.ts";
import { loadMcpSdk, type McpSdk } from "./load.ts";
import { mcpServer } from "./mcp-server.ts";
import { teamTools } from "./team-tools.ts";

/** Teams as tools over streamable HTTP. */
export interface McpDoor {
  /** Answers a request of a known caller, whose body was read. */
  readonly answer: (asked: RouteRequest) => Promise<Response>;
  readonly close: () => Promise<void>;
}

/** How long telling waiting clients that the server stops may take, in ms. */
const FAREWELL_MS = 1_000;

/** Answers each request by itself: nothing about a client is kept between requests. */
export function mcpDoor(
  teams: readonly Supervisor[],
  options: McpOptions,
  onFailure: (failure: ServerFailure) => void,
): McpDoor {
  const tools = teamTools(teams);
  let opened: Promise<McpHttpHandler> | undefined;
  const open = new Set<Promise<void>>();
  let isClosed = false;

  const make = (sdk: McpSdk): McpHttpHandler =>
    sdk.createMcpHandler(
      ({ authInfo }) =>
        mcpServer({
          ...(authInfo?.extra?.["asking"] as RunAsker),
          sdk,
          tools,
          options,
          closeCancels: true,
          onFailure,
        }),
      // So that an answer begins at once, even if its run takes long.
      { responseMode: "sse" },
    );

  const handler = (): Promise<McpHttpHandler> => {
    opened ??= loadMcpSdk().then(make, (error: Error) => {
      opened = undefined;
      throw new HttpRefusal(501, "NOT_INSTALLED", error.message);
    });
    return opened;
  };

  return {
    async answer(asked) {
      const { parts, request, body } = asked;
      const principal = principalOf(asked);
      const { fetch } = await handler();
      if (isClosed) throw new HttpRefusal(503, "CLOSING", "The server is stopping.");
      const free = parts.allowance.stream(principal.key);
      const over = Promise.withResolvers<void>();
      open.add(over.promise);
      const release = (): void => {
        free();
        open.delete(over.promise);
        over.resolve();
      };
      const asking: RunAsker = { parts, principal };
      try {
        const answer = await fetch(request, {
          // Without the token, which is not needed from here on.
          authInfo: { token: "", clientId: principal.key, scopes: [], extra: { asking } },
          parsedBody: body,
        });
        if (answer.body === null) release();
        return answer.body === null
          ? answer
          : new Response(releasing(answer.body, release), answer);
      } catch (error) {
        release();
        throw error;
      }
    },
    async close() {
      isClosed = true;
      // Clients that wait for a run are told that the server stops.
      await inTime(Promise.all(open), FAREWELL_MS);
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}

/** The same stream; calls `release` once it has ended in any way. */
function releasing(body: ReadableStream<Uint8Array>, release: () => void): ReadableStream {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          release();
          controller.close();
        } catch (error) {
          release();
          controller.error(error);
        }
      },
      async cancel(reason) {
        release();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

const PARSE_ERROR = -32_700;
const REFUSED = -32_000;

/** An HTTP refusal in the protocol's form. */
export async function rpcFailure(refused: Response): Promise<Response> {
  const { status, headers } = refused;
  const { error } = (await refused.json()) as WireError;
  const code = status === 400 ? PARSE_ERROR : REFUSED;
  const { message } = error;
  return Response.json(
    { jsonrpc: "2.0", id: null, error: { code, message, data: { code: error.code } } },
    { status, headers },
  );
}
