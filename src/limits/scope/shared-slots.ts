import { QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import type { Limit, NamedRate } from "../limit.ts";
import { heldFor, untilOf, type Scoped } from "./scoped.ts";
import { tokensUsed } from "../rate-limit.ts";

/** What a store keeps of a limiter that processes share. */
interface KeptSlots {
  /** The holders of slots, by permit: until when, since when, and with how many tokens it counts; times in ms since 1970. */
  readonly open: Readonly<Record<string, HeldSlot>>;
  /** What began within the last minute, by the second, the oldest first. */
  readonly recent: readonly Second[];
}

type HeldSlot = readonly [untilMs: number, atMs: number, tokens: number];
type Second = readonly [second: number, calls: number, tokens: number];

const EMPTY: KeptSlots = Object.freeze({ open: {}, recent: [] });
const SECOND_MS = 1_000;
// A second counts until all of it is a minute old: so a minute is up to 61 s.
const SECONDS = 60;

/** The shared part of some limits, each scope once: the lowest of their numbers counts. */
export function scopedIn(limits: readonly Limit[]): readonly Scoped[] {
  const byScope = new Map<string, NamedRate>();
  for (const { rate } of limits) {
    if (rate?.scope === undefined) continue;
    const other = byScope.get(rate.scope) ?? rate;
    byScope.set(rate.scope, {
      ...rate,
      concurrency: Math.min(rate.concurrency, other.concurrency),
      callsPerMinute: Math.min(rate.callsPerMinute, other.callsPerMinute),
      tokensPerMinute: Math.min(rate.tokensPerMinute, other.tokensPerMinute),
    });
  }
  return [...byScope].map(([scope, rate]) => sharedSlots(scope, rate));
}

/** The slots, calls and tokens of a limiter with a scope. What results of attempts teach, each process learns for itself. */
function sharedSlots(
  scope: string,
  { name, concurrency, callsPerMinute, tokensPerMinute }: NamedRate,
): Scoped {
  const counted = (tokens: number): number => Math.min(tokens, tokensPerMinute);

  /** How long until the calls or the tokens of a minute have room for this many more, in ms. */
  function waitMs(
    { recent }: KeptSlots,
    amountOf: (second: Second) => number,
    more: number,
    limit: number,
    nowMs: number,
  ): number {
    let left = recent.reduce((sum, second) => sum + amountOf(second), 0) + more;
    if (left <= limit) return 0;
    for (const second of recent) {
      left -= amountOf(second);
      if (left <= limit) return Math.max(1, (second[0] + SECONDS + 1) * SECOND_MS - nowMs);
    }
    return SECONDS * SECOND_MS;
  }

  return {
    key: `limiter/${scope}`,
    waitsFor: { kind: "limiter", name },
    fair: true,
    take(value, hold, nowMs) {
      const { id, tokens } = hold;
      const kept = current(value, scope, nowMs);
      const before = hold.goesOn === true ? heldFor(kept.open, hold) : undefined;
      if (before !== undefined) {
        const { [before]: given = [0, nowMs, 0], ...others } = kept.open;
        const [, atMs, counts] = given;
        const taken: HeldSlot = [untilOf(hold, nowMs), atMs, counts];
        return { kept: asJson({ ...kept, open: { ...others, [id]: taken } }) };
      }
      const held = Object.keys(kept.open);
      if (held.length >= concurrency) {
        const filledBy = (ids: ReadonlySet<string>): boolean =>
          held.filter((one) => ids.has(one)).length >= concurrency;
        return { waitMs: Infinity, filledBy };
      }
      const callsMs = waitMs(kept, ([, calls]) => calls, 1, callsPerMinute, nowMs);
      const least = Math.max(1, counted(tokens));
      const tokensMs = waitMs(kept, ([, , many]) => many, least, tokensPerMinute, nowMs);
      const longest = Math.max(callsMs, tokensMs);
      if (longest > 0) return { waitMs: longest };
      const slot: HeldSlot = [untilOf(hold, nowMs), nowMs, counted(tokens)];
      return {
        kept: asJson({
          open: { ...kept.open, [id]: slot },
          recent: counting(kept.recent, nowMs, 1, counted(tokens)),
        }),
      };
    },
    release(value, { id, tokens }, { result, discarded }, nowMs) {
      const kept = current(value, scope, nowMs);
      const { [id]: held, ...open } = kept.open;
      // It has expired, and what it may have used counts already.
      if (held === undefined) return asJson(kept);
      const [, atMs, before] = held;
      const used = discarded ? 0 : counted(tokensUsed(tokens, result, nowMs));
      // Unused tokens are taken back where they were counted; additional ones count now.
      const whenMs = used > before ? nowMs : atMs;
      const calls = discarded ? -1 : 0;
      return asJson({ open, recent: counting(kept.recent, whenMs, calls, used - before) });
    },
    renew(value, hold, nowMs) {
      const kept = current(value, scope, nowMs);
      const { [hold.id]: held = [0, nowMs, counted(hold.tokens)], ...others } = kept.open;
      // Its attempt belongs to another process by now.
      if (kept.open[hold.id] === undefined && heldFor(others, hold) !== undefined)
        return asJson(kept);
      const [, atMs, tokens] = held;
      return asJson({
        ...kept,
        open: { ...others, [hold.id]: [untilOf(hold, nowMs), atMs, tokens] },
      });
    },
    raise: (value) => value,
  };
}

/** What counts now: without expired permits, and without what is older than a minute. */
function current(value: Json | undefined, scope: string, nowMs: number): KeptSlots {
  const { open, recent } = keptFrom(value, scope);
  const oldest = Math.floor(nowMs / SECOND_MS) - SECONDS;
  const living = Object.entries(open).filter(([, [untilMs]]) => untilMs > nowMs);
  return {
    open: Object.fromEntries(living),
    recent: recent.filter(([second]) => second >= oldest),
  };
}

/** Counts this many more at a time; what is too old by then does not count. */
function counting(
  recent: readonly Second[],
  atMs: number,
  calls: number,
  tokens: number,
): readonly Second[] {
  const second = Math.floor(atMs / SECOND_MS);
  const known = recent.find(([other]) => other === second);
  if (known !== undefined) {
    return recent.map((one) => (one === known ? [second, one[1] + calls, one[2] + tokens] : one));
  }
  if (calls <= 0 && tokens <= 0) return recent;
  return [...recent, [second, calls, tokens] as const].toSorted(([a], [b]) => a - b);
}

/** The value under a limiter's key. Throws `STORE_FAILED` if it is not a limiter: then nothing can be promised. */
function keptFrom(value: Json | undefined, scope: string): KeptSlots {
  if (value === undefined) return EMPTY;
  const { open, recent } = Object(value) as Partial<KeptSlots>;
  const holds = typeof open === "object" && open !== null ? Object.values(open) : [undefined];
  const isKept = Array.isArray(recent) && [...holds, ...recent].every(areNumbers);
  if (isKept) return value as unknown as KeptSlots;
  throw new QuorateError(
    "STORE_FAILED",
    `the store holds something else where the limiter of the scope "${scope}" is kept; use another scope`,
  );
}

function areNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}

function asJson(kept: KeptSlots): Json {
  return kept as unknown as Json;
}
