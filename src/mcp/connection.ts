import type { Client } from "@modelcontextprotocol/client";
import { readFileSync } from "node:fs";
import { untilAborted } from "../async/until-aborted.ts";
import { QuorateError } from "../model/errors.ts";
import { environmentOf, type Environment } from "../program/environment.ts";
import type { Program } from "../program/start-program.ts";
import { resolve } from "node:path";
import { httpTransport, type McpAddress } from "./http-transport.ts";
import type { McpClientSdk } from "./load.ts";
import { stdioTransport } from "./stdio-transport.ts";

/** A server that is a program: it is started for each attempt, and ended after it. */
export interface McpProgram {
  /** A program, by its name or path. No shell reads it. */
  readonly command: string;
  readonly args?: readonly string[];
  /**
   * Which variables of the environment it sees besides `PATH`, `HOME` and the like: `["TOKEN"]` hands one on, `{ TOKEN: "…" }` sets one.
   */
  readonly env?: Environment;
  /** The folder it is started in. Default: that of this process. */
  readonly cwd?: string;
}

/** A client that is connected, and all that it holds. */
export interface McpConnection extends AsyncDisposable {
  readonly client: Client;
  /** Why it failed, where the connection knows more of it than the protocol says. */
  readonly fault: () => QuorateError | undefined;
  /** Rejects when an answer has ended before it was whole. */
  readonly brokenOff: Promise<never>;
}

export interface ConnectOptions {
  readonly agent: string;
  readonly maxBytes: number;
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/** As long as timers take: an attempt has a timeout of its own, and its signal says so. */
export const NO_TIMEOUT_MS: number = 2 ** 31 - 1;
const UNTIMED = { timeout: NO_TIMEOUT_MS } as const;
/** A server of before 2026-07-28 may not answer what it does not know. */
const PROBE_MS = 5_000;
/** Parts of the grace: until a program is told to stop that does not stop by itself, and until it is killed. */
const CLOSE_AFTER = 0.1;
const KILL_AFTER = 0.4;

/** Connects with a server. What was opened is closed again where that fails. Rejects with the signal's reason once it is aborted. */
export async function connect(
  sdk: McpClientSdk,
  server: McpProgram | McpAddress,
  options: ConnectOptions,
): Promise<McpConnection> {
  if ("url" in server) return overHttp(sdk, server, options);
  try {
    return await overStdio(sdk, server, options, true);
  } catch (error) {
    options.signal.throwIfAborted();
    // A server of before may end at a question that it does not know.
    if (!(error instanceof EndedAsked)) throw error;
    return overStdio(sdk, server, options, false);
  }
}

/** A program that ended while it was asked which version it speaks. */
class EndedAsked extends QuorateError {}

async function overStdio(
  sdk: McpClientSdk,
  { command, args = [], env, cwd }: McpProgram,
  { agent, maxBytes, graceMs, signal }: ConnectOptions,
  asksFirst: boolean,
): Promise<McpConnection> {
  const program: Program = {
    agent,
    command,
    args,
    env: environmentOf([env ?? []]),
    cwd: resolve(cwd ?? "."),
    maxBytes,
    killAfterMs: graceMs * KILL_AFTER,
    signal,
  };
  const transport = stdioTransport(sdk, program, graceMs * CLOSE_AFTER);
  const client = new sdk.Client(info(), {
    ...(asksFirst && { versionNegotiation: { mode: "auto", probe: { timeoutMs: PROBE_MS } } }),
  });
  const close = async (): Promise<void> => {
    await client.close().catch(() => {});
    await transport.close();
  };
  try {
    await untilAborted(client.connect(transport, UNTIMED), signal);
  } catch (error) {
    await close();
    signal.throwIfAborted();
    const fault = transport.fault();
    const isClosed = sdk.SdkErrorCode.EraNegotiationFailed === (error as { code?: unknown }).code;
    if (asksFirst && isClosed && fault?.cause !== undefined && "exitCode" in Object(fault.cause)) {
      throw new EndedAsked(fault.code, fault.message, { cause: fault.cause });
    }
    throw fault ?? error;
  }
  return {
    client,
    fault: transport.fault,
    brokenOff: new Promise<never>(() => {}),
    [Symbol.asyncDispose]: close,
  };
}

async function overHttp(
  sdk: McpClientSdk,
  server: McpAddress,
  { signal, ...options }: ConnectOptions,
): Promise<McpConnection> {
  const { transport, fault, brokenOff, close } = await httpTransport(sdk, server, options);
  const client = new sdk.Client(info(), { versionNegotiation: { mode: "auto" } });
  try {
    await untilAborted(client.connect(transport, UNTIMED), signal);
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw fault() ?? error;
  }
  return {
    client,
    fault,
    brokenOff,
    async [Symbol.asyncDispose]() {
      await close();
      await client.close().catch(() => {});
    },
  };
}

/** What we call ourselves. */
function info(): { readonly name: string; readonly version: string } {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return { name: "quorate", version };
}
