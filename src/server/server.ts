import { BACKEND } from "../check/arguments.ts";
import { eachOf, func, integer, milliseconds } from "../check/kinds.ts";
import { option, options, type Option, type Options } from "../check/options.ts";
import { origin } from "../check/origin.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Backend } from "../team/backend.ts";
import type { A2aServing } from "./a2a/request-handler.ts";
import { allowance, type ServerLimits } from "./allowance.ts";
import type { ServerParts } from "./asked.ts";
import { driving, type ServerFailure } from "./driving.ts";
import { handler } from "./handler.ts";
import { loadServerPackages } from "./load.ts";
import type { McpOptions } from "./mcp/caller.ts";
import { mcpDoor } from "./mcp/over-http.ts";
import { MCP_OPTIONS } from "./mcp/stdio.ts";
import { runCounter } from "./run-counts.ts";
import { randomSecret } from "./secret.ts";
import { packageVersion, sharedBackend, teamsByName, TEAMS, warn } from "./teams.ts";
import { sessions, TOKENS, tokenBook, type ServerToken } from "./tokens.ts";
import { WEB_HOOK, webHooks, type WebHook } from "./web-hooks.ts";

export interface ServerOptions {
  /** Supervisors of different names. */
  readonly teams: readonly Supervisor[];
  /** Where runs live; that of the teams where left out, which then have to have the same. */
  readonly backend?: Backend;
  /** Who may ask. Where left out, one token is made, which allows everything: `server.token`. */
  readonly tokens?: readonly ServerToken[];
  /**
   * The addresses that browsers know the server by, such as `https://quorate.example.com`. Requests of other hosts and of other origins are
   * refused. This machine's own names, with any port, where left out.
   */
  readonly origins?: readonly string[];
  /**
   * Where others reach it, such as `https://example.com/quorate`: what its agent cards say. As whoever asks has reached it where left out,
   * which cannot know of a path that it is mounted below.
   */
  readonly url?: string;
  readonly limits?: ServerLimits;
  readonly webHooks?: readonly WebHook[];
  /** Of the teams as tools of MCP clients, at `/mcp`. */
  readonly mcp?: McpOptions;
  /** Of the teams as peers by A2A. */
  readonly a2a?: A2aServing;
  /** Goes on with runs of its teams that nobody drives, now and while it is open. Default: true. */
  readonly resume?: boolean;
  /** Hears of what went wrong and no request is answered with. What it returns is ignored. Default: a warning of the process. */
  readonly onFailure?: (failure: ServerFailure) => unknown;
}

/** Teams, over HTTP. */
export interface Server extends AsyncDisposable {
  /** Answers a request, as of the Fetch standard: mounts into any app that has such handlers. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The token that was made, where none was given. */
  readonly token: string | undefined;
  /** A code that opens a session in a browser once, within ten minutes, with the rights of the first token. */
  readonly signInCode: () => string;
  /**
   * Answers nothing any more, and lets go of its runs as they stand: they can be gone on with, here or elsewhere. Resolves when their
   * agents have stopped or have been given up. What it was given stays open.
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

/** What is left of a request's time to answer in, where nobody says how long a message by A2A waits for its run. */
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
 * Makes a server of teams: an API that begins runs, shows and steers them, and the page that does so in a browser. It listens nowhere by
 * itself: hand `fetch` to what does. Rejects with `BAD_OPTIONS` for options that cannot work, and where hono or ajv is not installed.
 */
export async function server(given: ServerOptions): Promise<Server> {
  const taken = SERVER.of(given, "server");
  const { teams, tokens, origins, resume, onFailure = warn } = taken;
  const byName = teamsByName(teams, "server");
  const backend = taken.backend ?? sharedBackend(teams, "server");
  const limits = LIMITS.of(taken.limits ?? {}, "server: limits") as Required<ServerLimits>;
  const made = tokens === undefined ? randomSecret() : undefined;
  const book = tokenBook(made === undefined ? (tokens ?? []) : [{ token: made }]);
  const packages = await loadServerPackages();

  const fail = (failure: ServerFailure): void => {
    try {
      onFailure(failure);
    } catch (error) {
      warn({ what: "onFailure", error });
    }
  };
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
