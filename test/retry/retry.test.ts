import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QuorateError } from "../../src/index.ts";
import { backoffMs, DEFAULT_BACKOFF } from "../../src/retry/backoff.ts";
import { classify } from "../../src/retry/classify-error.ts";
import { retryWaitMs } from "../../src/retry/retry.ts";

const QUOTA = "insufficient_quota";
const NOW_MS = Date.UTC(2026, 0, 1);

function waitMs(error: unknown, attempt = 1): number | undefined {
  return retryWaitMs(error, attempt, DEFAULT_BACKOFF, NOW_MS);
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const failing = (fields: object): Error => Object.assign(new Error("failed"), fields);

describe("what is worth a repetition", () => {
  it.each([
    ["a timeout", new QuorateError("TIMEOUT", "slow")],
    ["output that fails its schema", new QuorateError("OUTPUT_INVALID", "bad")],
    ["a connection that was reset", failing({ code: "ECONNRESET" })],
    ["a name that was not resolved just now", failing({ code: "EAI_AGAIN" })],
    ["fetch's own timeout, as a cause", failing({ cause: { code: "UND_ERR_HEADERS_TIMEOUT" } })],
    ["HTTP 408", failing({ status: 408 })],
    ["HTTP 409", failing({ status: 409 })],
    ["HTTP 425", failing({ status: 425 })],
    ["HTTP 429", failing({ statusCode: 429 })],
    ["HTTP 500", failing({ status: 500 })],
    ["HTTP 599", failing({ status: 599 })],
    ["what says so itself", failing({ retryable: true })],
    ["what an SDK says so of", failing({ isRetryable: true })],
    ["a plain object that says so", { retryable: true }],
    [
      "a cause that says so, five deep",
      { cause: { cause: { cause: { cause: { status: 503 } } } } },
    ],
  ])("%s is", (_, error) => {
    expect(waitMs(error)).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["an error that says nothing", new Error("no")],
    ["a mistake of the agent's own", new TypeError("x is not a function")],
    ["HTTP 600, which there is not,", failing({ status: 600 })],
    ["a status that is text", failing({ status: "503" })],
    ["a file that is not there", failing({ code: "ENOENT", syscall: "open" })],
    ["undefined", undefined],
    ["null", null],
    ["a string", "ECONNRESET"],
    ["a number", 503],
    ["a symbol", Symbol("no")],
    [
      "a cause beyond the fifth, whatever it says,",
      { cause: { cause: { cause: { cause: { cause: { status: 404 } } } } } },
    ],
    ["a revoked proxy", revoked()],
    ["a cause that is a revoked proxy", failing({ cause: revoked() })],
    ["a failure of several, one of them worth it,", new AggregateError([{ status: 404 }, Error()])],
    ["a quota used up, where the error insists,", failing({ code: QUOTA, retryable: true })],
    ["HTTP 404, where the error insists,", failing({ status: 404, retryable: true })],
  ])("%s is, as nobody knows that it is in vain", (_, error) => {
    expect(waitMs(error)).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["HTTP 400", failing({ status: 400 })],
    ["HTTP 401", failing({ status: 401 })],
    ["HTTP 403", failing({ status: 403 })],
    ["HTTP 404", failing({ status: 404 })],
    ["HTTP 422 as text", failing({ status: "422" })],
    ["output that is not JSON", new QuorateError("OUTPUT_NOT_JSON", "no")],
    ["output that is too large", new QuorateError("OUTPUT_TOO_LARGE", "no")],
    ["a bad input", new QuorateError("INPUT_INVALID", "no")],
    ["a budget", new QuorateError("BUDGET_EXCEEDED", "no")],
    ["a breaker", new QuorateError("BREAKER_OPEN", "no")],
    ["a cancellation", new QuorateError("CANCELLED", "no")],
    ["a veto over a status", failing({ retryable: false, status: 503 })],
    ["a veto over a cause that would be", failing({ retryable: false, cause: { status: 503 } })],
    [
      "a veto over a timeout",
      Object.assign(new QuorateError("TIMEOUT", "t"), { retryable: false }),
    ],
    ["a 404 caused by a 503", failing({ status: 404, cause: { status: 503 } })],
    ["a program that is not there", failing({ code: "ENOENT", syscall: "spawn claude" })],
    ["a program that a shell does not find", failing({ code: 127, cmd: "claude -p" })],
    ["a package that is not there", failing({ code: "ERR_MODULE_NOT_FOUND" })],
    ["a quota that is used up", failing({ status: 429, code: QUOTA })],
    ["a failure of several, all in vain,", new AggregateError([{ status: 404 }, { status: 401 }])],
  ])("%s is not", (_, error) => {
    expect(waitMs(error)).toBeUndefined();
  });

  it("survives a circle of causes", () => {
    const a = failing({});
    const b = failing({ cause: a });
    Object.assign(a, { cause: b });
    expect(waitMs(a)).toBeGreaterThanOrEqual(0);
  });

  it("takes a property that throws when it is read for absent", () => {
    const error = Object.defineProperties(failing({ status: 503 }), {
      retryable: { get: () => expect.unreachable() },
      code: { get: () => expect.unreachable() },
    });
    expect(waitMs(error)).toBeGreaterThanOrEqual(0);
  });
});

describe("what clients throw that are too large to be had here", () => {
  const aws = (name: string, httpStatusCode: number | undefined, fields: object = {}) =>
    Object.assign(new Error(name), {
      name,
      $fault: "client",
      $metadata: { httpStatusCode, attempts: 1, totalRetryDelay: 0 },
      ...fields,
    });
  it.each([
    ["AWS: throttled with HTTP 400", aws("ThrottlingException", 400)],
    ["AWS: throttled by its own word", aws("Odd", 400, { $retryable: { throttling: true } })],
    ["AWS: repeated by its own word", aws("ModelNotReadyException", 424, { $retryable: {} })],
    ["AWS: unavailable", aws("ServiceUnavailableException", 503)],
    ["AWS: the request took too long", aws("RequestTimeout", 400)],
    ["AWS: the request took too long, as others say it", aws("RequestTimeoutException", 400)],
    ["AWS: the clock is wrong", aws("RequestTimeTooSkewed", 403)],
    ["AWS: the clock is ahead", aws("RequestInTheFuture", 403)],
    ["AWS: the clock is behind", aws("RequestExpired", 400)],
    ["AI SDK: too early", failing({ statusCode: 425, isRetryable: false })],
    ["AI SDK: a broken body after 200", failing({ statusCode: 200, isRetryable: false })],
    ["AWS: no response", aws("TimeoutError", undefined)],
    ["Google: too many, as a code that is text", failing({ code: "429" })],
    ["gRPC: unavailable", failing({ code: 14, details: "unavailable" })],
    ["gRPC: exhausted", failing({ code: 8, details: "quota", metadata: {} })],
    ["a program that ended with 7", failing({ code: 7, stderr: "" })],
    [
      "Anthropic: overloaded in a stream",
      failing({ error: { error: { type: "overloaded_error" } } }),
    ],
    [
      "Anthropic: too many, in a stream",
      failing({ error: { error: { type: "rate_limit_error" } } }),
    ],
    ["OpenAI: too many, in a stream", failing({ code: "rate_limit_exceeded" })],
    [
      "OpenAI: a conflict that calls itself invalid",
      failing({ status: 409, type: "invalid_request_error" }),
    ],
    ["LangChain: too many", failing({ lc_error_code: "MODEL_RATE_LIMIT" })],
    ["JSON-RPC: an error of the server's", failing({ code: -32_603 })],
  ])("%s is repeated", (_, error) => {
    expect(waitMs(error)).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["AWS: refused", aws("ValidationException", 400)],
    ["AWS: a wrong key", aws("SignatureDoesNotMatch", 403)],
    ["AI SDK: a status that it would repeat", failing({ statusCode: 503, isRetryable: false })],
    ["a client that says so without a status", failing({ isRetryable: false })],
    ["AWS: no permission", aws("AccessDeniedException", 403)],
    ["AWS: a response without metadata", failing({ $response: { statusCode: 404, headers: {} } })],
    ["AWS: no credentials", Object.assign(new Error("no"), { name: "CredentialsProviderError" })],
    ["Azure: no credentials", failing({ name: "CredentialUnavailableError" })],
    ["gRPC: no login", failing({ code: 16, details: "no token", metadata: {} })],
    ["Connect: no permission", failing({ code: 7, rawMessage: "no" })],
    [
      "Anthropic: no login, in a stream",
      failing({ error: { error: { type: "authentication_error" } } }),
    ],
    [
      "Anthropic: a wrong request, in a stream",
      failing({ error: { error: { type: "invalid_request_error" } } }),
    ],
    ["Google: no permission, by its word", failing({ error: { status: "PERMISSION_DENIED" } })],
    ["LangChain: no login", failing({ lc_error_code: "MODEL_AUTHENTICATION" })],
    ["JSON-RPC: parameters that do not fit", failing({ code: -32_602 })],
    ["Google: not found, as a code that is a number", failing({ code: 404 })],
  ])("%s is not repeated", (_, error) => {
    expect(waitMs(error)).toBeUndefined();
  });
});

describe("what the AWS SDK calls throttling", () => {
  it.each(
    `BandwidthLimitExceeded EC2ThrottledException LimitExceededException PriorRequestNotComplete
    ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown
    ThrottledException Throttling ThrottlingException TooManyRequestsException TransactionInProgressException`.split(
      /\s+/,
    ),
  )("%s with HTTP 400 is HTTP 429 to a caller", (name) => {
    const error = Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
    expect(classify(error, NOW_MS)).toMatchObject({ retry: true, fault: "limited" });
  });
});

describe("Retry-After", () => {
  it.each([
    ["seconds", "7", 7_000],
    ["seconds with spaces", " 7 ", 7_000],
    ["zero", "0", 0],
    ["a number", 7, 7_000],
    ["a date", new Date(NOW_MS + 9_000).toUTCString(), 9_000],
    ["a date of RFC 850", "Thursday, 01-Jan-26 00:00:09 GMT", 9_000],
    ["a date of C's asctime", "Thu Jan  1 00:00:09 2026", 9_000],
    ["a fraction of a second", "0.25", 250],
    ["a date that is over", new Date(NOW_MS - 9_000).toUTCString(), 0],
    ["exactly the most that is obeyed", "60", 60_000],
    ["more than is obeyed", "61", undefined],
    ["a date beyond what is obeyed", new Date(NOW_MS + 61_000).toUTCString(), undefined],
  ])("obeys %s", (_, value, expected) => {
    expect(waitMs(failing({ status: 429, headers: { "retry-after": value } }))).toBe(expected);
  });

  const seven = { "retry-after": "7" };
  it.each([
    ["headers of fetch", { headers: new Headers(seven) }],
    ["headers in the case of the RFC", { headers: { "Retry-After": "7" } }],
    ["headers of an AI SDK", { responseHeaders: seven }],
    ["the headers of a response", { response: { headers: new Headers(seven) } }],
    [
      "headers of another make",
      { headers: { get: (name: string) => (name === "retry-after" ? "7" : null) } },
    ],
    ["a map of headers", { headers: new Map([["Retry-After", "7"]]) }],
    [
      "pairs of headers",
      {
        headers: [
          ["content-type", "text/plain"],
          ["Retry-After", "7"],
        ],
      },
    ],
    ["a flat list of headers", { headers: ["content-type", "text/plain", "Retry-After", "7"] }],
    [
      "a flat list of bytes",
      {
        headers: ["content-type", "text/plain", "Retry-After", "7"].map((one) => Buffer.from(one)),
      },
    ],
    ["a header that is a list of one", { headers: { "retry-after": ["7"] } }],
    [
      "milliseconds in a header, which are above seconds",
      { headers: { ...seven, "retry-after": "60", "Retry-After-Ms": "7000" } },
    ],
    ["the response of the AWS SDK", { $response: { headers: seven } }],
    ["milliseconds", { retryAfterMs: 7_000 }],
    ["a cause's headers", { cause: { headers: seven } }],
  ])("is found in %s", (_, fields) => {
    expect(waitMs(failing({ status: 429, ...fields }))).toBe(7_000);
  });

  const nothing = ["soon", "", " ", "NaN", "-1", "5, 5", "120;", "1e3", "0x10", "Infinity", "+5"];
  const noDates = ["2026-01-01T00:00:09Z", "Thu, 31 Feb 2026 00:00:09 GMT", "1 Jan 2026"];
  it.each([...nothing, ...noDates, ["5", "5"], {}, null, Symbol("7")])(
    "is nothing when it is %s",
    (value) => {
      const wait = waitMs(failing({ status: 429, headers: { "retry-after": value } }));
      expect(wait).toBeLessThanOrEqual(DEFAULT_BACKOFF.baseMs);
    },
  );

  it("is not asked for where a repetition is not worth it", () => {
    expect(waitMs(failing({ status: 404, headers: seven }))).toBeUndefined();
  });

  it("does not throw for headers that are a revoked proxy", () => {
    expect(() => waitMs(failing({ status: 429, headers: revoked() }))).not.toThrow();
  });
});

describe("back-off", () => {
  it("stays between 0 and the doubled base, and below the greatest", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (attempt, baseMs, maxMs) => {
          const wait = backoffMs({ baseMs, maxMs, maxRetryAfterMs: 0 }, attempt);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(Math.min(maxMs, baseMs * 2 ** (attempt - 1)));
        },
      ),
    );
  });

  it("is spread over the whole of its range", () => {
    const waits = Array.from({ length: 1_000 }, () => backoffMs(DEFAULT_BACKOFF, 3));
    // A thousand draws miss a tenth of the range with a chance of 10^-46.
    expect(Math.min(...waits)).toBeLessThan(200);
    expect(Math.max(...waits)).toBeGreaterThan(1_800);
  });
});
