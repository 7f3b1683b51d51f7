import { HttpRefusal } from "./http-refusal.ts";
import { SESSION_SECONDS, type Principal, type Sessions, type TokenBook } from "./tokens.ts";

/** The addresses at which browsers reach the server. */
export interface Addresses {
  /** Refuses another host name: an attacker's page may make its name resolve to this server (DNS rebinding). */
  readonly checkHost: (request: Request) => URL;
  /** Refuses requests from pages of another origin. */
  readonly checkOrigin: (request: Request, address: URL) => void;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The configured addresses; without any, this machine's own names, with any port. */
export function addresses(origins: readonly URL[]): Addresses {
  const known = new Map(origins.map((origin) => [origin.host, origin]));
  return {
    checkHost(request) {
      const host = (request.headers.get("host") ?? "").toLowerCase();
      const named = known.get(host);
      if (named !== undefined) return named;
      if (known.size === 0) {
        const own = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
        if (own !== undefined && own.host === host && LOOPBACK.has(own.hostname)) return own;
        if (own !== undefined && `${own.hostname}:80` === host && LOOPBACK.has(own.hostname))
          return own;
      }
      throw new HttpRefusal(
        421,
        "FORBIDDEN",
        "This Host is not an address of the server; add it to its origins.",
      );
    },
    checkOrigin(request, address) {
      const origin = request.headers.get("origin");
      if (origin !== null && origin !== address.origin) {
        throw new HttpRefusal(403, "FORBIDDEN", "Requests of other origins are refused.");
      }
    },
  };
}

/** How callers are recognised. */
export interface WhoAsks {
  readonly principal: Principal;
  readonly by: "token" | "session";
}

/** The caller, by the token or the cookie of a request. Refuses with 401 an unknown one. */
export function whoAsks(
  request: Request,
  address: URL,
  book: TokenBook,
  sessions: Sessions,
): WhoAsks {
  const header = request.headers.get("authorization");
  if (header !== null) {
    const [, token] = /^bearer +(\S+)$/i.exec(header) ?? [];
    const principal = token === undefined ? undefined : book.of(token);
    if (principal !== undefined) return { principal, by: "token" };
    throw unauthorized("The token is not known.");
  }
  const session = sessionIn(request, address);
  const principal = session === undefined ? undefined : sessions.of(session);
  if (principal === undefined) {
    throw unauthorized("Sign in, or send a token: Authorization: Bearer TOKEN.");
  }
  if (request.method !== "GET") checkOwnPage(request, address);
  return { principal, by: "session" };
}

/** A browser sends the cookie by itself, so requests that change something must come from the server's own page. */
export function checkOwnPage(request: Request, address: URL): void {
  const isOwn =
    request.headers.get("origin") === address.origin ||
    (request.headers.get("origin") === null &&
      request.headers.get("sec-fetch-site") === "same-origin");
  if (!isOwn) {
    throw new HttpRefusal(
      403,
      "FORBIDDEN",
      "With a cookie, only the server's own page changes anything.",
    );
  }
}

function unauthorized(message: string): HttpRefusal {
  return new HttpRefusal(401, "UNAUTHORIZED", message, {
    headers: { "WWW-Authenticate": 'Bearer realm="quorate"' },
  });
}

/** Cookies ignore ports, so servers on one machine need different names. */
function cookieName({ port, protocol }: URL): string {
  const isSecure = protocol === "https:";
  return `${isSecure ? "__Host-" : ""}quorate${port === "" ? "" : `-${port}`}`;
}

export function sessionIn(request: Request, address: URL): string | undefined {
  const name = cookieName(address);
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [key = "", value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

/** The cookie of a session; without a session, one that removes it. */
export function sessionCookie(address: URL, session: string | undefined): string {
  const secure = address.protocol === "https:" ? "; Secure" : "";
  const age = session === undefined ? 0 : SESSION_SECONDS;
  return `${cookieName(address)}=${session ?? ""}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure}`;
}
