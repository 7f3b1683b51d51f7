import { MAX_TIMER_MS } from "../../async/clock.ts";
import type { RouteRequest, ServerParts } from "../asked.ts";
import { ANSWERS } from "../answers.ts";
import { closing, type ServerFailure } from "../driving.ts";
import { failureAnswer, HttpRefusal, isOwnFailure } from "./http-refusal.ts";
import type { ServerPackages } from "../load.ts";
import { rpcFailure } from "../mcp/over-http.ts";
import { readBody } from "./read-body.ts";
import { requestCheck } from "./request-check.ts";
import { ROUTES } from "../routes.ts";
import type { ServerRoute } from "./server-route.ts";
import { servedPage } from "../served-page.ts";
import type { Principal, TokenScope } from "./tokens.ts";
import { addresses, whoAsks } from "./who-asks.ts";

const MAX_URL_CHARS = 8_192;
const MAX_HEADER_CHARS = 32_768;
const MAX_BODY_MS = 10_000;
/** The key of all requests without a token. */
const NOBODY = "nobody";

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Headers of every answer. */
const SECURE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": CSP,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};

const BY_A2A: ReadonlySet<ServerRoute["id"]> = new Set(["a2aAsk", "a2aAskTeam"]);

/**
 * Answers requests. The checks have a fixed order: host and origin, size, caller, rate, rights, the request's content; only then is anything of
 * a run read.
 */
export function handler(
  parts: ServerParts,
  origins: readonly URL[],
  packages: ServerPackages,
  onFailure: (failure: ServerFailure) => void,
): (request: Request) => Promise<Response> {
  const check = requestCheck(packages);
  const own = addresses(origins);
  const app = new packages.Hono<{ Bindings: { readonly address: URL } }>();

  /** The caller. All attempts with unknown tokens share one allowance a minute. */
  function known(request: Request, address: URL): Principal {
    try {
      return whoAsks(request, address, parts.book, parts.sessions).principal;
    } catch (error) {
      parts.allowance.take(NOBODY);
      throw error;
    }
  }

  async function answer(
    route: ServerRoute,
    request: Request,
    address: URL,
    params: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const { needs } = route;
    const principal = needs === "open" ? undefined : known(request, address);
    // Open routes are counted each by itself, so that requests to one do not prevent signing in.
    parts.allowance.take(principal?.key ?? `open ${route.id}`);
    if (isScope(needs) && principal?.scopes.has(needs) !== true) {
      throw new HttpRefusal(
        403,
        "FORBIDDEN",
        `The token does not allow it: that needs the scope ${needs}.`,
      );
    }
    const query = check.query(route.id, new URL(request.url).searchParams);
    const { bodyBytes, requestMs } = parts.limits;
    const isGet = request.method === "GET";
    const read = isGet ? {} : await readBody(request, bodyBytes, Math.min(requestMs, MAX_BODY_MS));
    const body = check.body(route.id, read);
    const asked: RouteRequest = { parts, request, address, principal, params, query, body };
    // A message may wait for its run in addition to the time of a request.
    const waitsMs = BY_A2A.has(route.id) ? parts.a2aWaitsMs : 0;
    return await inTime(Math.min(requestMs + waitsMs, MAX_TIMER_MS), async () =>
      ANSWERS[route.id](asked),
    );
  }

  for (const route of ROUTES) {
    app.on(route.method, route.path, (c) =>
      answer(route, c.req.raw, c.env.address, c.req.param()).catch((error: unknown) => {
        if (isOwnFailure(error)) onFailure({ what: `${route.method} ${route.path}`, error });
        const refused = failureAnswer(error);
        return route.id === "mcp" ? rpcFailure(refused) : refused;
      }),
    );
  }
  app.notFound(async (c) => {
    const { method, path } = c.req;
    const page = method === "GET" ? await servedPage(path) : undefined;
    if (page !== undefined) return page;
    const methods = ROUTES.filter((route) => isPathOf(route.path, path)).map(
      (route) => route.method,
    );
    if (methods.length === 0) {
      return failureAnswer(
        new HttpRefusal(
          404,
          "NOT_FOUND",
          "There is nothing at this path; /openapi.json lists what there is.",
        ),
      );
    }
    const headers = { Allow: methods.join(", ") };
    return failureAnswer(
      new HttpRefusal(405, "METHOD_NOT_ALLOWED", `This path takes ${methods.join(", ")}.`, {
        headers,
      }),
    );
  });
  app.onError((error) => {
    onFailure({ what: "a request", error });
    return failureAnswer(error);
  });

  return async (request) => {
    let response: Response;
    try {
      const address = own.checkHost(request);
      own.checkOrigin(request, address);
      checkSize(request);
      if (parts.stopping.aborted) throw closing();
      response = await app.fetch(request, { address });
    } catch (error) {
      if (isOwnFailure(error)) onFailure({ what: "a request", error });
      response = failureAnswer(error);
    }
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(SECURE_HEADERS)) {
      if (!headers.has(name)) headers.set(name, value);
    }
    return new Response(response.body, { status: response.status, headers });
  };
}

function isScope(needs: ServerRoute["needs"]): needs is TokenScope {
  return needs !== "open" && needs !== "signed-in";
}

function isPathOf(pattern: string, path: string): boolean {
  const parts = path.split("/");
  const wanted = pattern.split("/");
  return (
    parts.length === wanted.length &&
    wanted.every((part, at) => part.startsWith(":") || part === parts[at])
  );
}

function checkSize(request: Request): void {
  if (request.url.length > MAX_URL_CHARS) {
    throw new HttpRefusal(
      414,
      "TOO_LARGE",
      `The address is longer than ${MAX_URL_CHARS} characters.`,
    );
  }
  let chars = 0;
  for (const [name, value] of request.headers) chars += name.length + value.length;
  if (chars > MAX_HEADER_CHARS) {
    throw new HttpRefusal(
      431,
      "TOO_LARGE",
      `The headers have more than ${MAX_HEADER_CHARS} characters.`,
    );
  }
}

/** The answer if it comes in time; a late one is discarded. */
async function inTime(ms: number, make: () => Promise<Response>): Promise<Response> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new HttpRefusal(503, "TIMEOUT", `The answer was not there within ${ms} ms; ask again.`),
    );
  }, ms);
  const made = make();
  try {
    return await Promise.race([made, late.promise]);
  } catch (error) {
    // A late answer has no reader.
    made.then(
      ({ body }) => void body?.cancel().catch(() => {}),
      () => {},
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
