import { BACKEND } from "../check/arguments.ts";
import { isShared } from "../call/key.ts";
import {
  recordedTruths,
  TRUTH_QUERY,
  type TruthQuery,
} from "../learning/history/recorded-truths.ts";
import { History } from "../log/history.ts";
import type { CallEnded, CallState } from "../log/call-state.ts";
import { AMOUNTS, type Cost } from "../model/call.ts";
import type { Json } from "../model/json.ts";
import { put } from "../model/record.ts";
import type { Store } from "../store/store.ts";
import type { EvalCase, RecordedResult } from "./eval-case.ts";

/** A run whose truths are known, as a case; or why it is left out. */
export type CaseOfRun =
  | { readonly runId: string; readonly case: EvalCase; readonly leftOut?: undefined }
  | { readonly runId: string; readonly case?: undefined; readonly leftOut: string };

/**
 * The runs of a store with recorded truths, as cases: their tasks, truths, and the answers of agents and judges, each by the id of its
 * call with its content key. The latest runs come first. Only truths about the team itself are included, not those of nested teams. A run whose task was
 * redacted, or whose events are pruned, is listed with the reason. Rejects with `BAD_OPTIONS` and `STORE_FAILED`.
 */
export async function* recordedCases(
  backend: { readonly store: Store },
  given: TruthQuery = {},
): AsyncGenerator<CaseOfRun, void, undefined> {
  const { store }: { readonly store: Store } = BACKEND.needed().take(
    backend,
    "recordedCases: backend",
  );
  const query = TRUTH_QUERY.of(given, "recordedCases");
  const byRun = new Map<string, Map<string, Json>>();
  for await (const { kind, recorded } of recordedTruths(backend, query)) {
    const { runId, subject, truth, team } = recorded;
    if (team !== undefined) continue;
    const truths = byRun.get(runId) ?? new Map<string, Json>();
    byRun.set(runId, truths);
    // A question is preferred to a finding with the same words.
    if (kind === "claim" || !truths.has(subject)) truths.set(subject, truth);
  }
  for (const [runId, truths] of byRun) {
    const history = new History(runId, await store.read(runId));
    const [first] = history.events;
    if (first?.type !== "run.started") {
      yield { runId, leftOut: "its events are not there any more" };
    } else if (first.redacted === true) {
      yield { runId, leftOut: "its task was redacted" };
    } else {
      const results: Record<string, RecordedResult> = {};
      for (const call of history.calls()) {
        const result = call.place.role === "team" ? undefined : resultOf(call);
        if (result !== undefined) put(results, call.place.callId, result);
      }
      const said: Record<string, Json> = {};
      for (const [subject, truth] of truths) put(said, subject, truth);
      yield { runId, case: { id: runId, input: first.input, truths: said, results } };
    }
  }
}

/** `undefined` if the call has no end, or its result is not kept whole. */
function resultOf({ end, key }: CallState): RecordedResult | undefined {
  if (end === undefined) return undefined;
  const known = isShared(key) ? { key } : {};
  if (end.type === "call.failed") {
    const { code, message } = end.error;
    return { status: "failed", error: { code, message }, ...known };
  }
  if (end.redacted === true) return undefined;
  const { output } = end;
  return { status: "ok", ...(output !== undefined && { output }), ...costOf(end), ...known };
}

function costOf(end: Exclude<CallEnded, { type: "call.failed" }>): {
  readonly cost?: Partial<Cost>;
} {
  const from = end.type === "call.reused" ? end.saved : end.cost;
  const cost: Record<string, number> = {};
  for (const name of AMOUNTS) {
    const amount = from[name];
    if (amount !== "unknown") cost[name] = amount;
  }
  return Object.keys(cost).length === 0 ? {} : { cost };
}
