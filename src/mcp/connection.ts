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

/** A server that is a program: each attempt starts it and ends it afterwards. */
export interface McpProgram {
  /** The program, by name or path. It is started without a shell. */
  readonly command: string;
  readonly args?: readonly string[];
  /**
   * The environment variables that it gets in addition to `PATH`, `HOME` and the like: `["TOKEN"]` passes one on, `{ TOKEN: "…" }` sets one.
   */
  readonly env?: Environment;
  /** The folder it is started in. Default: this process's working directory. */
  readonly cwd?: string;
}

/** A connected client, with all that it holds. */
export interface McpConnection extends AsyncDisposable {
  readonly client: Client;
  /** Why it failed, if the connection knows more than the protocol says. */
  readonly fault: () => QuorateError | undefined;
  /** Rejects when an answer ends before it is complete. */
  readonly brokenOff: Promise<never>;
}

export interface ConnectOptions {
  readonly agent: string;
  readonly maxBytes: number;
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/** The longest possible timer: an attempt has its own timeout, which its signal carries. */
export const NO_TIMEOUT_MS: number = 2 ** 31 - 1;
const UNTIMED = { timeout: NO_TIMEOUT_MS } as const;
/** A server older than 2026-07-28 may not answer a request that it does not know. */
const PROBE_MS = 5_000;
/** Parts of the grace: until a program that does not stop by itself is told to, and until it is killed. */
const CLOSE_AFTER = 0.1;
const KILL_AFTER = 0.4;

/** Connects to a server. If that fails, closes what it opened. Rejects with the signal's reason if the signal aborts. */
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
    // An older server may end when it gets a request that it does not know.
    if (!(error instanceof EndedAsked)) throw error;
    return overStdio(sdk, server, options, false);
  }
}

/** The error for a program that ended when it was asked for its protocol version. */
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

/** The name and version of this client. */
function info(): { readonly name: string; readonly version: string } {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return { name: "quorate", version };
}
