import { lookup, type LookupAddress } from "node:dns";
import { request as plainRequest, type IncomingMessage } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { untilAborted } from "../async/until-aborted.ts";
import { QuorateError } from "../model/errors.ts";
import { clip, clipWords, plain } from "../model/text.ts";
import { boundedBody } from "./bounded-body.ts";
import { isPrivateAddress } from "./private-address.ts";
import { privateRefusal, refusal } from "./refusal.ts";

/** What one agent's requests may do. */
export interface Guard {
  /** The agent's name, for messages. */
  readonly agent: string;
  /** The origins that they may ask, in the form of `URL.origin`: only those that the user named, never one that a server named. */
  readonly origins: readonly string[];
  /** Whether they may ask addresses that are not public: those of this machine or of its networks. */
  readonly allowPrivate: boolean;
  /** The most bytes of a response body. */
  readonly maxBytes: number;
}

/** A `fetch` within a guard: takes and returns what the platform's `fetch` does. */
export type GuardedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const MAX_REDIRECTS = 3;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/**
 * Makes a `fetch` that keeps to the guard. It asks only the guard's origins, over http and https, and connects only to an address that it has
 * checked, even if the name resolves to another one later. It has no cookies, cache or proxy, and uses a new connection for each request. It
 * follows a redirect within the origin if that keeps the method. It passes a body on as it arrives and breaks it off with `OUTPUT_TOO_LARGE`
 * after `maxBytes`; it refuses a compressed body, which could be far larger than what was counted.
 *
 * The signal in `init` closes the connection at any time, also while the body is read; the promise rejects with its reason. An unread body
 * keeps its connection until the signal aborts or the body is cancelled. If the guard refuses a request or the server is not reached, the
 * promise rejects with `AGENT_FAILED`, whose cause says whether the failure is permanent. No message has a path, a query or a header, which may
 * hold secrets.
 */
export function guardedFetch(guard: Guard): GuardedFetch {
  return async (input, init = {}) => {
    const asked = await askedBy(input, init);
    for (let to = asked.url, redirects = 0; ; redirects += 1) {
      const response = await send(to, asked, guard);
      const { statusCode: status = 0 } = response;
      const { location } = response.headers;
      if (!REDIRECTS.includes(status) || location === undefined || asked.redirect === "manual") {
        return answered(response, asked, guard);
      }
      response.on("error", () => {}).destroy();
      to = redirected(to, location, { status, asked, redirects, guard });
    }
  };
}

/** Whether a URL's host is visibly not public, without a look-up. */
export function isPrivateHost({ hostname }: URL): boolean {
  const host = bare(hostname);
  if (isIP(host) !== 0) return isPrivateAddress(host);
  return /(?:^|\.)localhost\.?$/.test(host);
}

interface AskedUrl {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly redirect: RequestInit["redirect"];
  readonly signal: AbortSignal | undefined;
}

/** Headers that end or frame a message, or would send it elsewhere: only the connection sets them. */
export const OF_CONNECTION: ReadonlySet<string> = new Set(
  "host connection keep-alive proxy-connection content-length transfer-encoding te trailer upgrade expect accept-encoding".split(
    " ",
  ),
);

/** The request that `fetch` was called with. It makes no `Request`, which would leave a listener on the signal. */
async function askedBy(input: string | URL | Request, init: RequestInit): Promise<AskedUrl> {
  const given = input instanceof Request ? input : undefined;
  const url = new URL(given?.url ?? String(input));
  const signal = init.signal ?? given?.signal;
  signal?.throwIfAborted();
  const packed =
    init.body === undefined || init.body === null ? undefined : new Response(init.body);
  const source = packed ?? given;
  const headers = new Headers(init.headers ?? given?.headers);
  const type = packed?.headers.get("content-type");
  if (typeof type === "string" && !headers.has("content-type")) headers.set("content-type", type);
  return {
    url,
    method: (init.method ?? given?.method ?? "GET").toUpperCase(),
    headers: {
      ...Object.fromEntries([...headers].filter(([name]) => !OF_CONNECTION.has(name))),
      // A compressed body may be far larger than what was counted.
      "accept-encoding": "identity",
    },
    body:
      source === undefined || source.body === null
        ? undefined
        : new Uint8Array(await untilAborted(source.arrayBuffer(), signal)),
    redirect: init.redirect ?? given?.redirect,
    signal,
  };
}

async function send(url: URL, asked: AskedUrl, guard: Guard): Promise<IncomingMessage> {
  const { agent, origins } = guard;
  if (!origins.includes(url.origin)) {
    throw refusal(
      `${agent} would ask ${clip(url.origin, 200)}, and may only ask ${origins.join(", ")}; give the agent that address if that is intended`,
    );
  }
  const { method, headers, body, signal } = asked;
  const addresses = await untilAborted(addressesOf(url, guard), signal);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === "https:" ? secureRequest : plainRequest)(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { "content-length": body.length }) },
    // A connection of its own: the check of one request does not hold for another.
    agent: false,
    lookup: only(addresses),
  });
  const stop = (): void => void request.destroy(new Error("stopped"));
  signal?.addEventListener("abort", stop, { once: true });
  // Also for an error of the connection after the answer has arrived.
  request.on("error", (error) => reject(notReached(error, url, guard)));
  request.on("upgrade", (_, socket) => {
    socket.destroy();
    reject(
      refusal(
        `${agent} was answered in another protocol than HTTP, which was not asked for; have the server corrected`,
      ),
    );
  });
  request.on("response", resolve);
  request.end(body);
  try {
    return await promise;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Looks a host up, once for each request. Rejects if one of its addresses is not allowed. */
async function addressesOf(
  url: URL,
  { agent, allowPrivate }: Guard,
): Promise<readonly LookupAddress[]> {
  const host = bare(url.hostname);
  const family = isIP(host);
  const found = family === 0 ? await lookedUp(host, url, agent) : [{ address: host, family }];
  if (allowPrivate || !found.some(({ address }) => isPrivateAddress(address))) return found;
  throw privateRefusal(agent, url.host);
}

function lookedUp(host: string, url: URL, agent: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error === null && addresses.length > 0) resolve(addresses);
      else reject(notReached(error ?? new Error("it has no address"), url, { agent }));
    });
  });
}

/** A look-up that returns these addresses, so that the connection goes to one of them. */
function only(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all, family }, done) => {
    const [first] = addresses.filter((one) =>
      [0, undefined, one.family].includes(familyOf(family)),
    );
    if (all === true) done(null, [...addresses]);
    else if (first === undefined) done(new Error("no address of that family"), "", 0);
    else done(null, first.address, first.family);
  };
}

function familyOf(family: number | "IPv4" | "IPv6" | undefined): number | undefined {
  if (typeof family !== "string") return family;
  return family === "IPv4" ? 4 : 6;
}

const bare = (hostname: string): string => hostname.replaceAll(/^\[|\]$/g, "");

/** What to do about a fault of TLS; `undefined` for another one. */
function tlsMend(code: string): string | undefined {
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) {
    return "check that it speaks https and not http";
  }
  if (/CERT|_SIGNATURE$|^CRL_|^INVALID_CA$|^HOSTNAME_MISMATCH$/.test(code)) {
    return "renew its certificate, or name its authority in NODE_EXTRA_CA_CERTS";
  }
  return undefined;
}

function notReached(error: Error, { origin }: URL, { agent }: Pick<Guard, "agent">): QuorateError {
  const { code } = error as { readonly code?: unknown };
  const why = typeof code === "string" ? code : error.name;
  const mend = typeof code === "string" ? tlsMend(code) : undefined;
  if (mend !== undefined) {
    const said = clipWords(plain(error.message.split(/[;\n]/, 1)[0] ?? "").trim(), 200);
    const untrusted = `${agent} has no secure connection to ${origin} (${why}: ${said}); ${mend}`;
    const cause = Object.assign(new Error(said), { code, retryable: false });
    return new QuorateError("AGENT_FAILED", untrusted, { cause });
  }
  const message = `${agent} got no answer from ${origin} (${why}); check that it is up and can be reached from here`;
  return new QuorateError("AGENT_FAILED", message, { cause: error });
}

interface Redirect {
  readonly status: number;
  readonly asked: AskedUrl;
  readonly redirects: number;
  readonly guard: Guard;
}

function redirected(
  from: URL,
  location: string,
  { status, asked, redirects, guard }: Redirect,
): URL {
  const where = `${guard.agent}: ${from.origin} redirects (HTTP ${status})`;
  const mend = "give the address that answers";
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined) throw refusal(`${where} to an invalid address; have the server corrected`);
  if (to.origin !== from.origin) {
    throw refusal(
      `${where} to another origin, ${clip(to.origin, 200)}, which is not followed; ${mend}`,
    );
  }
  const keepsMethod = status >= 307 || ["GET", "HEAD"].includes(asked.method);
  const why = !keepsMethod
    ? `, which would turn the ${asked.method} into another request`
    : asked.redirect === "error"
      ? ", which is not allowed here"
      : redirects === MAX_REDIRECTS
        ? ` ${redirects + 1} times in a row`
        : undefined;
  if (why !== undefined) throw refusal(`${where}${why}; ${mend}`);
  return to;
}

function answered(response: IncomingMessage, { method, signal }: AskedUrl, guard: Guard): Response {
  const { statusCode: status = 0 } = response;
  if (signal?.aborted === true) {
    response.on("error", () => {}).destroy();
    throw signal.reason;
  }
  if (status < 200 || status > 599) {
    response.on("error", () => {}).destroy();
    throw refusal(
      `${guard.agent} was answered with HTTP ${status}, which has no content; have the server corrected`,
    );
  }
  const isEmpty = method === "HEAD" || WITHOUT_BODY.includes(status);
  if (isEmpty) response.on("error", () => {}).destroy();
  const body = isEmpty ? null : boundedBody(response, signal, guard);
  return new Response(body, { status, headers: headersOf(response) });
}

/** The headers that the platform accepts; the others could not be read. */
function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    try {
      headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
    } catch {
      continue;
    }
  }
  return headers;
}
