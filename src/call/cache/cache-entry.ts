import type { Cost, ModelCost } from "../../model/call.ts";
import { QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import type { ChangeOptions, Values } from "../../store/values.ts";

/** An answer that is kept for other runs. */
export interface CachedAnswer {
  /** Absent if the agent answered nothing. */
  readonly output?: unknown;
  /** What it cost. */
  readonly cost: Cost;
  readonly attempts: number;
  readonly durationMs: number;
  /** The model of its last attempt. */
  readonly model?: string;
  readonly used?: readonly ModelCost[];
  /** When it was given, in ms since 1970 by the clock of its run. */
  readonly atMs: number;
  /** When it was kept, by the store's time: `ttlMs` counts from then. Absent in entries of an earlier version. */
  readonly keptAtMs?: number;
  /** The call that was made for it. */
  readonly from: { readonly runId: string; readonly callId: string };
}

/** The place in the store of one content key, and which answers the reader accepts. */
export interface CacheSlot {
  readonly values: Values;
  readonly key: string;
  /** How old it may be, in ms. */
  readonly ttlMs: number;
  /** An answer that the reader could not use, which therefore counts as none. */
  readonly unusable: CachedAnswer | undefined;
}

/** The content of a slot: an answer that the reader accepts, a call that is asking for one, or neither. */
export type CacheLookup =
  | { readonly kind: "answer"; readonly answer: CachedAnswer }
  | { readonly kind: "asking"; readonly by: string }
  | { readonly kind: "nothing" };

/** The prefix of the keys of kept answers. */
export const CACHE_PREFIX = "cache/";

/**
 * How long the lease of an asking call lasts, in ms. The call renews it three times as often; when its process was killed, another call
 * asks after this time at the latest.
 */
export const LEASE_MS = 10_000;

// Far away, and yet an expiry: a store may drop an answer when it holds too many.
const FOR_EVER_MS = Number.MAX_SAFE_INTEGER;

/** Reads a slot. */
export async function readSlot(slot: CacheSlot): Promise<CacheLookup> {
  const { values, key } = slot;
  const value = await values.get(key);
  return value === undefined ? NOTHING : found(slot, value, await values.now());
}

/**
 * Acquires the lease for `by`, unless there is an answer or another call has it. It is one step of the store: of all calls that try, in
 * any process, one succeeds.
 */
export async function acquireLease(slot: CacheSlot, by: string): Promise<CacheLookup> {
  let standing: CacheLookup = NOTHING;
  await slot.values.change(
    slot.key,
    (value, nowMs) => {
      standing = found(slot, value, nowMs);
      if (standing.kind !== "nothing") return value;
      standing = { kind: "asking", by };
      return asking(by, nowMs);
    },
    WHILE_ASKING,
  );
  return standing;
}

/** Renews the lease if `by` still has it. */
export async function renewLease({ values, key }: CacheSlot, by: string): Promise<void> {
  await values.change(
    key,
    (value, nowMs) => (isBy(value, by) ? asking(by, nowMs) : value),
    WHILE_ASKING,
  );
}

function asking(by: string, nowMs: number): Json {
  return { asking: { by, untilMs: nowMs + LEASE_MS } };
}

const WHILE_ASKING: ChangeOptions = {
  expiresAtMs: (_made, nowMs) => nowMs + LEASE_MS,
};

/** Releases the lease if `by` still has it. */
export async function releaseLease({ values, key }: CacheSlot, by: string): Promise<void> {
  await values.change(key, (value) => (isBy(value, by) ? undefined : value));
}

/**
 * Keeps an answer, unless there is one already that must not be replaced. Resolves to false if it is too large for a value and is
 * not kept.
 */
export async function keepAnswer(
  slot: CacheSlot,
  answer: CachedAnswer,
  replace: boolean,
): Promise<boolean> {
  const { values, key, ttlMs } = slot;
  try {
    await values.change(
      key,
      (value, nowMs) =>
        !replace && found(slot, value, nowMs).kind === "answer"
          ? value
          : ({ answer: { ...answer, keptAtMs: nowMs } } as unknown as Json),
      {
        expiresAtMs: (_made, nowMs) => Math.min(nowMs + ttlMs, FOR_EVER_MS),
        runId: answer.from.runId,
      },
    );
    return true;
  } catch (error) {
    if (error instanceof QuorateError && error.code === "BAD_OPTIONS") return false;
    throw error;
  }
}

const NOTHING: CacheLookup = Object.freeze({ kind: "nothing" });

function found(
  { ttlMs, unusable }: CacheSlot,
  value: Json | undefined,
  nowMs: number,
): CacheLookup {
  const { answer, asking } = members(value);
  const { by, untilMs: leaseMs } = members(asking);
  if (typeof by === "string" && typeof leaseMs === "number") {
    return leaseMs > nowMs ? { kind: "asking", by } : NOTHING;
  }
  if (!isAnswer(answer)) return NOTHING;
  const { keptAtMs = answer.atMs } = answer;
  if (nowMs >= keptAtMs + ttlMs) return NOTHING;
  return unusable !== undefined && isSame(answer, unusable) ? NOTHING : { kind: "answer", answer };
}

function isBy(value: Json | undefined, by: string): boolean {
  return members(members(value)["asking"])["by"] === by;
}

/** Whether two are one answer: a call answers once in a millisecond. */
function isSame(a: CachedAnswer, b: CachedAnswer): boolean {
  return a.atMs === b.atMs && a.from.runId === b.from.runId && a.from.callId === b.from.callId;
}

// The file may have been written by another version of this package.
function isAnswer(value: unknown): value is CachedAnswer {
  const { cost, attempts, durationMs, atMs, keptAtMs = 0, from, used = [] } = members(value);
  const { runId, callId } = members(from);
  return (
    [attempts, durationMs, atMs, keptAtMs].every((count) => typeof count === "number") &&
    isCost(cost) &&
    Array.isArray(used) &&
    used.every((one) => isCost(members(one)["cost"])) &&
    typeof runId === "string" &&
    typeof callId === "string"
  );
}

function isCost(value: unknown): value is Cost {
  const { usdMicros, inputTokens, outputTokens } = members(value);
  return [usdMicros, inputTokens, outputTokens].every(
    (amount) => typeof amount === "number" || amount === "unknown",
  );
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
