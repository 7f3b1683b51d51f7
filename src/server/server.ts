import { BACKEND } from "../check/arguments.ts";
import { eachOf, func, integer, milliseconds } from "../check/kinds.ts";
import { option, options, type Option, type Options } from "../check/options.ts";
import { origin } from "../check/origin.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Backend } from "../team/backend.ts";
import type { A2aServing } from "./a2a/request-handler.ts";
import { allowance, type ServerLimits } from "./http/allowance.ts";
import type { ServerParts } from "./asked.ts";
import { driving, type ServerFailure } from "./driving.ts";
import { handler } from "./http/handler.ts";
import { loadServerPackages } from "./load.ts";
import type { McpOptions } from "./mcp/caller.ts";
import { mcpDoor } from "./mcp/over-http.ts";
import { MCP_OPTIONS } from "./mcp/stdio.ts";
import { runCounter } from "./run-counts.ts";
import { randomSecret } from "./http/secret.ts";
import { failuresTo, packageVersion, sharedBackend, teamsByName, TEAMS } from "./teams.ts";
import { sessions, TOKENS, tokenBook, type ServerToken } from "./http/tokens.ts";
import { WEB_HOOK, webHooks, type WebHook } from "./web-hooks.ts";

export interface ServerOptions {
  /** The teams: supervisors with different names. */
  readonly teams: readonly Supervisor[];
  /** Where runs are stored. Default: the backend of the teams, which must then be the same one. */
  readonly backend?: Backend;
  /** The tokens that may ask. Default: one token that allows everything is made: `server.token`. */
  readonly tokens?: readonly ServerToken[];
  /**
   * The origins at which browsers reach the server, such as `https://quorate.example.com`. Requests with another host or origin are refused.
   * Default: this machine's own names, with any port.
   */
  readonly origins?: readonly string[];
  /**
   * The server's public URL, such as `https://example.com/quorate`, which its agent cards show. Default: the URL that the request used, which does
   * not include a path that the server is mounted below.
   */
  readonly url?: string;
  readonly limits?: ServerLimits;
  readonly webHooks?: readonly WebHook[];
  /** Settings for the teams as tools of MCP clients, at `/mcp`. */
  readonly mcp?: McpOptions;
  /** Settings for the teams as A2A peers. */
  readonly a2a?: A2aServing;
  /** Resumes runs of its teams that no process drives, now and while the server is open. Default: true. */
  readonly resume?: boolean;
  /** Called with each failure that is not the answer to a request. Its result is ignored. Default: a process warning. */
  readonly onFailure?: (failure: ServerFailure) => unknown;
}

/** A server of teams over HTTP. */
export interface Server extends AsyncDisposable {
  /** Answers a request of the Fetch standard, so that any app with such handlers can mount it. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The token that was made, if none was given. */
  readonly token: string | undefined;
  /** A one-time code that opens a session in a browser within ten minutes, with the rights of the first token. */
  readonly signInCode: () => string;
  /**
   * Stops answering, and releases the running runs in their current state: they can be resumed, here or elsewhere. Resolves when their agents
   * have stopped or were given up. The given backend stays open.
   */
  readonly close: () => Promise<void>;
}

const LIMITS: Options<ServerLimits, keyof ServerLimits> = options({
  bodyBytes: integer(1, 100_000_000).or(1_048_576),
  requestMs: milliseconds(1).or(30_000),
  requestsPerMinute: integer(1, 10_000_000).or(1_200),
  streams: integer(1, 100_000).or(100),
  allStreams: integer(1, 100_000).or(1_000),
  runs: integer(1, 100_000).or(200),
  stalledMs: milliseconds(1).or(30_000),
});

const ORIGIN = origin('use "https://quorate.example.com", without a path');

/** The default wait of an A2A message, as a part of a request's time. */
const ANSWERED_WITHIN = 0.9;

const PUBLIC_URL: Option<string | undefined> = option((given) => {
  if (typeof given !== "string" || !URL.canParse(given)) return undefined;
  const { protocol, search, hash, username, password, href } = new URL(given);
  const isPlain = `${search}${hash}${username}${password}` === "";
  return isPlain && (protocol === "https:" || protocol === "http:") ? href : undefined;
}, 'use "https://example.com/quorate"');

export const SERVER: Options<ServerOptions, "origins" | "webHooks" | "resume"> = options({
  teams: TEAMS,
  backend: BACKEND,
  tokens: TOKENS,
  origins: eachOf(ORIGIN, 'use ["https://quorate.example.com"]').or([]),
  url: PUBLIC_URL,
  limits: LIMITS as Option<ServerLimits | undefined>,
  webHooks: eachOf(WEB_HOOK as Option<WebHook | undefined>, "use [{ url, secret }]").or([]),
  mcp: MCP_OPTIONS as Option<McpOptions | undefined>,
  a2a: options<A2aServing>({ answerWithinMs: milliseconds(1) }) as Option<A2aServing | undefined>,
  resume: option(
    (given) => (typeof given === "boolean" ? given : undefined),
    "use true or false",
  ).or(true),
  onFailure: func("use (failure) => …"),
});

/**
 * Makes a server of teams: an API that begins, shows and steers runs, and the page for it. It does not listen by itself: pass `fetch` to a
 * server that does. Rejects with `BAD_OPTIONS` for invalid options, and if hono or ajv is not installed.
 */
export async function server(given: ServerOptions): Promise<Server> {
  const taken = SERVER.of(given, "server");
  const { teams, tokens, origins, resume } = taken;
  const byName = teamsByName(teams, "server");
  const backend = taken.backend ?? sharedBackend(teams, "server");
  const limits = LIMITS.of(taken.limits ?? {}, "server: limits") as Required<ServerLimits>;
  const made = tokens === undefined ? randomSecret() : undefined;
  const book = tokenBook(made === undefined ? (tokens ?? []) : [{ token: made }]);
  const packages = await loadServerPackages();

  const fail = failuresTo(taken.onFailure);
  const stopping = new AbortController();
  const hooks = webHooks(taken.webHooks, backend.store, fail);
  const runs = driving({ backend, maxRuns: limits.runs, onSettled: hooks.tell, onFailure: fail });
  const nowMs = (): number => performance.now();
  const parts: ServerParts = {
    teams: byName,
    backend,
    book,
    sessions: sessions(nowMs),
    driving: runs,
    hooks,
    limits,
    allowance: allowance(limits, nowMs),
    counts: runCounter(backend.store, nowMs),
    stopping: stopping.signal,
    version: packageVersion(),
    url: taken.url,
    mcp: mcpDoor(teams, taken.mcp ?? {}, fail),
    a2aWaitsMs: taken.a2a?.answerWithinMs ?? limits.requestMs * ANSWERED_WITHIN,
  };
  const fetch = handler(
    parts,
    origins.map((origin) => new URL(origin)),
    packages,
    fail,
  );
  hooks.resume();
  if (resume) for (const team of teams) runs.keepResuming(team);

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      stopping.abort(new Error("the server has stopped"));
      const stopped = runs.close();
      await parts.mcp.close();
      await stopped;
      await hooks.close();
    })();
    return closed;
  };
  return Object.freeze({
    fetch,
    token: made,
    signInCode: () => parts.sessions.code(book.first),
    close,
    [Symbol.asyncDispose]: close,
  });
}
