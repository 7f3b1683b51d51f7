import { safeText } from "./safe-text.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A run's id as it is read and typed: the first part of a random one, which tells it from any other in practice. */
export function shortId(runId: string): string {
  return UUID.test(runId) ? runId.slice(0, 8) : safeText(runId);
}
