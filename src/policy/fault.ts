import { QuorateError } from "../errors.ts";
import {
  causes,
  isNetworkFailure,
  retryAfterMs,
  saidRetryable,
  statusOf,
  type Fields,
} from "./foreign-error.ts";

/**
 * What a failed attempt says about what it called:
 *
 * - `busy`: it is there, and told the attempt to come later; after so many ms where it says so.
 * - `failed`: it was not reached, did not answer in time, or has a fault of its own.
 * - `answered`: it answered, and the answer is no good.
 * - `unknown`: nothing, for instance as the agent itself failed, or the request was wrong.
 */
export type Fault =
  | { readonly kind: "busy"; readonly retryAfterMs: number | undefined }
  | { readonly kind: "failed" | "answered" | "unknown" };

const FAILED: Fault = Object.freeze({ kind: "failed" });
const ANSWERED: Fault = Object.freeze({ kind: "answered" });
const UNKNOWN: Fault = Object.freeze({ kind: "unknown" });

const OUTPUT_CODES: ReadonlySet<string> = new Set([
  "OUTPUT_INVALID",
  "OUTPUT_NOT_JSON",
  "OUTPUT_TOO_LARGE",
  "CLAIMS_INVALID",
]);

/**
 * Whose fault an error is. Busy are HTTP 429 and 529, 503 with a `Retry-After`, and what has no status and a `retryAfterMs`;
 * but for `retryable: false`, since coming later is of no use then. Failed are timeouts, network failures, 408 and other 5xx.
 */
export function faultOf(error: unknown, nowMs: number): Fault {
  try {
    const chain = causes(error);
    const askedMs = chain.map((link) => retryAfterMs(link, nowMs)).find((ms) => ms !== undefined);
    const mayCome = chain.map(saidRetryable).find((said) => said !== undefined) !== false;
    const busy: Fault = mayCome ? { kind: "busy", retryAfterMs: askedMs } : UNKNOWN;
    for (const link of chain) {
      const said = saidBy(link);
      if (said === undefined) continue;
      if (typeof said !== "number") return said;
      if (said === 429 || said === 529 || (said === 503 && askedMs !== undefined)) return busy;
      return said === 408 || (said >= 500 && said < 600) ? FAILED : UNKNOWN;
    }
    return askedMs === undefined ? UNKNOWN : busy;
  } catch {
    // Even `instanceof` throws on a hostile object.
    return UNKNOWN;
  }
}

/** Whose fault one link of the chain says it is, or its HTTP status; `undefined` where it says neither. */
function saidBy(link: Fields): Fault | number | undefined {
  if (link instanceof QuorateError) {
    if (OUTPUT_CODES.has(link.code)) return ANSWERED;
    return link.code === "TIMEOUT" ? FAILED : undefined;
  }
  return isNetworkFailure(link) ? FAILED : statusOf(link);
}
