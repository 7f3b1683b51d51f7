// What a foreign error says of itself. It may be anything, and `instanceof` throws on some: whoever asks is ready for that.

// Failures of the way to the agent, not of its answer. The UND_ERR names are those of Node's fetch.
const NETWORK_CODES: ReadonlySet<unknown> = new Set([
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
]);

// Errors come from outside: a chain of causes may be long, or a circle.
const MAX_CAUSES = 5;

/** An object of whatever kind. */
export type Fields = Readonly<Record<string, unknown>>;

/** An error and what caused it, and so on, a few deep. */
export function causes(error: unknown): readonly Fields[] {
  const chain: Fields[] = [];
  let next = error;
  while (isObject(next) && chain.length < MAX_CAUSES && !chain.includes(next)) {
    chain.push(next);
    next = field(next, "cause");
  }
  return chain;
}

/** What it says of whether it may be repeated. */
export function saidRetryable(error: Fields): boolean | undefined {
  const said = field(error, "retryable") ?? field(error, "isRetryable");
  return typeof said === "boolean" ? said : undefined;
}

/** Whether it failed on the way. */
export function isNetworkFailure(error: Fields): boolean {
  return NETWORK_CODES.has(field(error, "code"));
}

/** Its HTTP status. */
export function statusOf(error: Fields): number | undefined {
  const status = field(error, "status") ?? field(error, "statusCode");
  return typeof status === "number" ? status : undefined;
}

/** `retryAfterMs` as a number, or a `retry-after` header: seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(error: Fields, nowMs: number): number | undefined {
  const direct = field(error, "retryAfterMs");
  if (typeof direct === "number" && direct >= 0) return direct;
  const response = field(error, "response");
  const text =
    header(field(error, "headers")) ??
    header(field(error, "responseHeaders")) ??
    (isObject(response) ? header(field(response, "headers")) : undefined);
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text.trim())) return Number(text) * 1_000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

function header(headers: unknown): string | undefined {
  if (headers instanceof Headers) return headers.get("retry-after") ?? undefined;
  if (!isObject(headers)) return undefined;
  const value = field(headers, "retry-after") ?? field(headers, "Retry-After");
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** A property of a foreign object; one that throws when read counts as absent. */
function field(object: Fields, name: string): unknown {
  try {
    return object[name];
  } catch {
    return undefined;
  }
}
