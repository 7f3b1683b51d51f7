import { QuorateError, type ErrorCode } from "../model/errors.ts";
import {
  causes,
  errorsIn,
  field,
  isObject,
  mistakesOf,
  namesOf,
  statusOf,
} from "./foreign-error.ts";
import { retryAfterOf } from "./retry-after.ts";
import type { Fields } from "../model/record.ts";

/** What a failed attempt means for the next one. */
export interface Classified {
  /** Whether the call may be retried: yes, unless it is known to fail again. */
  readonly retry: boolean;
  readonly fault: Fault;
  /** How long the service asks to wait, in ms. */
  readonly retryAfterMs: number | undefined;
}

/**
 * What a failed attempt says about the service that it called:
 *
 * - `limited`: it works, and rejected the attempt because there were too many (HTTP 429).
 * - `busy`: it works, and asked to try later (HTTP 529, or 503 with a `Retry-After`).
 * - `failed`: it was not reached, did not answer in time, or has an error of its own.
 * - `answered`: it answered, and the answer is unusable.
 * - `unknown`: nothing, for instance because the agent itself failed, or the request was wrong.
 */
export type Fault = "limited" | "busy" | "failed" | "answered" | "unknown";

type Meaning = Omit<Classified, "retryAfterMs">;

const AGAIN: Meaning = { retry: true, fault: "unknown" };
const NEVER: Meaning = { retry: false, fault: "unknown" };
const FAILED: Meaning = { retry: true, fault: "failed" };
const ANSWERED: Meaning = { retry: true, fault: "answered" };
const LIMITED: Meaning = { retry: true, fault: "limited" };

/** What this package's own errors mean. Unlisted ones say nothing by themselves; perhaps their cause does. */
const OWN_CODES: Partial<Record<ErrorCode, Meaning>> = {
  TIMEOUT: FAILED,
  OUTPUT_INVALID: ANSWERED,
  // What the agent's own code makes of an answer.
  OUTPUT_NOT_JSON: { retry: false, fault: "answered" },
  OUTPUT_TOO_LARGE: { retry: false, fault: "answered" },
  CLAIMS_INVALID: { retry: false, fault: "answered" },
  BAD_OPTIONS: NEVER,
  BAD_ROUTE: NEVER,
  INPUT_INVALID: NEVER,
  BUDGET_EXCEEDED: NEVER,
  NO_BOUND: NEVER,
  BREAKER_OPEN: NEVER,
  CANCELLED: NEVER,
  IN_DOUBT: NEVER,
};

/** What HTTP statuses mean; of the unlisted ones, 5xx is an error of the server, and 4xx one of the request. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  408: FAILED,
  409: AGAIN,
  425: AGAIN,
  429: LIMITED,
  529: { retry: true, fault: "busy" },
};

/** What codes and names of errors mean, from systems and from clients. */
const NAMES: ReadonlyMap<unknown, Meaning> = new Map([
  // The network, from Node and from undici, which is Node's fetch.
  ...each(
    FAILED,
    `EAI_AGAIN EADDRNOTAVAIL ECONNABORTED ECONNREFUSED ECONNRESET EHOSTDOWN EHOSTUNREACH ENETDOWN ENETRESET ENETUNREACH
    ENOTFOUND EPIPE ETIMEDOUT ETIMEOUT ERR_HTTP_CONTENT_LENGTH_MISMATCH ERR_HTTP2_SESSION_ERROR ERR_HTTP2_STREAM_ERROR
    ERR_NETWORK ERR_STREAM_PREMATURE_CLOSE UND_ERR_BODY_TIMEOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH UND_ERR_SOCKET`,
  ),
  // An `AbortSignal.timeout` of the agent's own, and clients with their own words for it.
  ...each(FAILED, "TimeoutError APIConnectionError APIConnectionTimeoutError NetworkError"),
  // AWS answers many of the following with HTTP 400 or 403, and its own SDK retries them (@smithy/service-error-classification).
  ...each(FAILED, "RequestTimeout RequestTimeoutException"),
  // The clock is wrong, which the SDK corrects by the answer. Its other names for that are those of a wrong key, too.
  ...each(AGAIN, "RequestTimeTooSkewed RequestInTheFuture RequestExpired"),
  ...each(ANSWERED, "AI_NoObjectGeneratedError"),
  ...each(
    LIMITED,
    `BandwidthLimitExceeded EC2ThrottledException LimitExceededException PriorRequestNotComplete
    ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown
    Throttling ThrottlingException ThrottledException TooManyRequestsException TransactionInProgressException`,
  ),
  // A missing package or login.
  ...each(
    NEVER,
    `ERR_MODULE_NOT_FOUND MODULE_NOT_FOUND ERR_PACKAGE_PATH_NOT_EXPORTED ERR_UNKNOWN_BUILTIN_MODULE
    ERR_DLOPEN_FAILED AI_LoadAPIKeyError AI_LoadSettingError AI_NoSuchModelError AI_NoSuchProviderError
    CredentialsProviderError TokenProviderError CredentialUnavailableError`,
  ),
]);

function each(meaning: Meaning, names: string): readonly (readonly [string, Meaning])[] {
  return names.split(/\s+/).map((name) => [name, meaning]);
}

/** Services' names for a used-up quota or an unpaid bill: waiting does not help, whatever the status says. */
const EXHAUSTED: ReadonlySet<unknown> = new Set([
  "insufficient_quota",
  "billing_hard_limit_reached",
  "billing_not_active",
  "billing_error",
  "credit_balance_too_low",
  "exceeded_current_quota_error",
  "insufficient_balance",
]);

/**
 * What a failure means, decided by the outermost cause of its chain that says anything; `nowMs` is the time, for a `Retry-After` that
 * is a date. A failure that says nothing is retried. An explicit `retryable` overrides everything else in its cause.
 */
export function classify(error: unknown, nowMs: number): Classified {
  try {
    return classifyNested(error, nowMs, 0);
  } catch {
    // It is hostile, such as a revoked proxy in a list of errors.
    return { ...AGAIN, retryAfterMs: undefined };
  }
}

function classifyNested(error: unknown, nowMs: number, depth: number): Classified {
  const chain = causes(error);
  const retryAfterMs = chain
    .map((cause) => retryAfterOf(cause, nowMs))
    .find((ms) => ms !== undefined);
  let said: Partial<Meaning> = {};
  for (const cause of chain) said = { ...saidBy(cause, retryAfterMs), ...said };
  if (said.retry === undefined && said.fault === undefined && retryAfterMs === undefined) {
    const parts = depth < MAX_NESTED ? chain.flatMap(errorsIn).slice(0, MAX_PARTS) : [];
    // Several failed at once, as in `Promise.any`: retried if any of them would be.
    const each = parts.map((part) => classifyNested(part, nowMs, depth + 1));
    const first = each.find(({ retry }) => retry) ?? each[0];
    if (first !== undefined) return first;
  }
  const { retry = true, fault = retryAfterMs === undefined ? "unknown" : "busy" } = said;
  // If it must not be retried, it does not count as rate-limited.
  const isLater = fault === "limited" || fault === "busy";
  return { retry, fault: isLater && !retry ? "unknown" : fault, retryAfterMs };
}

const MAX_NESTED = 3;
// Each of them may have as many again.
const MAX_PARTS = 10;

/** What one cause of the chain says, if anything. */
function saidBy(cause: Fields, retryAfterMs: number | undefined): Partial<Meaning> {
  try {
    const meaning = meantBy(cause, retryAfterMs);
    const outright = field(cause, "retryable");
    if (typeof outright === "boolean") return { ...meaning, retry: outright };
    // The AWS SDK says it like this, also for some requests that were answered with HTTP 400.
    const hint = field(cause, "$retryable");
    if (isObject(hint))
      return field(hint, "throttling") === true ? LIMITED : { ...meaning, retry: true };
    if (meaning?.retry === false) return meaning;
    return { ...meaning, ...saidByClient(cause) };
  } catch {
    // Even `instanceof` throws on a hostile object, such as a revoked proxy: nothing that it says is reliable.
    return {};
  }
}

/**
 * A client's interpretation of the status: a used-up quota has the same status as too many requests. The AI SDK says `false` of every
 * status but 408, 409, 429 and 5xx, also of a broken body after 200, and nobody has meant anything by it.
 */
function saidByClient(cause: Fields): Partial<Meaning> {
  const may = field(cause, "isRetryable");
  if (typeof may !== "boolean") return {};
  const status = field(cause, "statusCode") ?? field(cause, "status");
  const isDefault = typeof status === "number" && (status < 400 || status === 425);
  return may || !isDefault ? { retry: may } : {};
}

function meantBy(cause: Fields, retryAfterMs: number | undefined): Meaning | undefined {
  if (cause instanceof QuorateError) return OWN_CODES[cause.code];
  if (mistakesOf(cause).some((mistake) => EXHAUSTED.has(mistake)) || isMissingProgram(cause)) {
    return NEVER;
  }
  for (const name of namesOf(cause)) {
    const meaning = NAMES.get(name);
    if (meaning !== undefined) return meaning;
  }
  const status = statusOf(cause);
  if (status === undefined) return streamed(cause) ?? remote(cause);
  if (status === 503 && retryAfterMs !== undefined) return { retry: true, fault: "busy" };
  return STATUSES[status] ?? (status < 500 ? NEVER : FAILED);
}

/** What services call a failure after they have answered with 200, in the middle of a stream. */
const STREAMED: ReadonlyMap<unknown, Meaning> = new Map([
  ...each(LIMITED, "rate_limit_error rate_limit_exceeded MODEL_RATE_LIMIT RESOURCE_EXHAUSTED"),
  ...each({ retry: true, fault: "busy" }, "overloaded_error overloaded UNAVAILABLE"),
  ...each(FAILED, "api_error server_error internal_server_error timeout_error INTERNAL"),
  ...each(
    NEVER,
    `authentication_error permission_error invalid_request_error not_found_error request_too_large invalid_api_key
    MODEL_AUTHENTICATION MODEL_NOT_FOUND UNAUTHENTICATED PERMISSION_DENIED INVALID_ARGUMENT NOT_FOUND UNIMPLEMENTED FAILED_PRECONDITION`,
  ),
]);

function streamed(cause: Fields): Meaning | undefined {
  const inner = field(cause, "error");
  const known = [
    ...mistakesOf(cause),
    field(cause, "lc_error_code"),
    isObject(inner) ? field(inner, "status") : undefined,
  ];
  return known.map((mistake) => STREAMED.get(mistake)).find((meaning) => meaning !== undefined);
}

/** The statuses of gRPC that say more than that something failed (`google.rpc.Code`). */
const GRPC: ReadonlyMap<unknown, Meaning> = new Map<unknown, Meaning>([
  ...[3, 5, 7, 9, 11, 12, 16].map((code) => [code, NEVER] as const),
  ...[4, 13, 14, 15].map((code) => [code, FAILED] as const),
  [8, LIMITED],
  [10, AGAIN],
]);

/** The errors of JSON-RPC for a request that is wrong: it cannot be parsed, its method or its parameters do not fit. */
const WRONG_REQUESTS: ReadonlySet<unknown> = new Set([-32_700, -32_600, -32_601, -32_602]);

/** A failure of a call by gRPC, Connect or JSON-RPC. Other codes with such numbers are those of programs. */
function remote(cause: Fields): Meaning | undefined {
  const code = field(cause, "code");
  if (WRONG_REQUESTS.has(code)) return NEVER;
  const isGrpc =
    (typeof field(cause, "details") === "string" && isObject(field(cause, "metadata"))) ||
    typeof field(cause, "rawMessage") === "string";
  return isGrpc ? GRPC.get(code) : undefined;
}

/** A program that cannot be started, as Node reports it, or that a shell did not find (126, 127: POSIX, 2.8.2). */
function isMissingProgram(cause: Fields): boolean {
  const code = field(cause, "code");
  const syscall = field(cause, "syscall");
  if (code === "ENOENT" || code === "EACCES") {
    return typeof syscall === "string" && syscall.startsWith("spawn");
  }
  const isCommand = field(cause, "cmd") !== undefined || field(cause, "command") !== undefined;
  const exit = field(cause, "exitCode") ?? code;
  return isCommand && (exit === 126 || exit === 127);
}
