import { NO_COST, type Cost } from "../call.ts";
import { said, type Said } from "../conflict/said.ts";
import { QuorateError } from "../errors.ts";
import { sha256 } from "../hash.ts";
import { canonicalJson } from "../json.ts";
import { takeOutput, unkept } from "./accept.ts";
import { failure, recordFailure } from "./call-failure.ts";
import type { Models } from "../money/usage-sum.ts";
import { spentIn, type RecordedCall } from "./call-record.ts";
import { CACHE_PREFIX, look, type KeptAnswer, type Place } from "./kept-answer.ts";
import { isShared } from "./key.ts";
import { askAnew, obtain, orStoreFailed } from "./obtain.ts";
import type { Performed } from "./replay.ts";
import { isAnew } from "./reuse.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

/** A call whose answer may be there. */
export interface CachedCall {
  readonly callId: string;
  /** Identifies it by its content. */
  readonly key: string | undefined;
  /** Where the run stopped within this call. */
  readonly begun: RecordedCall | undefined;
}

/** What had been spent on a call before another one ended it. */
export interface Before {
  readonly attempts: number;
  readonly durationMs: number;
  readonly cost: Cost;
  readonly charged: number | undefined;
}

/** How a call ends by itself. */
export interface Alone {
  /** Makes the attempts, under the run that it is given. */
  ask(shared: Run): Promise<Performed>;
  /** Records that it failed as another call did. */
  fail(error: QuorateError, before: Before): Promise<Performed>;
}

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
export async function askOrJoin(
  run: Run,
  seat: Seat,
  call: CachedCall,
  { ask, fail }: Alone,
): Promise<Performed> {
  const { cancellation, journal } = run;
  const from = { runId: journal.runId, callId: call.callId };
  let place = placeOf(run, seat, call);
  if (isToAsk(run, call)) return askAnew(run, place, from, ask);
  for (;;) {
    if (cancellation.cancelled) throw cancellation.reason;
    const end = await obtain(run, seat, place, from, ask);
    if (!("kind" in end)) return end;
    if (end.kind === "answered") {
      const reused = await reuseKept(run, seat, call, end.answer, end.by);
      if (reused !== undefined) return reused;
      place = { ...place, unusable: end.answer };
    } else if (end.kind === "failed" && isSame(end.limits, seat.limits)) {
      return fail(end.error, spentBefore(call));
    }
  }
}

/** The answer that is kept for a call; `undefined` where there is none that can be used. */
export async function reuseIfKept(
  run: Run,
  seat: Seat,
  call: CachedCall,
): Promise<Performed | undefined> {
  if (seat.cache === undefined || !isShared(call.key) || isToAsk(run, call)) return undefined;
  const found = await orStoreFailed(run, look(placeOf(run, seat, call)));
  if (found.kind !== "answer") return undefined;
  return reuseKept(run, seat, call, found.answer, "cache");
}

/** Whether an answer that is there does not do: the run wants new ones, or is a fork that asks this agent anew. */
function isToAsk({ cache, origin }: Run, { callId }: CachedCall): boolean {
  return cache.bust === true || (origin?.from !== undefined && isAnew(callId, origin.from));
}

/** Where answers are kept for a run. */
export type Kept = Pick<Run, "values" | "cache">;

/** Whether an answer is kept for a call with that key, of an agent whose answers are. Rejects when the store fails. */
export async function isKept(kept: Kept, seat: Seat, key: string): Promise<boolean> {
  const found = await look(placeOf(kept, seat, { key }));
  return found.kind === "answer" && readKept(seat, found.answer) !== undefined;
}

/** Part of every key: what is kept otherwise is not found. */
const FORMAT = 1;

function placeOf(
  { cache, values }: Kept,
  seat: Seat,
  { key = "" }: Pick<CachedCall, "key">,
): Place {
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
  { agent, limits }: Seat,
  call: CachedCall,
  answer: KeptAnswer,
  by: "cache" | "joined",
): Promise<Performed | undefined> {
  const { journal } = run;
  const { callId, key = "", begun } = call;
  const { attempts, durationMs, from } = answer;
  const content = readKept({ agent, limits }, answer);
  if (content === undefined) return undefined;
  const { output, said: read } = content;
  const before = spentBefore(call);
  // Its own attempt, which went on for others when the run had stopped: now it is known what that cost.
  const isOwn = begun !== undefined && from.runId === journal.runId && from.callId === callId;
  const cost = isOwn ? answer.cost : before.cost;
  const event = {
    type: "call.reused",
    callId,
    agent: agent.name,
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
  if (excess !== undefined) {
    const error = unkept(agent.name, excess);
    await recordFailure(run, agent, callId, error, before, key);
    return failure(error, before);
  }
  await journal.record([event]);
  return {
    result: { status: "ok", output, attempts, durationMs, cost, reused: by },
    said: read,
  };
}

function modelsIn({ model, used }: KeptAnswer): Models {
  return { ...(model !== undefined && { model }), ...(used !== undefined && { used }) };
}

/** What a kept answer says; nothing where this agent cannot read it any more, or its limits do not permit it. */
function readKept(
  { agent, limits }: Pick<Seat, "agent" | "limits">,
  answer: KeptAnswer,
): { readonly output: unknown; readonly said: Said | undefined } | undefined {
  try {
    const output = takeOutput(agent.name, answer.output, limits.maxBytes);
    return { output, said: said(agent, output) };
  } catch (error) {
    if (error instanceof QuorateError) return undefined;
    throw error;
  }
}

function spentBefore({ begun }: CachedCall): Before {
  if (begun === undefined) return NOTHING_BEFORE;
  return { attempts: begun.attempt, durationMs: 0, ...spentIn(begun) };
}

const NOTHING_BEFORE: Before = Object.freeze({
  attempts: 0,
  durationMs: 0,
  cost: NO_COST,
  charged: undefined,
});
