import { hear } from "../../async/hear.ts";
import { furtherPlace, type CallPlace } from "../../call-place.ts";
import type { CallOutcome } from "../../engine/call-outcome.ts";
import type { CallSpec } from "../../engine/call-spec.ts";
import { performCall } from "../../engine/call.ts";
import type { Run } from "../../engine/run.ts";
import type { Seat } from "../../engine/seat.ts";
import { describeThrown, errorRecord, type ErrorRecord } from "../../errors.ts";
import type { DoubtedFor } from "../../events.ts";
import { atOnce } from "../../policy/at-once.ts";
import { RERUN } from "../../policy/tier.ts";

/** One of the calls that were made for a member. */
export interface MadeCall extends CallOutcome {
  readonly place: CallPlace;
}

/** The calls that were made for one member, in their order: its own, dearer tiers, fallbacks. */
export type MadeCalls = readonly [MadeCall, ...MadeCall[]];

/** What was made of a member so far. */
export interface Asking {
  readonly calls: MadeCalls;
  /** The one asked last, at the dearest tier so far. */
  readonly seat: Seat;
  /** The first call of that agent: further ones stand in for it. */
  readonly first: CallPlace;
}

/** Whether a member's first answer may be followed by another call before anybody else is waited for. */
export function mayAskFurther({ escalateIf, fallback }: Seat): boolean {
  return fallback.length > 0 || escalateIf.length > 0;
}

/**
 * Gets one member's answer: its own call, then the next tier for as long as `escalateIf` says so, then those who stand in for it,
 * until one has answered. Rejects as a call does.
 */
export async function askMember(run: Run, seat: Seat, spec: CallSpec): Promise<Asking> {
  const { place } = spec;
  const own = await performCall(run, seat, spec);
  let asking: Asking = { calls: [{ place, ...own }], seat, first: place };
  asking = await climb(run, asking, spec);
  for (const other of seat.fallback) {
    const last = asking.calls.at(-1);
    if (last?.result.status !== "failed" || isOver(run)) break;
    const { name } = other.agent;
    const next = furtherPlace(place, "fallback", name, name);
    noteDoubt(run, last.place, { why: "failed", next: next.callId });
    const failed = [...(spec.failed ?? []), ...failuresOf(asking.calls)];
    const instead = await askMember(run, other, { ...spec, place: next, failed });
    asking = { ...instead, calls: [...asking.calls, ...instead.calls] };
  }
  return asking;
}

/** Whether nobody is asked any more. */
function isOver({ cancellation, deadline }: Run): boolean {
  return cancellation.cancelled || deadline?.cancelled === true;
}

/** Asks dearer tiers for as long as the last answer is one to doubt by itself. */
async function climb(run: Run, from: Asking, spec: CallSpec): Promise<Asking> {
  let asking = from;
  for (;;) {
    const next = asking.seat.next();
    const last = asking.calls.at(-1);
    if (next === undefined || last === undefined || isOver(run)) return asking;
    const why = doubtOf(run, asking.seat, last);
    if (why === undefined) return asking;
    asking = await askFurther(run, asking, next, spec, why);
  }
}

/** Asks a member once more, since others contradict it, and further as its own answer says. */
export async function askOnceMore(
  run: Run,
  asking: Asking,
  { seat, why, spec }: { readonly seat: Seat; readonly why: DoubtedFor; readonly spec: CallSpec },
): Promise<Asking> {
  const further = await askFurther(run, asking, seat, spec, why);
  return why === "rerun" ? further : climb(run, further, spec);
}

async function askFurther(
  run: Run,
  { calls, first }: Asking,
  seat: Seat,
  spec: CallSpec,
  why: DoubtedFor,
): Promise<Asking> {
  const place =
    why === "rerun"
      ? furtherPlace(first, why, RERUN)
      : furtherPlace(first, "tier", seat.tier ?? "");
  noteDoubt(run, calls.at(-1)?.place ?? first, { why, next: place.callId });
  const end = await performCall(run, seat, { ...spec, place });
  return { calls: [...calls, { place, ...end }], seat, first };
}

/** Why an answer is not left at that, as far as it alone can tell. A function that throws leaves it, and that is noted. */
function doubtOf(
  run: Run,
  { escalateIf }: Seat,
  { place, result }: MadeCall,
): "schema-fail" | "output" | undefined {
  if (result.status === "failed") {
    const flawed = result.error.code === "OUTPUT_INVALID";
    return flawed && escalateIf.includes("schema-fail") ? "schema-fail" : undefined;
  }
  if (result.status !== "ok") return undefined;
  for (const reason of escalateIf) {
    if (typeof reason !== "function") continue;
    try {
      const doubts = reason as (output: unknown) => unknown;
      const doubted = atOnce(() => doubts(result.output), "it");
      if (doubted === true) return "output";
      hear(doubted);
    } catch (error) {
      const detail = `escalateIf failed: ${describeThrown(error)}`;
      noteDoubt(run, place, { why: "output", detail });
    }
  }
  return undefined;
}

interface Doubt {
  readonly why: DoubtedFor;
  readonly next?: string;
  readonly detail?: string;
}

function noteDoubt({ journal, history }: Run, place: CallPlace, doubt: Doubt): void {
  if (history?.doubted(place.callId, doubt.why) === true) return;
  journal.note([{ type: "call.doubted", ...place, ...doubt }]);
}

function failuresOf(calls: readonly MadeCall[]): readonly ErrorRecord[] {
  return calls.flatMap(({ result }) =>
    result.status === "failed" ? [errorRecord(result.error)] : [],
  );
}
