import { lookup, type LookupAddress } from "node:dns";
import { request as plainRequest, type IncomingMessage } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { untilAborted } from "../async/until-aborted.ts";
import { QuorateError } from "../model/errors.ts";
import { clip } from "../model/text.ts";
import { boundedBody } from "./bounded-body.ts";
import { isPrivateAddress } from "./private-address.ts";
import { privateRefusal, refusal } from "./refusal.ts";

/** What the requests of one agent may do. */
export interface Guard {
  /** Whose requests these are, for messages. */
  readonly agent: string;
  /** Where they may go, as `URL.origin` has it: what the user named, and never what a server said. */
  readonly origins: readonly string[];
  /** Whether they may go to addresses that are not public ones: of this machine, or of its networks. */
  readonly allowPrivate: boolean;
  /** How large the body of a response may be, in bytes. */
  readonly maxBytes: number;
}

/** A `fetch` within a guard: takes what the platform's takes, and answers with what that answers with. */
export type GuardedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const MAX_REDIRECTS = 3;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/**
 * Makes a `fetch` that keeps to the guard: it asks the origins that it names and no other, over http and https, at an address that was checked
 * and at no other, whatever a name means a moment later. It has no cookies, no cache and no proxy, and a connection of its own for each request.
 * A redirect is followed within the origin where it keeps the method. A body is handed on as it comes, and breaks off with `OUTPUT_TOO_LARGE`
 * behind `maxBytes`; one that was packed, so that it may be far larger than what came, is refused.
 *
 * The signal in `init` closes the connection at any time, also while the body is read, and its reason is what rejects. A body that nobody
 * reads keeps its connection until then, or until it is cancelled. What the guard refuses, and where the server is not reached, rejects with
 * `AGENT_FAILED`; its cause says whether that is for good. No message has a path, a query or a header in it: there may be secrets in them.
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

/** Whether a URL says by itself that its host is not a public one: nothing has to be looked up for that. */
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

/** Which end or frame a message, or would send it elsewhere: these are the connection's own. */
export const OF_CONNECTION: ReadonlySet<string> = new Set(
  "host connection keep-alive proxy-connection content-length transfer-encoding te trailer upgrade expect accept-encoding".split(
    " ",
  ),
);

/** What is asked, taken from what `fetch` is called with. No `Request` is made of it: that would leave a listener on the signal. */
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
      // What is packed may be far larger than what was counted.
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
      `${agent} was to ask ${clip(url.origin, 200)}, and may ask ${origins.join(", ")} alone; give it that address, if it is meant`,
    );
  }
  const { method, headers, body, signal } = asked;
  const addresses = await untilAborted(addressesOf(url, guard), signal);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === "https:" ? secureRequest : plainRequest)(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { "content-length": body.length }) },
    // A connection of its own: what was checked for one request says nothing about another.
    agent: false,
    lookup: only(addresses),
  });
  const stop = (): void => void request.destroy(new Error("stopped"));
  signal?.addEventListener("abort", stop, { once: true });
  // Also what a connection still says when the answer is there.
  request.on("error", (error) => reject(notReached(error, url, guard)));
  request.on("upgrade", (_, socket) => {
    socket.destroy();
    reject(
      refusal(`${agent} was answered with another protocol than HTTP, unasked; mend it there`),
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

/** Looks a host up, once for each request. Rejects where one of its addresses is not allowed. */
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

/** A look-up that knows the addresses already: the connection goes to one of these. */
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

function notReached(error: Error, { origin }: URL, { agent }: Pick<Guard, "agent">): QuorateError {
  const { code } = error as { readonly code?: unknown };
  const why = typeof code === "string" ? code : error.name;
  const message = `${agent} got no answer from ${origin} (${why}); look whether it is up and reached from here`;
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
  if (to === undefined) throw refusal(`${where} to what is no address; mend it there`);
  if (to.origin !== from.origin) {
    throw refusal(
      `${where} to another origin, ${clip(to.origin, 200)}, which is not followed; ${mend}`,
    );
  }
  const keepsMethod = status >= 307 || ["GET", "HEAD"].includes(asked.method);
  const why = !keepsMethod
    ? `, which would make another request of a ${asked.method}`
    : asked.redirect === "error"
      ? ", which is not wanted here"
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
      `${guard.agent} was answered with HTTP ${status}, which says nothing; mend it there`,
    );
  }
  const isEmpty = method === "HEAD" || WITHOUT_BODY.includes(status);
  if (isEmpty) response.on("error", () => {}).destroy();
  const body = isEmpty ? null : boundedBody(response, signal, guard);
  return new Response(body, { status, headers: headersOf(response) });
}

/** Those that the platform takes; others say nothing that anybody could read. */
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
