import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { Server, ServerFailure, ServerOptions } from "../../server/index.ts";
import type { Supervisor } from "../../supervisor.ts";
import { printError } from "../print-error.ts";
import { EXIT } from "../exit-code.ts";
import { jsonMistake } from "../given/json-mistake.ts";
import { loadTeam } from "../given/load-team.ts";
import { cannotListen } from "./cannot-listen.ts";
import { readTextInput } from "../given/read-input.ts";
import { sharedLog } from "../given/run-log.ts";
import { safeText } from "../shown/safe-text.ts";
import { beginning, cancelOnSignals, stopped } from "../signals.ts";
import { straysEndRuns } from "../strays.ts";
import type { Terminal } from "../shown/terminal.ts";

export interface ServeFlags {
  readonly port: number;
  readonly host: string;
  readonly db?: string;
  /** A file with a JSON list of tokens. */
  readonly tokens?: string;
  /** A file with a JSON list of web hooks. */
  readonly webHooks?: string;
  readonly origin?: readonly string[];
  /** How long a tool call, or a message by A2A, waits for its run, in ms. */
  readonly answerWithin?: number;
  readonly readOnly?: boolean;
}

/** The variable with a token that allows everything. */
const TOKEN_VARIABLE = "QUORATE_TOKEN";

/**
 * `quorate serve`: serves teams over HTTP, until Ctrl-C or SIGTERM; then it lets go of its runs as they stand. Gives the exit code; rejects
 * where it cannot begin.
 */
export async function serveCommand(
  files: readonly string[],
  flags: ServeFlags,
  screen: Terminal,
): Promise<number> {
  const tokens = await tokensFor(flags);
  refuseOpenDoor(flags, tokens);
  const hooks = await listIn(flags.webHooks, "--web-hooks");
  const teams: Supervisor[] = [];
  for (const file of files) teams.push(await loadTeam(file));
  using signals = cancelOnSignals();
  const log = await beginning(signals, sharedLog(teams, flags.db));
  using _strays = straysEndRuns(log.store);
  try {
    await using web = await webServer(flags);
    const { port } = web.address;
    const origins =
      flags.origin ?? (isLoopback(flags.host) ? [] : [`http://${bracketed(flags.host)}:${port}`]);
    const { server } = await import("../../server/index.ts");
    await using served = await server({
      teams,
      backend: log.backend,
      origins,
      ...(tokens !== undefined && { tokens: tokens as ServerOptions["tokens"] & {} }),
      ...(hooks !== undefined && { webHooks: hooks as ServerOptions["webHooks"] & {} }),
      ...answering(flags),
      onFailure: tell,
    });
    web.answer(served);
    screen.print(
      ...welcome(
        served,
        teams,
        { port, host: flags.host, ...(log.file !== undefined && { file: log.file }) },
        screen,
      ),
    );
    await stopped(signals.signal);
    screen.print("stopping; unfinished runs can be resumed");
    await web.stopListening();
  } finally {
    await log.store.close();
  }
  return signals.exitCode === EXIT.failed ? EXIT.failed : EXIT.ok;
}

/** How MCP clients and peers are answered. */
function answering({ answerWithin, readOnly }: ServeFlags): Pick<ServerOptions, "mcp" | "a2a"> {
  const within = answerWithin === undefined ? {} : { answerWithinMs: answerWithin };
  return { mcp: { ...within, ...(readOnly !== undefined && { readOnly }) }, a2a: within };
}

function tell({ what, error }: ServerFailure): void {
  printError(`${what}: ${describeThrown(error)}`);
}

/** Tokens that were given, by a file or by the environment; never by an argument, which every user of the machine can read. */
async function tokensFor(flags: ServeFlags): Promise<readonly unknown[] | undefined> {
  const token = process.env[TOKEN_VARIABLE];
  // What the agents start must not inherit it.
  delete process.env[TOKEN_VARIABLE];
  const listed = await listIn(flags.tokens, "--tokens");
  if (token === undefined || token === "") return listed;
  return [{ token }, ...(listed ?? [])];
}

async function listIn(
  file: string | undefined,
  flag: string,
): Promise<readonly unknown[] | undefined> {
  if (file === undefined) return undefined;
  const text = await readTextInput(file);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    // Without a character of it: it has secrets in it.
    const mistake = jsonMistake(text);
    const place =
      mistake === undefined ? "" : `; look at line ${mistake.line}, column ${mistake.column}`;
    throw new QuorateError("BAD_OPTIONS", `${flag} ${file} is not JSON${place}.`);
  }
  if (Array.isArray(list)) return list;
  throw new QuorateError("BAD_OPTIONS", `${flag} ${file} is not a list; write [{ … }] into it.`);
}

function refuseOpenDoor(
  { host, origin }: ServeFlags,
  tokens: readonly unknown[] | undefined,
): void {
  if (isLoopback(host)) return;
  if (tokens === undefined) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `--host ${host} can be reached by others, and no token was given; set ${TOKEN_VARIABLE} to what "openssl rand -hex 32" prints, or give --tokens FILE`,
    );
  }
  if (origin === undefined && ["0.0.0.0", "::", ""].includes(host)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `--host ${host} does not say by which address browsers know the server; give it with --origin https://quorate.example.com`,
    );
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

interface WebServer extends AsyncDisposable {
  readonly address: AddressInfo;
  readonly answer: (served: Server) => void;
  readonly stopListening: () => Promise<void>;
}

const STARTING = Response.json(
  { error: { code: "CLOSING", message: "The server is starting; ask it again in a moment." } },
  { status: 503 },
);

/** Listens, before anything of a run is begun: a port that is taken is found out first. */
async function webServer({ port, host }: ServeFlags): Promise<WebServer> {
  const { createAdaptorServer } = await import("@hono/node-server").catch((cause: unknown) => {
    throw new QuorateError(
      "BAD_OPTIONS",
      "quorate serve needs the packages hono, @hono/node-server and ajv, and one of them cannot be loaded; install them: npm install hono @hono/node-server ajv",
      { cause },
    );
  });
  let served: Server | undefined;
  const http = createAdaptorServer({
    fetch: (request) => served?.fetch(request) ?? STARTING.clone(),
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 2_000,
    },
  }) as HttpServer;
  http.maxConnections = 2_000;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once("error", reject).listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    throw cannotListen("--port", { host, port }, error);
  }
  const stopListening = async (): Promise<void> => {
    if (!http.listening) return;
    const closed = Promise.withResolvers<void>();
    http.close(() => closed.resolve());
    await served?.close();
    http.closeAllConnections();
    await closed.promise;
  };
  return {
    address: http.address() as AddressInfo,
    answer: (one) => {
      served = one;
    },
    stopListening,
    [Symbol.asyncDispose]: stopListening,
  };
}

/** What is printed at the start: the only time that a token is, and only one that was made here. */
function welcome(
  { token, signInCode }: Server,
  teams: readonly Supervisor[],
  { host, port, file }: { readonly host: string; readonly port: number; readonly file?: string },
  screen: Terminal,
): string[] {
  const at = `http://${bracketed(host)}:${port}`;
  const names = teams.map(({ name }) => safeText(name)).join(", ");
  const lines = [`serving ${screen.style("title", names)} at ${at}`];
  if (file !== undefined) lines.push(`runs are kept in ${safeText(file)}`);
  if (token === undefined) return [...lines, "sign in with one of the tokens that were given"];
  return [
    ...lines,
    "",
    `open ${at}/#code=${signInCode()}`,
    "  in a browser: it works once, within ten minutes",
    `token ${token}`,
    "  for programs: Authorization: Bearer TOKEN; a new one is made at each start",
    "",
    "Ctrl-C stops it; unfinished runs are resumed at the next start.",
  ];
}
