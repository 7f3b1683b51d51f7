import type { Readable, Writable } from "node:stream";
import { BACKEND } from "../../check/arguments.ts";
import { flag, func, milliseconds } from "../../check/kinds.ts";
import { option, options, type Option, type Options } from "../../check/options.ts";
import type { Supervisor } from "../../supervisor.ts";
import type { Backend } from "../../team/backend.ts";
import type { RunAsker } from "../asked.ts";
import { driving, type ServerFailure } from "../driving.ts";
import { packageVersion, sharedBackend, teamsByName, TEAMS, warn } from "../teams.ts";
import { SCOPES, TENANT } from "../tokens.ts";
import type { McpOptions } from "./caller.ts";
import { loadMcpSdk } from "./load.ts";
import { mcpServer } from "./mcp-server.ts";
import { teamTools } from "./team-tools.ts";

export interface McpStdioOptions extends McpOptions {
  /** Supervisors of different names. */
  readonly teams: readonly Supervisor[];
  /** Where runs live; that of the teams where left out, which then have to have the same. */
  readonly backend?: Backend;
  /** Whose runs are seen and begun; all of them where left out. */
  readonly tenant?: string;
  /** Whether the client may hand on what a person decides. Default: true. */
  readonly decide?: boolean;
  /** Where messages come from and go to. Default: standard input and output of this process, where nothing else may write then. */
  readonly input?: Readable;
  readonly output?: Writable;
  /** Hears of what went wrong and no call is answered with. What it returns is ignored. Default: a warning of the process. */
  readonly onFailure?: (failure: ServerFailure) => unknown;
}

/** Teams as tools of one client, over standard input and output. */
export interface McpStdio extends AsyncDisposable {
  /** Resolves when the client has gone, or sent what is no protocol. */
  readonly closed: Promise<void>;
  /** Lets go of what goes on, as it stands: it can be gone on with. Resolves when its agents have stopped or have been given up. */
  readonly close: () => Promise<void>;
}

/** Of one message, in bytes. */
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
 * Serves teams to one client by the Model Context Protocol, over standard input and output: what `quorate mcp` does. Rejects with
 * `BAD_OPTIONS` for options that cannot work, and where @modelcontextprotocol/server is not installed.
 */
export async function mcpStdio(given: McpStdioOptions): Promise<McpStdio> {
  const taken = MCP_STDIO.of(given, "mcpStdio");
  const { teams, tenant, decide, onFailure = warn } = taken;
  const byName = teamsByName(teams, "mcpStdio");
  const backend = taken.backend ?? sharedBackend(teams, "mcpStdio");
  const input = taken.input ?? process.stdin;
  const output = taken.output ?? process.stdout;
  // First of all what says how to install it.
  const sdk = await loadMcpSdk();
  const { serveStdio, StdioServerTransport } = await import("@modelcontextprotocol/server/stdio");
  const fail = (failure: ServerFailure): void => {
    try {
      onFailure(failure);
    } catch (error) {
      warn({ what: "onFailure", error });
    }
  };
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
  // Also where it closes by itself: at the end of the input, and at a message that is too large.
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
        // A client that has gone may come again: its runs can be gone on with.
        closeCancels: false,
        onFailure: fail,
      }),
    { transport, onerror: () => {} },
  );
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      stopping.abort(new Error("the server has stopped"));
      // Whoever waits for a run is told so meanwhile.
      await runs.close();
      await handle.close();
    })();
    return closed;
  };
  return Object.freeze({ closed: gone.promise, close, [Symbol.asyncDispose]: close });
}
