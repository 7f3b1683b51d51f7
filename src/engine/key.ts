import { createHash } from "node:crypto";
import type { CallRequest } from "../call.ts";
import { canonicalJson } from "../json.ts";

/** Part of every key: another format is another key. */
const KEY_FORMAT = 1;

/**
 * The same for every attempt at the same request of a run, and another when the request changed: the agent's version,
 * its task, the results it sees, or the issues it is asked to mend. SHA-256 over canonical JSON (RFC 8785), in hex.
 */
export function idempotencyKey(request: CallRequest): string {
  const { runId, callId, version, input, results, issues } = request;
  return createHash("sha256")
    .update(canonicalJson([KEY_FORMAT, runId, callId, version ?? null, input ?? null, results, issues]))
    .digest("hex");
}
