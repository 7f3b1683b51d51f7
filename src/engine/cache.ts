import { NO_COST } from "../call.ts";
import { said, type Said } from "../conflict/said.ts";
import { QuorateError } from "../errors.ts";
import { sha256 } from "../hash.ts";
import { canonicalJson } from "../json.ts";
import { takeOutput, unkept } from "./accept.ts";
import { failCall } from "./attempts.ts";
import type { CallOutcome } from "./call-outcome.ts";
import type { PreparedCall } from "./call-spec.ts";
import { spent } from "./call-state.ts";
import type { Models } from "../money/usage-sum.ts";
import { CACHE_PREFIX, readSlot, type CachedAnswer, type CacheSlot } from "./cache-entry.ts";
import { isShared } from "./key.ts";
import { askAnew, joinOrAsk, orStoreFailed } from "./join-or-ask.ts";
import { isAnew } from "./reuse.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

/**
 * The answer to a call of an agent whose answers are kept:
 *
 *     kept ▶ reused (cache)
 *     under way, here or in another process ▶ waits
 *       answered ▶ reused (joined) · failed here ▶ failed too · else from the beginning
 *     neither ▶ asks, and keeps the answer
 *
 * Of one store, one call at a time asks, of whatever run and process. A failure is not kept; who waited for it in this process,
 * under the same limits, shares it: to ask again would be one more repetition. What is the asking run's own, that it was
 * cancelled or ran out of money, is not shared: one of those who waited asks.
 */
export async function askCached(
  run: Run,
  seat: Seat,
  call: PreparedCall,
  ask: (shared: Run) => Promise<CallOutcome>,
): Promise<CallOutcome> {
  const { cancellation } = run;
  let slot = slotOf(run, seat, call);
  if (isToAsk(run, seat)) return askAnew(run, slot, call, ask);
  for (;;) {
    if (cancellation.cancelled) throw cancellation.reason;
    const end = await joinOrAsk(run, seat, slot, call, ask);
    if (!("kind" in end)) return end;
    if (end.kind === "answered") {
      const reused = await reuseKept(run, seat, call, end.answer, end.by);
      if (reused !== undefined) return reused;
      slot = { ...slot, unusable: end.answer };
    } else if (end.kind === "failed" && isSame(end.limits, seat.limits)) {
      return failCall(run, seat, call.state, end.error);
    }
  }
}

/** The answer that is kept for a call; `undefined` where there is none that can be used. */
export async function reuseIfKept(
  run: Run,
  seat: Seat,
  call: PreparedCall,
): Promise<CallOutcome | undefined> {
  if (seat.cache === undefined || !isShared(call.key) || isToAsk(run, seat)) return undefined;
  const found = await orStoreFailed(run, readSlot(slotOf(run, seat, call)));
  if (found.kind !== "answer") return undefined;
  return reuseKept(run, seat, call, found.answer, "cache");
}

/** Whether an answer that is there does not do: the run wants new ones, or is a fork that asks this agent anew. */
function isToAsk({ cache, origin }: Run, { place }: Seat): boolean {
  return cache.bust === true || (origin?.from !== undefined && isAnew(place, origin.from));
}

/** Where answers are kept for a run. */
export type Kept = Pick<Run, "values" | "cache">;

/** Whether an answer is kept for a call with that key, of an agent whose answers are. Rejects when the store fails. */
export async function isCached(kept: Kept, seat: Seat, key: string): Promise<boolean> {
  const found = await readSlot(slotOf(kept, seat, { key }));
  return found.kind === "answer" && readKept(seat, found.answer) !== undefined;
}

/** Part of every key: what is kept otherwise is not found. */
const FORMAT = 1;

function slotOf(
  { cache, values }: Kept,
  seat: Seat,
  { key = "" }: Pick<PreparedCall, "key">,
): CacheSlot {
  const { scope = seat.cache?.scope ?? "" } = cache;
  return {
    values,
    // Keys of values are not secret: in a store that is, nobody may try out what was asked.
    key: CACHE_PREFIX + (values.hash ?? sha256)(canonicalJson([FORMAT, scope, key])),
    ttlMs: seat.cache?.ttlMs ?? Infinity,
    unusable: undefined,
  };
}

function isSame(one: object, other: object): boolean {
  return one === other || canonicalJson(one) === canonicalJson(other);
}

/**
 * Another call's answer as this call's; recorded, so that the run's log stands by itself. Nothing when this agent cannot read it
 * any more, or its limits do not permit it.
 */
async function reuseKept(
  run: Run,
  seat: Seat,
  { spec, key = "", state }: PreparedCall,
  answer: CachedAnswer,
  by: "cache" | "joined",
): Promise<CallOutcome | undefined> {
  const { journal } = run;
  const { place } = spec;
  const { attempts, durationMs, from } = answer;
  const content = readKept(seat, answer);
  if (content === undefined) return undefined;
  const { output } = content;
  const before = spent(state);
  // Its own attempt, which went on for others when the run had stopped: now it is known what that cost.
  const isOwn =
    state.phase !== "new" && from.runId === journal.runId && from.callId === place.callId;
  const cost = isOwn ? answer.cost : before.cost;
  const event = {
    type: "call.reused",
    ...place,
    key,
    by,
    from,
    attempt: attempts,
    durationMs,
    output,
    cost,
    ...(before.charged !== undefined && { charged: before.charged }),
    ...(isOwn && modelsIn(answer)),
    saved: isOwn ? NO_COST : answer.cost,
  } as const;
  const excess = journal.excess(event);
  if (excess !== undefined) return failCall(run, seat, state, unkept(seat.agent.name, excess));
  await journal.record([event]);
  const result = { status: "ok", output, attempts, durationMs, cost, reused: by } as const;
  return { result, said: content.said };
}

function modelsIn({ model, used }: CachedAnswer): Models {
  return { ...(model !== undefined && { model }), ...(used !== undefined && { used }) };
}

/** What a kept answer says; nothing where this agent cannot read it any more, or its limits do not permit it. */
function readKept(
  { agent, limits }: Pick<Seat, "agent" | "limits">,
  answer: CachedAnswer,
): { readonly output: unknown; readonly said: Said | undefined } | undefined {
  try {
    const output = takeOutput(agent.name, answer.output, limits.maxBytes);
    return { output, said: said(agent, output) };
  } catch (error) {
    if (error instanceof QuorateError) return undefined;
    throw error;
  }
}
