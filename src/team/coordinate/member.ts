import { hear } from "../../model/hear.ts";
import { furtherPlace, type CallPlace } from "../../model/call-place.ts";
import type { CallOutcome } from "../../call/call-outcome.ts";
import type { CallSpec } from "../../call/call-spec.ts";
import { performCall } from "../../call/call.ts";
import { dearerRungs, ladder, type Rung } from "../../call/ladder.ts";
import type { Run } from "../../call/run.ts";
import type { ConfiguredAgent } from "../../call/configured-agent.ts";
import { describeThrown, errorRecord, type ErrorRecord } from "../../model/errors.ts";
import type { EscalationReason } from "../../model/call-events.ts";
import { requireSync } from "../../check/require-sync.ts";
import { RERUN } from "../../describe/tier.ts";

/** One of the calls that were made for a member. */
export interface MadeCall extends CallOutcome {
  readonly place: CallPlace;
}

/** The calls that were made for one member, in their order: its own, more expensive tiers, fallbacks. */
export type MadeCalls = readonly [MadeCall, ...MadeCall[]];

/** The state of asking a member. */
export interface Asking {
  readonly calls: MadeCalls;
  /** The agent that was asked last, at its most expensive tier so far. */
  readonly configured: ConfiguredAgent;
  /** The first call of that agent; further calls replace it. */
  readonly first: CallPlace;
}

/** Gets one member's answer: makes as many calls of its ladder as are needed. Rejects as a call does. */
export async function askMember(
  run: Run,
  configured: ConfiguredAgent,
  spec: CallSpec,
): Promise<Asking> {
  const { place } = spec;
  const own = await performCall(run, configured, spec);
  const asking: Asking = { calls: [{ place, ...own }], configured, first: place };
  return climb(run, asking, ladder(configured).slice(1), spec);
}

/** Asks a member once more because others contradict it, and further if its own answer requires it. */
export async function askOnceMore(
  run: Run,
  { calls, first }: Asking,
  {
    configured,
    why,
    spec,
  }: {
    readonly configured: ConfiguredAgent;
    readonly why: EscalationReason;
    readonly spec: CallSpec;
  },
): Promise<Asking> {
  const place =
    why === "rerun" ? furtherPlace(first, why, RERUN) : dearerPlace(first, configured.tier);
  const further = await askFurther(run, calls, configured, { ...spec, place }, why);
  const asking = { calls: further, configured, first };
  return why === "rerun" ? asking : climb(run, asking, dearerRungs(configured), spec);
}

/** Makes those calls of these rungs that the earlier results require. */
async function climb(
  run: Run,
  from: Asking,
  rungs: readonly Rung[],
  spec: CallSpec,
): Promise<Asking> {
  let asking = from;
  let { failed } = spec;
  for (const { configured, standIns, after } of rungs) {
    if (run.cancellation.cancelled || run.deadline?.cancelled === true) break;
    const why = whyNext(run, asking, configured, after);
    if (why === undefined) continue;
    if (why === "failed") failed = [...(spec.failed ?? []), ...failuresOf(asking.calls)];
    const first = standIns.reduce(fallbackPlace, from.first);
    const place = after === "doubt" ? dearerPlace(first, configured.tier) : first;
    const calls = await askFurther(run, asking.calls, configured, { ...spec, place, failed }, why);
    asking = { calls, configured, first };
  }
  return asking;
}

/** Why a rung is needed, if it is. */
function whyNext(
  run: Run,
  { calls, configured }: Asking,
  next: ConfiguredAgent,
  after: Rung["after"],
): EscalationReason | undefined {
  const last = calls.at(-1) ?? calls[0];
  if (after === "failure") return last.result.status === "failed" ? "failed" : undefined;
  // If a tier was not needed, neither are those above it.
  return configured.next() === next ? doubtOf(run, configured, last) : undefined;
}

function dearerPlace(first: CallPlace, tier = ""): CallPlace {
  return furtherPlace(first, "tier", tier);
}

function fallbackPlace(first: CallPlace, name: string): CallPlace {
  return furtherPlace(first, "fallback", name, name);
}

async function askFurther(
  run: Run,
  calls: MadeCalls,
  configured: ConfiguredAgent,
  spec: CallSpec,
  why: EscalationReason,
): Promise<MadeCalls> {
  const { place } = spec;
  const last = calls.at(-1) ?? calls[0];
  noteEscalation(run, last.place, { why, next: place.callId });
  return [...calls, { place, ...(await performCall(run, configured, spec)) }];
}

/**
 * Why an answer is not final, judged by itself. If the function throws, the answer stands, and the log notes it. What the log says that
 * the function said holds: it may say something else now.
 */
function doubtOf(
  run: Run,
  { escalateIf }: ConfiguredAgent,
  { place, result }: MadeCall,
): "schema-fail" | "output" | undefined {
  if (result.status === "failed") {
    const flawed = result.error.code === "OUTPUT_INVALID";
    return flawed && escalateIf.includes("schema-fail") ? "schema-fail" : undefined;
  }
  if (result.status !== "ok") return undefined;
  for (const reason of escalateIf) {
    if (typeof reason !== "function") continue;
    const before = escalatedBefore(run, place, result.output);
    if (before !== undefined) return before.next === undefined ? undefined : "output";
    try {
      const doubts = reason as (output: unknown) => unknown;
      const doubted = requireSync(() => doubts(result.output), "it");
      if (doubted === true) return "output";
      hear(doubted);
    } catch (error) {
      const detail = `escalateIf failed: ${describeThrown(error)}`;
      noteEscalation(run, place, { why: "output", detail });
    }
  }
  return undefined;
}

/** What the log says that the function said about this very answer: not about one that was given to another input. */
function escalatedBefore(
  { history }: Run,
  { callId }: CallPlace,
  output: unknown,
): Omit<Escalation, "why"> | undefined {
  const end = history?.call(callId, () => true)?.end;
  const isSame = end !== undefined && end.type !== "call.failed" && end.output === output;
  return isSame ? history?.escalated(callId, "output") : undefined;
}

interface Escalation {
  readonly why: EscalationReason;
  readonly next?: string;
  readonly detail?: string;
}

function noteEscalation({ journal, history }: Run, place: CallPlace, escalation: Escalation): void {
  if (history?.escalated(place.callId, escalation.why) !== undefined) return;
  journal.note([{ type: "call.escalated", ...place, ...escalation }]);
}

function failuresOf(calls: readonly MadeCall[]): readonly ErrorRecord[] {
  return calls.flatMap(({ result }) =>
    result.status === "failed" ? [errorRecord(result.error)] : [],
  );
}
