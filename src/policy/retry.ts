import { QuorateError } from "../errors.ts";
import { backoffMs, type Backoff } from "./backoff.ts";

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

const OWN_CODES: ReadonlySet<unknown> = new Set(["TIMEOUT", "OUTPUT_INVALID"]);

// Errors come from outside: a chain of causes may be long, or a circle.
const MAX_CAUSES = 5;

/**
 * How long to wait before attempt number `attempt` is repeated, in ms, or `undefined` when its failure is not worth a
 * repetition: it would fail the same way, or the agent is told to stay away for longer than `maxRetryAfterMs`.
 *
 * Worth it are timeouts, output that failed its schema, network failures, the HTTP statuses 408, 425, 429 and 5xx, and
 * whatever says `retryable: true` (or `isRetryable`). `retryable: false` is a veto.
 */
export function retryWaitMs(
  error: unknown,
  attempt: number,
  backoff: Required<Backoff>,
  nowMs: number,
  jitter?: number,
): number | undefined {
  try {
    const chain = causes(error);
    if (!isWorthIt(chain)) return undefined;
    for (const link of chain) {
      const askedMs = retryAfterMs(link, nowMs);
      if (askedMs !== undefined) return askedMs > backoff.maxRetryAfterMs ? undefined : askedMs;
    }
  } catch {
    // Even `instanceof` throws on a hostile object, such as a revoked proxy: nothing it says can be relied on.
    return undefined;
  }
  return backoffMs(backoff, attempt, jitter);
}

type Fields = Readonly<Record<string, unknown>>;

function causes(error: unknown): readonly Fields[] {
  const chain: Fields[] = [];
  let next = error;
  while (isObject(next) && chain.length < MAX_CAUSES && !chain.includes(next)) {
    chain.push(next);
    next = field(next, "cause");
  }
  return chain;
}

function isWorthIt(chain: readonly Fields[]): boolean {
  for (const link of chain) {
    const said = field(link, "retryable") ?? field(link, "isRetryable");
    if (typeof said === "boolean") return said;
    if (link instanceof QuorateError && OWN_CODES.has(link.code)) return true;
    if (NETWORK_CODES.has(field(link, "code"))) return true;
    const status = field(link, "status") ?? field(link, "statusCode");
    if (typeof status === "number") {
      return status === 408 || status === 425 || status === 429 || (status >= 500 && status < 600);
    }
  }
  return false;
}

/** `retryAfterMs` as a number, or a `retry-after` header: seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMs(error: Fields, nowMs: number): number | undefined {
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
