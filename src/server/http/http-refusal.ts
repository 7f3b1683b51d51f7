import { isSoundError, type ErrorCode } from "../../model/errors.ts";
import type { WireError } from "../wire.ts";

/** Codes of refusals by HTTP itself, before a run is looked up. */
export type HttpCode =
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "BAD_REQUEST"
  | "TOO_LARGE"
  | "UNSUPPORTED_TYPE"
  | "CONFLICT"
  | "TOO_MANY"
  | "TIMEOUT"
  | "CLOSING"
  | "NOT_INSTALLED"
  | "INTERNAL";

/** A request that is answered with an error. Thrown only within the server. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: HttpCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly issues: NonNullable<WireError["error"]["issues"]>;

  constructor(
    status: number,
    code: HttpCode,
    message: string,
    more: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly issues?: NonNullable<WireError["error"]["issues"]>;
    } = {},
  ) {
    super(message);
    this.name = "HttpRefusal";
    this.status = status;
    this.code = code;
    this.headers = more.headers ?? {};
    this.issues = more.issues ?? [];
  }
}

/** The HTTP statuses of a run's errors; any other code is a failure of the server. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  BAD_OPTIONS: 400,
  BAD_ROUTE: 400,
  INPUT_INVALID: 422,
  RUN_NOT_FOUND: 404,
  NO_SUCH_POSITION: 422,
  ALREADY_DECIDED: 409,
  RUN_OWNED: 409,
  RUN_ID_TAKEN: 409,
  NOT_RESUMABLE: 409,
  CANCELLED: 409,
  STORE_FAILED: 503,
  LEASE_LOST: 503,
  TIMEOUT: 504,
};

/** The answer to a failed request: one sentence, without a stack or internal details. */
export function failureAnswer(thrown: unknown): Response {
  if (thrown instanceof HttpRefusal) {
    const { code, message, issues } = thrown;
    return errorAnswer(
      thrown.status,
      { code, message, ...(issues.length > 0 && { issues }) },
      thrown.headers,
    );
  }
  const status = isSoundError(thrown) ? STATUS[thrown.code] : undefined;
  if (!isSoundError(thrown) || status === undefined || status >= 503) {
    const isDown = status === 503;
    return errorAnswer(
      status ?? 500,
      isDown
        ? {
            code: "STORE_FAILED",
            message: "The store does not answer as it should; try again later.",
          }
        : { code: "INTERNAL", message: "The server failed; its own log says why." },
      isDown ? { "Retry-After": "5" } : {},
    );
  }
  const { code, message, issues } = thrown;
  return errorAnswer(status, {
    code,
    message,
    ...(issues.length > 0 && { issues: issues.slice(0, 20) }),
  });
}

function errorAnswer(
  status: number,
  error: WireError["error"],
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error } satisfies WireError, { status, headers });
}

/** Whether a failure is the server's own, which its operator is told. */
export function isOwnFailure(thrown: unknown): boolean {
  if (thrown instanceof HttpRefusal) return false;
  if (!isSoundError(thrown)) return true;
  const status = STATUS[thrown.code];
  return status === undefined || status >= 503;
}
