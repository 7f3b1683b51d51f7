import type { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { QuorateError } from "../model/errors.ts";
import { badStatus } from "../http/bad-status.ts";
import { guardedFetch } from "../http/guarded-fetch.ts";
import { headersFor, type HeaderValue } from "../http/header-values.ts";
import type { McpClientSdk } from "./load.ts";

/** A server at a URL. */
export interface McpAddress {
  readonly url: string | URL;
  /** Headers of each request. Their values are kept out of errors. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Whether the host may have an address that is not public: of this machine, or of its networks. Default: false. */
  readonly allowPrivate?: boolean;
}

export interface HttpConnection {
  readonly transport: StreamableHTTPClientTransport;
  /** Why a request failed; `undefined` if none did. */
  readonly fault: () => QuorateError | undefined;
  /** Rejects when the stream of a call ends without an answer. */
  readonly brokenOff: Promise<never>;
  /** Ends the session, if there is one, and closes all connections. */
  readonly close: () => Promise<void>;
}

/** How long the messages that cancel a call and end the session may take, in ms. */
const FAREWELL_MS = 1_000;

/** A transport over streamable HTTP that only asks the origin of its URL. */
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

  // The guard follows redirects, within the origin only, and says why if it does not follow one.
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
      // Servers that send nothing unasked refuse a GET.
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
    // The SDK would wait without end if the stream of a call ends without an answer.
    const onRequestStreamEnd = (): void => {
      options?.onRequestStreamEnd?.();
      const why = `${agent}: ${url.origin} broke off its answer; ask it again`;
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

/** The same stream; `failed` gets the error that breaks it off, of which the SDK passes on only the text. */
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
