import { setImmediate } from "node:timers";
import { Cancellation } from "../../async/cancellation.ts";
import type { Clock } from "../../async/clock.ts";
import type { CallRequest } from "../../model/call.ts";
import { isSoundError, type QuorateError } from "../../model/errors.ts";
import { holdersHere } from "../../limits/deadlock.ts";
import type { Permit } from "../../limits/permit.ts";
import type { Bound } from "../../money/bound.ts";
import type { BatchOptions } from "../../describe/batch.ts";
import { dispatchBatch, type Collected } from "./batch-dispatch.ts";
import type { AttemptEnd } from "../attempt-end.ts";
import type { Tally } from "../charge.ts";
import { boundAt, dispatch } from "../dispatch.ts";
import type { Run } from "../run.ts";
import { lifeMsOf, slotsIn, type ConfiguredAgent } from "../configured-agent.ts";

/** Collects the calls of one agent, also of several runs of one tenant, and makes one request of them. */
export interface Collector {
  readonly maxSize: number;
  /** Like `dispatch`, together with others. Always with the same configured agent. */
  add(
    run: Run,
    configured: ConfiguredAgent,
    request: CallRequest,
    tally: Tally,
  ): Promise<AttemptEnd>;
  /** Announces that something may lead to a call: collected calls wait for it. Each needs a name of its own. */
  expect(name: string): void;
  /** It has led to a call, or will not. Unknown names are ignored. */
  expectNoMore(name: string): void;
}

/** The name under which a collector expects one call of one run. */
export function expectedCall(runId: string, callId: string): string {
  // Neither id has control characters.
  return `${runId}\n${callId}`;
}

/**
 * Calls that go together, from the first that is collected until they are sent:
 *
 *     collecting ── full, waitMs over, or no other can come ──▶ queueing ── has its slots ──▶ sent
 *
 * It accepts calls while it collects, and while it queues as long as they do not change what it queues for. It holds nothing
 * before it is sent. A cancelled call leaves it; when all have left, it is given up.
 */
interface Batch {
  readonly configured: ConfiguredAgent;
  /** The tenant of its runs. One request has tasks of one tenant only, so that no answer depends on what another tenant asked. */
  readonly tenant: string | undefined;
  readonly clock: Clock;
  /** In the order of their arrival. */
  readonly calls: Set<WaitingCall>;
  /** The tokens that its calls may use together. */
  tokens: number;
  readonly sinceMs: number;
  readonly givenUp: Cancellation;
  state: "collecting" | "queueing";
  timer: Disposable | undefined;
  /** It will be checked at the end of this turn of the event loop. */
  watched: boolean;
}

interface WaitingCall extends Collected {
  /** The attempts that wait for this call, which may differ from those of the call that opened the batch. */
  readonly holders: readonly Permit[];
  readonly leave: (reason: unknown) => void;
}

/** A collector for one configured agent. */
export function collector({ maxSize, waitMs }: Required<BatchOptions>): Collector {
  const expected = new Set<string>();
  /** For each tenant, the batch that accepts calls. */
  const open = new Map<string | undefined, Batch>();

  const expectNoMore = (name: string): void => {
    const last = expected.delete(name) && expected.size === 0;
    if (last) open.forEach(lookSoon);
  };

  // Not before the end of the turn, so that runs that are started one after another meet.
  const lookSoon = (batch: Batch): void => {
    if (batch.watched) return;
    batch.watched = true;
    setImmediate(() => {
      batch.watched = false;
      look(batch);
    });
  };

  const look = (batch: Batch): void => {
    const { calls, clock, sinceMs, state } = batch;
    if (state !== "collecting" || calls.size === 0) return;
    const leftMs = sinceMs + waitMs - clock.monotonic();
    if (expected.size === 0 || leftMs <= 0) queue(batch);
    else batch.timer ??= clock.timer(leftMs, () => queue(batch));
  };

  const queue = (batch: Batch): void => {
    batch.state = "queueing";
    batch.timer?.[Symbol.dispose]();
    void admit(batch);
  };

  const close = (batch: Batch): void => {
    batch.timer?.[Symbol.dispose]();
    if (open.get(batch.tenant) === batch) open.delete(batch.tenant);
  };

  /** Waits for the slots, and then sends what the batch has. */
  const admit = async (batch: Batch): Promise<void> => {
    const { configured, calls } = batch;
    let permit: Permit;
    try {
      permit = await acquire(batch);
    } catch (refusal) {
      if (isSoundError(refusal) && refusal.code === "DEADLOCK") {
        // The others can wait until the attempts that wait for these have continued.
        for (const call of calls) if (holdersOf(call).length > 0) refuse(call, refusal);
        if (calls.size > 0) await admit(batch);
        return;
      }
      close(batch);
      for (const { reject } of sent(calls)) reject(refusal);
      return;
    }
    close(batch);
    await dispatchBatch(configured, sent(calls), permit);
  };

  const openFor = (
    configured: ConfiguredAgent,
    { clock, tenant }: Run,
    bound: Bound | undefined,
    holders: readonly Permit[],
  ): Batch => {
    const before = open.get(tenant);
    if (before !== undefined && takes(before, bound, holders)) return before;
    if (before?.state === "collecting") queue(before);
    const batch = begin(configured, clock, tenant);
    open.set(tenant, batch);
    lookSoon(batch);
    return batch;
  };

  const join = (collected: Collected, holders: readonly Permit[], batch: Batch): void => {
    const { calls } = batch;
    const { run, bound, reject } = collected;
    const call: WaitingCall = {
      ...collected,
      holders,
      leave(reason) {
        calls.delete(call);
        batch.tokens -= bound?.tokens ?? 0;
        reject(reason);
        if (calls.size > 0) return;
        close(batch);
        batch.givenUp.cancel(reason);
      },
    };
    calls.add(call);
    batch.tokens += bound?.tokens ?? 0;
    // First, because it may be sent at once.
    run.cancellation.watch(call.leave);
    if (calls.size < maxSize) return;
    close(batch);
    if (batch.state === "collecting") queue(batch);
  };

  return {
    maxSize,
    add(run, configured, request, tally) {
      expectNoMore(expectedCall(request.runId, request.callId));
      const { startBatch, collects } = run.executor;
      const isCollected = maxSize > 1 && startBatch !== undefined;
      if (!isCollected || collects?.(configured.place) === false) {
        return dispatch(run, configured, request, tally);
      }
      return new Promise((resolve, reject) => {
        const bound =
          configured.slots === undefined ? boundAt(configured, request.input) : undefined;
        const holders = holdersHere();
        const batch = openFor(configured, run, bound, holders);
        join({ run, request, bound, tally, resolve, reject }, holders, batch);
      });
    },
    expect: (name) => void expected.add(name),
    expectNoMore,
  };
}

function begin(configured: ConfiguredAgent, clock: Clock, tenant: string | undefined): Batch {
  return {
    configured,
    tenant,
    clock,
    calls: new Set(),
    tokens: 0,
    sinceMs: clock.monotonic(),
    givenUp: new Cancellation(),
    state: "collecting",
    timer: undefined,
    watched: false,
  };
}

/** Whether a batch can accept a call: what its limits were told must not change, and no minute may be too short for it. */
function takes(
  { state, configured, tokens }: Batch,
  bound: Bound | undefined,
  holders: readonly Permit[],
): boolean {
  if (state === "queueing" && holders.length > 0) return false;
  const more = bound?.tokens ?? 0;
  const rates = configured.limiters.flatMap(({ rate }) => rate ?? []);
  if (more === 0 || rates.length === 0) return true;
  const most = Math.min(...rates.map(({ tokensPerMinute }) => tokensPerMinute));
  return state === "collecting" && tokens + more <= most;
}

/** Takes its slots: in the oldest call's turn, with the tokens of all. Each call reserves its own money. */
async function acquire({ configured, calls, tokens, givenUp }: Batch): Promise<Permit> {
  const [oldest] = calls;
  if (oldest === undefined) throw givenUp.reason;
  const { agent, limiters, limits, scoped } = configured;
  const { runId } = oldest.request;
  const holders = new Set([...calls].flatMap(holdersOf));
  const request = slotsIn(configured, runId) ?? {
    agent: agent.name,
    runId,
    limits: limiters,
    scoped,
    tokens,
    usdMicros: undefined,
    backoff: limits.backoff,
    lifeMs: lifeMsOf(limits),
  };
  return oldest.run.limiter.acquire(request, givenUp, { holders: [...holders] });
}

/** The attempts that wait for a call, and continue only with its result. */
function holdersOf({ holders }: WaitingCall): readonly Permit[] {
  return holders.filter(({ over }) => !over);
}

function refuse({ run, leave }: WaitingCall, refusal: QuorateError): void {
  run.cancellation.unwatch(leave);
  leave(refusal);
}

/** The calls of a sent batch, which cannot leave any more. */
function sent(calls: ReadonlySet<WaitingCall>): readonly WaitingCall[] {
  for (const { run, leave: hear } of calls) run.cancellation.unwatch(hear);
  return [...calls];
}
