import { orGivenUp } from "../async/or-given-up.ts";
import { NO_COST, type CallRequest } from "../call.ts";
import type { EventBody } from "../events.ts";
import { boundOf, type Bound } from "../money/bound.ts";
import type { Reservation } from "../money/ledger.ts";
import { enter, leave, type Lane, type Ticket } from "../policy/admission.ts";
import type { Limits } from "../policy/limits.ts";
import { runAttempt } from "./attempt.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import { chargeFor, type Admitted, type Tally } from "./charge.ts";
import type { Run } from "./run.ts";
import { needsTicket, type Seat } from "./seat.ts";
import { isDeadline } from "./deadline.ts";

/**
 * Makes one attempt: admission → record → run → settle. Rejects when the run is cancelled, when its store fails, and with what a
 * lane or a budget refuses it with; then nobody was asked.
 */
export function dispatch(
  run: Run,
  seat: Seat,
  request: CallRequest,
  tally: Tally,
): Promise<AttemptEnd> {
  if (needsTicket(seat)) return dispatchWithTicket(run, seat, request, tally);
  const admitted = enter(seat.lanes, run.cancellation);
  // Not an async function: where there is room and nothing to wait for, the attempt's own promise is the only one.
  return admitted === undefined
    ? begin(run, seat, request)
    : admitted.then(() => begin(run, seat, request));
}

async function dispatchWithTicket(
  run: Run,
  seat: Seat,
  request: CallRequest,
  tally: Tally,
): Promise<AttemptEnd> {
  const bound = boundAt(seat, request.input);
  const ticket = ticketOf(run, seat, bound);
  const reservation = await admit(run, seat, ticket);
  const charge = reservation && chargeFor(run, seat, request, bound.usdMicros, reservation, tally);
  const end = await begin(run, seat, request, { bound, ticket, charge });
  await end.settled;
  return end;
}

/** Begins an attempt that has its slots and its money, and that owns them from then on. */
function begin(
  run: Run,
  seat: Seat,
  request: CallRequest,
  admitted?: Admitted & { readonly bound: Bound },
): Promise<AttemptEnd> {
  const { cancellation, clock, journal } = run;
  const startedMs = clock.monotonic();
  noteBegun(run, request);
  const started = journal.record([startOf(seat, request, admitted?.bound)], startedMs);
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
  admitted: Admitted | undefined,
): Promise<AttemptEnd> {
  const { cancellation, clock } = run;
  try {
    // Its slots are not kept from others by a store that does not answer a run that is over.
    if (started !== undefined) await orGivenUp(started, cancellation, clock);
    if (cancellation.cancelled) throw cancellation.reason;
  } catch (error) {
    leave(seat.lanes, admitted?.ticket, false);
    await admitted?.charge?.settle({ cost: NO_COST }, "turned away");
    if (!isDeadline(error)) throw error;
    // It has begun, as the log has it, and is to have an end.
    const nowMs = clock.monotonic();
    return { ok: false, startedMs: nowMs, endedMs: nowMs, error, cost: NO_COST };
  }
  return runAttempt(run, seat, request, clock.monotonic(), admitted);
}

/** Reserves what an attempt may cost, where there is room for it now; `undefined` where it would have to wait. */
export function reserveNow(run: Run, seat: Seat, bound: Bound): Promise<Reservation | undefined> {
  const { budgets, limits } = seat;
  const ticket = ticketOf(run, seat, bound);
  return run.ledger.admitNow({ lanes: [], budgets, ticket, lifeMs: lifeMsOf(limits) });
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
  { agent, tier, modelName, budgets }: Seat,
  { callId, attempt, key }: CallRequest,
  bound: Bound | undefined,
  batch?: number,
): CallStarted {
  const { name } = agent;
  if (tier === undefined && bound === undefined && batch === undefined) {
    return key === undefined
      ? { type: "call.started", callId, agent: name, attempt }
      : { type: "call.started", callId, agent: name, attempt, key };
  }
  const reserved = budgets.length > 0 ? bound?.usdMicros : undefined;
  return {
    type: "call.started",
    callId,
    agent: name,
    attempt,
    ...(key !== undefined && { key }),
    ...(tier !== undefined && { tier }),
    ...(modelName !== undefined && { model: modelName }),
    ...(reserved !== undefined && { reserved }),
    ...(batch !== undefined && { batch }),
  };
}

type CallStarted = Extract<EventBody, { type: "call.started" }>;

function ticketOf({ clock, journal }: Run, { limits }: Seat, bound: Bound): Ticket {
  return { owner: journal, clock, ...bound, backoff: limits.backoff };
}

function admit(run: Run, seat: Seat, ticket: Ticket): Promise<Reservation | undefined> {
  const { cancellation, ledger } = run;
  const { lanes, budgets, limits } = seat;
  const lifeMs = lifeMsOf(limits);
  if (budgets.length > 0) return ledger.admit({ lanes, budgets, ticket, lifeMs }, cancellation);
  return enterOnly(lanes, run, ticket);
}

/** How long an attempt may take, with the time to record its end besides what it may take itself. */
function lifeMsOf({ timeoutMs, graceMs }: Limits): number {
  return timeoutMs + graceMs + RECORDING_MS;
}

const RECORDING_MS = 60_000;

async function enterOnly(
  lanes: readonly Lane[],
  { cancellation }: Run,
  ticket: Ticket,
): Promise<undefined> {
  await enter(lanes, cancellation, ticket);
}
