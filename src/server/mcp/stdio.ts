import type { Readable, Writable } from "node:stream";
import { BACKEND } from "../../check/arguments.ts";
import { flag, func, milliseconds } from "../../check/kinds.ts";
import { option, options, type Option, type Options } from "../../check/options.ts";
import type { Supervisor } from "../../supervisor.ts";
import type { Backend } from "../../team/backend.ts";
import type { RunAsker } from "../asked.ts";
import { driving, type ServerFailure } from "../driving.ts";
import { failuresTo, packageVersion, sharedBackend, teamsByName, TEAMS } from "../teams.ts";
import { SCOPES, TENANT } from "../http/tokens.ts";
import type { McpOptions } from "./caller.ts";
import { loadMcpSdk } from "./load.ts";
import { mcpServer } from "./mcp-server.ts";
import { teamTools } from "./team-tools.ts";

export interface McpStdioOptions extends McpOptions {
  /** The teams: supervisors with different names. */
  readonly teams: readonly Supervisor[];
  /** Where runs are stored. Default: the backend of the teams, which must then be the same one. */
  readonly backend?: Backend;
  /** The tenant whose runs are seen and begun. Default: the runs of all tenants. */
  readonly tenant?: string;
  /** Whether the client may record a person's decisions. Default: true. */
  readonly decide?: boolean;
  /** The streams for messages. Default: standard input and output of this process, which must then write nothing else there. */
  readonly input?: Readable;
  readonly output?: Writable;
  /** Called with each failure that is not a call's answer. Its result is ignored. Default: a process warning. */
  readonly onFailure?: (failure: ServerFailure) => unknown;
}

/** Teams as tools of one client, over standard input and output. */
export interface McpStdio extends AsyncDisposable {
  /** Resolves when the client has gone, or sent something other than the protocol. */
  readonly closed: Promise<void>;
  /** Releases the running runs in their current state, so that they can be resumed. Resolves when their agents have stopped or were given up. */
  readonly close: () => Promise<void>;
}

/** The most bytes of one message. */
const MAX_MESSAGE_BYTES = 4_194_304;
const MAX_RUNS = 50;

const stream = <T>(): Option<T | undefined> =>
  option(
    (given) => (typeof given === "object" && given !== null ? (given as T) : undefined),
    "use a stream",
  );

export const MCP_OPTIONS: Options<McpOptions> = options({
  answerWithinMs: milliseconds(1),
  readOnly: flag(),
});

const MCP_STDIO: Options<McpStdioOptions, "decide"> = options({
  teams: TEAMS,
  backend: BACKEND,
  tenant: TENANT,
  decide: flag().or(true),
  input: stream<Readable>(),
  output: stream<Writable>(),
  onFailure: func("use (failure) => …"),
  answerWithinMs: milliseconds(1),
  readOnly: flag(),
});

/**
 * Serves teams to one client by the Model Context Protocol, over standard input and output, like `quorate mcp`. Rejects with `BAD_OPTIONS` for
 * invalid options, and if @modelcontextprotocol/server is not installed.
 */
export async function mcpStdio(given: McpStdioOptions): Promise<McpStdio> {
  const taken = MCP_STDIO.of(given, "mcpStdio");
  const { teams, tenant, decide } = taken;
  const byName = teamsByName(teams, "mcpStdio");
  const backend = taken.backend ?? sharedBackend(teams, "mcpStdio");
  const input = taken.input ?? process.stdin;
  const output = taken.output ?? process.stdout;
  // First, since its error says what to install.
  const sdk = await loadMcpSdk();
  const { serveStdio, StdioServerTransport } = await import("@modelcontextprotocol/server/stdio");
  const fail = failuresTo(taken.onFailure);
  const stopping = new AbortController();
  const runs = driving({ backend, maxRuns: MAX_RUNS, onSettled: () => {}, onFailure: fail });
  const asking: RunAsker = {
    parts: {
      teams: byName,
      backend,
      driving: runs,
      hooks: { tell: () => {} },
      stopping: stopping.signal,
      version: packageVersion(),
    },
    principal: {
      name: undefined,
      tenant,
      scopes: new Set(SCOPES.filter((scope) => decide || scope !== "decide")),
      key: "stdio",
    },
  };
  const tools = teamTools(teams);
  const gone = Promise.withResolvers<void>();
  const transport = new StdioServerTransport(input, output, { maxBufferSize: MAX_MESSAGE_BYTES });
  const closeTransport = transport.close.bind(transport);
  // Also if it closes by itself: at the end of the input, or at a message that is too large.
  transport.close = async () => {
    gone.resolve();
    await closeTransport();
  };
  const handle = serveStdio(
    () =>
      mcpServer({
        ...asking,
        sdk,
        tools,
        options: taken,
        // A client that has gone may come back: its runs can be resumed.
        closeCancels: false,
        onFailure: fail,
      }),
    { transport, onerror: () => {} },
  );
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      stopping.abort(new Error("the server has stopped"));
      // Waiting calls are told in the meantime.
      await runs.close();
      await handle.close();
    })();
    return closed;
  };
  return Object.freeze({ closed: gone.promise, close, [Symbol.asyncDispose]: close });
}
