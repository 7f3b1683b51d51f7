import type { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { QuorateError } from "../model/errors.ts";
import { badStatus } from "../http/bad-status.ts";
import { guardedFetch } from "../http/guarded-fetch.ts";
import { headersFor, type HeaderValue } from "../http/header-values.ts";
import type { McpClientSdk } from "./load.ts";

/** A server at an address. */
export interface McpAddress {
  readonly url: string | URL;
  /** Sent with each request. Their values are kept out of errors. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Whether the host's address may be one that is not public: of this machine, or of its networks. Default: false. */
  readonly allowPrivate?: boolean;
}

export interface HttpConnection {
  readonly transport: StreamableHTTPClientTransport;
  /** Why a request failed; `undefined` where none did. */
  readonly fault: () => QuorateError | undefined;
  /** Rejects when the answer of a call has ended without an answer. */
  readonly brokenOff: Promise<never>;
  /** Ends its session, where it has one, and closes every connection. */
  readonly close: () => Promise<void>;
}

/** How long a server may take to hear that a call was cancelled, and that a session is over. */
const FAREWELL_MS = 1_000;

/** A transport over streamable HTTP, which asks the origin of its URL and no other. */
export async function httpTransport(
  sdk: McpClientSdk,
  { url: given, headers = {}, allowPrivate = false }: McpAddress,
  { agent, maxBytes }: { readonly agent: string; readonly maxBytes: number },
): Promise<HttpConnection> {
  const url = new URL(given);
  const made = await headersFor(headers, agent);
  const attempt = new AbortController();
  const brokenOff = Promise.withResolvers<never>();
  brokenOff.promise.catch(() => {});
  const farewells = new Set<Promise<unknown>>();
  let fault: QuorateError | undefined;
  const fetch = guardedFetch({ agent, origins: [url.origin], allowPrivate, maxBytes });

  // Redirects are the guard's: it follows them within the origin alone, and says why where it does not.
  const asked = async (
    to: string | URL,
    { redirect: _own, ...init }: RequestInit = {},
  ): Promise<Response> => {
    const signal =
      init.signal === undefined || init.signal === null
        ? attempt.signal
        : AbortSignal.any([init.signal, attempt.signal]);
    try {
      const response = await fetch(to, { ...init, signal });
      // A GET is refused by servers that say nothing unasked.
      if (response.status >= 400 && (init.method ?? "GET") === "POST") {
        const secrets = [...made.secrets, ...url.searchParams.values()];
        fault = await badStatus(response.clone(), agent, url.origin, secrets);
      }
      const { body } = response;
      if (body === null) return response;
      return new Response(hearing(body, failed), response);
    } catch (error) {
      failed(error);
      throw error;
    }
  };
  const failed = (error: unknown): void => {
    if (error instanceof QuorateError) fault = error;
  };

  const transport = new sdk.StreamableHTTPClientTransport(url, {
    fetch: (to, init) => {
      const response = asked(to, init);
      if (String(init?.body).includes('"notifications/cancelled"')) farewells.add(response);
      return response;
    },
    requestInit: { headers: { ...made.headers } },
    reconnectionOptions: {
      maxRetries: 2,
      initialReconnectionDelay: 500,
      maxReconnectionDelay: 5_000,
      reconnectionDelayGrowFactor: 2,
    },
  });
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const isCall =
      !Array.isArray(message) && "method" in message && message.method === "tools/call";
    if (!isCall) return send(message, options);
    // The SDK waits on where the stream of a call ends without an answer.
    const onRequestStreamEnd = (): void => {
      options?.onRequestStreamEnd?.();
      const why = `${agent}: ${url.origin} ended its answer before it was whole; ask it again`;
      const cause = new Error("the stream of a call ended without a response");
      setImmediate(() =>
        brokenOff.reject(fault ?? new QuorateError("AGENT_FAILED", why, { cause })),
      );
    };
    return send(message, { ...options, onRequestStreamEnd });
  };

  return {
    transport,
    fault: () => fault,
    brokenOff: brokenOff.promise,
    async close() {
      if (transport.sessionId !== undefined) farewells.add(transport.terminateSession());
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, FAREWELL_MS);
      await Promise.race([Promise.allSettled(farewells), late.promise]);
      clearTimeout(timer);
      await transport.close();
      attempt.abort(new Error("the attempt is over"));
    },
  };
}

/** The same stream; `failed` hears what it breaks off with, of which the SDK tells its text alone. */
function hearing(
  body: ReadableStream<Uint8Array>,
  failed: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          failed(error);
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
