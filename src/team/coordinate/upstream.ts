import type { AgentResult, CallRequest, UpstreamResult } from "../../model/call.ts";
import { put } from "../../model/record.ts";
import type { Plan } from "../plan.ts";
import type { Team } from "../team.ts";

const NOTHING: CallRequest["results"] = Object.freeze({});

/** The results that a member may see: those that it needs, and in sequence all that have ended before it. */
export function upstreamOf(
  { members }: Team,
  { mode, planned }: Plan,
  index: number,
  results: readonly (AgentResult | undefined)[],
): CallRequest["results"] {
  const seen = mode === "sequence" ? planned : (members[index]?.needs ?? []);
  if (seen.length === 0) return NOTHING;
  const upstream: Record<string, UpstreamResult> = {};
  for (const other of seen) {
    const result = results[other];
    const name = members[other]?.name;
    // In sequence this also holds in a rerun: it has not seen what came after it.
    if (result === undefined || name === undefined || other === index) continue;
    if (mode === "sequence" && other > index) continue;
    put<UpstreamResult>(
      upstream,
      name,
      result.status === "ok"
        ? { status: "ok", output: result.output }
        : { status: result.status, detail: detailOf(result) },
    );
  }
  return upstream;
}

function detailOf(result: Exclude<AgentResult, { status: "ok" }>): string {
  return result.status === "failed" ? result.error.message : result.detail;
}
