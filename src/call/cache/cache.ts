import { NO_COST } from "../../model/call.ts";
import { readClaims, type Assertions } from "../../conflict/read-claims.ts";
import { QuorateError } from "../../model/errors.ts";
import { sha256 } from "../../model/hash.ts";
import { canonicalJson } from "../../model/json.ts";
import { takeOutput, unkept } from "../accept.ts";
import { failCall } from "../attempts.ts";
import type { CallOutcome } from "../call-outcome.ts";
import type { PreparedCall } from "../call-spec.ts";
import { spent } from "../../log/call-state.ts";
import type { Models } from "../../money/spent.ts";
import { CACHE_PREFIX, readSlot, type CachedAnswer, type CacheSlot } from "./cache-entry.ts";
import { isShared } from "../key.ts";
import { askApart, goOnForAll, joinOrAsk, orStoreFailed, type AskShared } from "./join-or-ask.ts";
import { isAnew } from "./reuse.ts";
import type { Run } from "../run.ts";
import type { ConfiguredAgent } from "../configured-agent.ts";

/**
 * The answer to a call of an agent whose answers are kept:
 *
 *     kept ▶ reused (cache)
 *     under way, here or in another process ▶ waits
 *       answered ▶ reused (joined) · failed here ▶ failed too · else from the beginning
 *     neither ▶ asks, and keeps the answer
 *
 * For one content in one store, one call asks at a time, whatever its run and process. A failure is not kept. Calls of this process that
 * waited under the same limits share it, since asking again would be one more repetition. A failure of the asking run itself, which was
 * cancelled or ran out of money, is not shared: one of the waiting calls asks.
 */
export async function askCached(
  run: Run,
  configured: ConfiguredAgent,
  call: PreparedCall,
  ask: (shared: Run) => Promise<CallOutcome>,
): Promise<CallOutcome> {
  const { cancellation } = run;
  let slot = slotOf(run, configured, call);
  if (isToAsk(run, configured)) return askApart(run, slot, call, ask);
  for (;;) {
    if (cancellation.cancelled) throw cancellation.reason;
    const end = await joinOrAsk(run, configured, slot, call, ask);
    if (!("kind" in end)) return end;
    if (end.kind === "answered") {
      const reused = await reuseKept(run, configured, call, end.answer, end.by);
      if (reused !== undefined) return reused;
      slot = { ...slot, unusable: end.answer };
    } else if (end.kind === "failed" && isSame(end.limits, configured.limits)) {
      return failCall(run, configured, call.state, end.error);
    }
  }
}

/**
 * Goes on with an attempt at a call that has begun before. If the agent's answers are kept, calls with the same content wait for it. Resolves to
 * `undefined` if the attempt is gone.
 */
export function goOnCached(
  run: Run,
  configured: ConfiguredAgent,
  call: PreparedCall,
  goOn: AskShared,
): Promise<CallOutcome | undefined> {
  if (configured.cache === undefined || !isShared(call.key)) return goOn(run);
  const slot = slotOf(run, configured, call);
  return isToAsk(run, configured)
    ? askApart(run, slot, call, goOn)
    : goOnForAll(run, configured, slot, call, goOn);
}

/** The cached answer to a call; `undefined` if there is none that this run may use. */
export async function reuseIfKept(
  run: Run,
  configured: ConfiguredAgent,
  call: PreparedCall,
): Promise<CallOutcome | undefined> {
  if (configured.cache === undefined || !isShared(call.key) || isToAsk(run, configured))
    return undefined;
  const found = await orStoreFailed(run, readSlot(slotOf(run, configured, call)));
  if (found.kind !== "answer") return undefined;
  return reuseKept(run, configured, call, found.answer, "cache");
}

/** Whether cached answers must not be used: the run wants new ones, or it is a fork that asks this agent again. */
function isToAsk({ cache, origin }: Run, { place }: ConfiguredAgent): boolean {
  return cache.bust === true || (origin?.from !== undefined && isAnew(place, origin.from));
}

/** What a run needs to find cached answers. */
export type Kept = Pick<Run, "values" | "cache" | "tenant">;

/** Whether there is a cached answer to a call with that key that the agent can read. Rejects when the store fails. */
export async function isCached(
  kept: Kept,
  configured: ConfiguredAgent,
  key: string,
): Promise<boolean> {
  const found = await readSlot(slotOf(kept, configured, { key }));
  return found.kind === "answer" && readKept(configured, found.answer) !== undefined;
}

/** Part of every key: answers that were cached in another format are not found. */
const FORMAT = 1;

function slotOf(
  { cache, values, tenant }: Kept,
  configured: ConfiguredAgent,
  { key = "" }: Pick<PreparedCall, "key">,
): CacheSlot {
  const given = cache.scope ?? configured.cache?.scope;
  // One tenant does not find what another was answered or is asking, unless a scope shares it. No text is equal to such a scope.
  const scope = given ?? (tenant === undefined ? "" : { tenant });
  return {
    values,
    // Keys of values are not secret: if the store is encrypted, nobody must be able to guess what was asked.
    key: CACHE_PREFIX + (values.hash ?? sha256)(canonicalJson([FORMAT, scope, key])),
    ttlMs: configured.cache?.ttlMs ?? Infinity,
    unusable: undefined,
  };
}

function isSame(one: object, other: object): boolean {
  return one === other || canonicalJson(one) === canonicalJson(other);
}

/**
 * Uses another call's answer for this one, and records it, so that the run's log is complete by itself. `undefined` if this agent cannot
 * read the answer any more, or its limits do not permit it.
 */
async function reuseKept(
  run: Run,
  configured: ConfiguredAgent,
  { spec, key = "", state }: PreparedCall,
  answer: CachedAnswer,
  by: "cache" | "joined",
): Promise<CallOutcome | undefined> {
  const { journal } = run;
  const { place } = spec;
  const { attempts, durationMs, from } = answer;
  const content = readKept(configured, answer);
  if (content === undefined) return undefined;
  const { output } = content;
  const before = spent(state);
  // Its own attempt, which continued for others when the run had stopped: its cost is known now.
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
  if (excess !== undefined)
    return failCall(run, configured, state, unkept(configured.agent.name, excess));
  await journal.record([event]);
  const result = { status: "ok", output, attempts, durationMs, cost, reused: by } as const;
  return { result, said: content.said };
}

function modelsIn({ model, used }: CachedAnswer): Models {
  return { ...(model !== undefined && { model }), ...(used !== undefined && { used }) };
}

/** Reads a cached answer; `undefined` if this agent cannot read it any more, or its limits do not permit it. */
function readKept(
  { agent, limits }: Pick<ConfiguredAgent, "agent" | "limits">,
  answer: CachedAnswer,
): { readonly output: unknown; readonly said: Assertions | undefined } | undefined {
  try {
    const output = takeOutput(agent.name, answer.output, limits.maxBytes);
    return { output, said: readClaims(agent, output) };
  } catch (error) {
    if (error instanceof QuorateError) return undefined;
    throw error;
  }
}
