import { orGivenUp } from "../async/or-given-up.ts";
import { NO_COST, type CallRequest } from "../model/call.ts";
import type { EventBody, WaitsFor } from "../model/events.ts";
import type { WaitOptions } from "../limits/admission.ts";
import type { Permit, PermitRequest } from "../limits/permit.ts";
import { boundOf, type Bound } from "../money/bound.ts";
import { runAttempt } from "./attempt.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import { chargeFor, type Holding, type Tally } from "./charge.ts";
import type { Run } from "./run.ts";
import { lifeMsOf, type Seat } from "./seat.ts";
import { isDeadline } from "./deadline.ts";

/** An attempt that has its slots and its money. */
interface Admitted extends Holding {
  readonly permit: Permit;
  /** Where limiters or budgets have asked. */
  readonly bound?: Bound;
}

/**
 * Makes one attempt: admission → record → run → settle. Rejects when the run is cancelled, when its store fails, and with what a
 * limiter or a budget refuses it with; then nobody was asked.
 */
export function dispatch(
  run: Run,
  seat: Seat,
  request: CallRequest,
  tally: Tally,
): Promise<AttemptEnd> {
  const { slots } = seat;
  if (slots === undefined) return dispatchBounded(run, seat, request, tally);
  const permit = run.limiter.acquire(slots, run.cancellation, new Queueing(run, request));
  // Not an async function: where there is room and nothing to wait for, the attempt's own promise is the only one.
  return permit instanceof Promise
    ? permit.then((late) => begin(run, seat, request, { permit: late }))
    : begin(run, seat, request, { permit });
}

async function dispatchBounded(
  run: Run,
  seat: Seat,
  request: CallRequest,
  tally: Tally,
): Promise<AttemptEnd> {
  const bound = boundAt(seat, request.input);
  const permit = await run.limiter.acquire(
    permitRequest(run, seat, bound),
    run.cancellation,
    new Queueing(run, request),
  );
  const charge =
    seat.budgets.length === 0 ? undefined : chargeFor(run, request, bound.usdMicros, permit, tally);
  const end = await begin(run, seat, request, { permit, bound, charge });
  await end.settled;
  return end;
}

/** Records that an attempt waits, where it does. A class, as one is made for every attempt. */
class Queueing implements WaitOptions {
  readonly #run: Run;
  readonly #request: CallRequest;

  constructor(run: Run, request: CallRequest) {
    this.#run = run;
    this.#request = request;
  }

  queued(waitsFor: WaitsFor): void {
    const { place, attempt } = this.#request;
    this.#run.journal.note([{ ...place, type: "call.queued", attempt, waitsFor }]);
  }
}

/** Begins an attempt that has its slots and its money, and that owns them from then on. */
function begin(
  run: Run,
  seat: Seat,
  request: CallRequest,
  admitted: Admitted,
): Promise<AttemptEnd> {
  const { cancellation, clock, journal } = run;
  const startedMs = clock.monotonic();
  noteBegun(run, request);
  const started = journal.record([startOf(seat, request, admitted.bound)], startedMs);
  if (started !== undefined || cancellation.cancelled) {
    return beginRecorded(run, seat, request, started, admitted);
  }
  return runAttempt(run, seat, request, startedMs, admitted);
}

async function beginRecorded(
  run: Run,
  seat: Seat,
  request: CallRequest,
  started: void | Promise<void>,
  admitted: Admitted,
): Promise<AttemptEnd> {
  const { cancellation, clock } = run;
  try {
    // Its slots are not kept from others by a store that does not answer a run that is over.
    if (started !== undefined) await orGivenUp(started, cancellation, clock);
    if (cancellation.cancelled) throw cancellation.reason;
  } catch (error) {
    await (admitted.charge ?? admitted.permit).discard();
    if (!isDeadline(error)) throw error;
    // It has begun, as the log has it, and is to have an end.
    const nowMs = clock.monotonic();
    return { ok: false, startedMs: nowMs, endedMs: nowMs, error, cost: NO_COST };
  }
  return runAttempt(run, seat, request, clock.monotonic(), admitted);
}

/** What an attempt asks of the limiter: its slots and its money, or the money alone, where the slots are those of a batch. */
export function permitRequest(
  { budgets, journal }: Run,
  seat: Seat,
  { usdMicros, tokens }: Bound,
  what: "all" | "money" = "all",
): PermitRequest {
  const { agent, limiters, scoped, limits } = seat;
  const passed =
    what === "money"
      ? budgets.money(seat.budgets)
      : budgets.all({ limits: limiters, scoped }, seat.budgets);
  return {
    agent: agent.name,
    runId: journal.runId,
    limits: passed.limits,
    scoped: passed.scoped,
    usdMicros,
    tokens,
    backoff: limits.backoff,
    lifeMs: lifeMsOf(limits),
  };
}

/** What an attempt may cost at most. Throws `BAD_OPTIONS` where the agent's own function cannot say. */
export function boundAt({ agent, tier, model, modelName, prices }: Seat, input: unknown): Bound {
  const price = modelName === undefined ? undefined : prices.get(modelName);
  return boundOf(agent.maxCost, input, { tier, model }, price, agent.name);
}

/** The log is to have it that an attempt begins: should the run be over before that has ended, nobody knows yet what it costs. */
export function noteBegun({ shared, clock }: Run, { attempt }: CallRequest): void {
  if (shared === undefined) return;
  shared.begun = { attempt, sinceMs: shared.begun?.sinceMs ?? clock.monotonic() };
}

/** How an attempt begins, as the log has it. */
export function startOf(
  { tier, modelName, budgets }: Seat,
  { place, attempt, key }: CallRequest,
  bound: Bound | undefined,
  batch?: number,
): CallStarted {
  if (tier === undefined && bound === undefined && batch === undefined) {
    // What is spread first is copied as a whole, which takes a fifth of the time.
    return key === undefined
      ? { ...place, type: "call.started", attempt }
      : { ...place, type: "call.started", attempt, key };
  }
  const reserved = budgets.length > 0 ? bound?.usdMicros : undefined;
  return {
    type: "call.started",
    ...place,
    attempt,
    ...(key !== undefined && { key }),
    ...(tier !== undefined && { tier }),
    ...(modelName !== undefined && { model: modelName }),
    ...(reserved !== undefined && { reserved }),
    ...(batch !== undefined && { batch }),
  };
}

type CallStarted = Extract<EventBody, { type: "call.started" }>;
