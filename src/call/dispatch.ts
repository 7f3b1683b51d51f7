import { orGivenUp } from "../async/or-given-up.ts";
import { NO_COST, type CallRequest } from "../model/call.ts";
import type { EventBody } from "../model/events.ts";
import type { PermitRequest } from "../limits/permit.ts";
import { boundOf, type Bound } from "../money/bound.ts";
import { CallAttempt } from "./attempt.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import { holderOf } from "./attempt-request.ts";
import { chargeFor, type Tally } from "./charge.ts";
import { send, type Permitted } from "./send.ts";
import type { Run } from "./run.ts";
import { lifeMsOf, slotsIn, type ConfiguredAgent } from "./configured-agent.ts";
import { isDeadline } from "./deadline.ts";

/**
 * Makes one attempt: admission → record → run → settle. Rejects if the run is cancelled, if its store fails, and if a
 * limiter or a budget refuses it; then no agent was asked.
 */
export function dispatch(
  run: Run,
  configured: ConfiguredAgent,
  request: CallRequest,
  tally: Tally,
): Promise<AttemptEnd> {
  const attempt = new CallAttempt(run, configured, request);
  const slots = slotsIn(configured, run.journal.runId);
  if (slots === undefined) return dispatchBounded(run, configured, attempt, tally);
  const permit = run.limiter.acquire(slots, run.cancellation, attempt);
  // Not an async function: with room and nothing to wait for, the attempt's own promise is the only one.
  if (permit instanceof Promise) {
    return permit.then((late) => begin(run, configured, attempt, { permit: late }));
  }
  const nowMs = run.clock.monotonic();
  const recorded = recordStart(run, configured, attempt, undefined, nowMs);
  if (recorded !== undefined || run.cancellation.cancelled) {
    return whenRecorded(run, attempt, recorded, { permit });
  }
  return send(run, attempt, nowMs, { permit });
}

async function dispatchBounded(
  run: Run,
  configured: ConfiguredAgent,
  attempt: CallAttempt,
  tally: Tally,
): Promise<AttemptEnd> {
  const { call } = attempt;
  const bound = boundAt(configured, call.input);
  const permit = await run.limiter.acquire(
    permitRequest(run, configured, bound, "all", call),
    run.cancellation,
    attempt,
  );
  const charge =
    configured.budgets.length === 0
      ? undefined
      : chargeFor(run, call, bound.usdMicros, permit, tally);
  const end = await begin(run, configured, attempt, { permit, charge }, bound);
  await end.settled;
  return end;
}

/** Begins an attempt that has its slots and its money, and owns them from then on. */
function begin(
  run: Run,
  configured: ConfiguredAgent,
  attempt: CallAttempt,
  holds: Permitted,
  bound?: Bound,
): Promise<AttemptEnd> {
  const nowMs = run.clock.monotonic();
  const recorded = recordStart(run, configured, attempt, bound, nowMs);
  return recorded !== undefined || run.cancellation.cancelled
    ? whenRecorded(run, attempt, recorded, holds)
    : send(run, attempt, nowMs, holds);
}

/** Begins an attempt when the log has it. */
async function whenRecorded(
  run: Run,
  attempt: CallAttempt,
  recorded: void | Promise<void>,
  holds: Permitted,
): Promise<AttemptEnd> {
  const { cancellation, clock } = run;
  try {
    // A store that does not answer a run that is over must not keep its slots from others.
    if (recorded !== undefined) await orGivenUp(recorded, cancellation, clock);
    if (cancellation.cancelled) throw cancellation.reason;
  } catch (error) {
    await (holds.charge ?? holds.permit).discard();
    if (!isDeadline(error)) throw error;
    // It has begun in the log, and needs an end.
    const nowMs = clock.monotonic();
    return { ok: false, startedMs: nowMs, endedMs: nowMs, error, cost: NO_COST };
  }
  return send(run, attempt, clock.monotonic(), holds);
}

/** What an attempt requests from the limiter: its slots and its money, or only the money if the slots are those of a batch. */
export function permitRequest(
  { budgets, journal, executor }: Run,
  configured: ConfiguredAgent,
  { usdMicros, tokens }: Bound,
  what: "all" | "money" = "all",
  call?: CallRequest,
): PermitRequest {
  const { agent, limiters, scoped, limits, modelName } = configured;
  const passed =
    what === "money"
      ? budgets.money(configured.budgets)
      : budgets.all({ limits: limiters, scoped }, configured.budgets);
  return {
    agent: agent.name,
    runId: journal.runId,
    limits: passed.limits,
    scoped: passed.scoped,
    usdMicros,
    modelName,
    tokens,
    backoff: limits.backoff,
    lifeMs: lifeMsOf(limits, executor.mayBeginWithinMs),
    attempt: call && holderOf(call, executor, passed.scoped),
  };
}

/** The greatest cost of an attempt. Throws `BAD_OPTIONS` if the agent's own function cannot say. */
export function boundAt(
  { agent, tier, model, modelName, prices, free }: ConfiguredAgent,
  input: unknown,
): Bound {
  const price = modelName === undefined ? undefined : prices.get(modelName);
  const bound = boundOf(agent.maxCost, input, { tier, model }, price, agent.name);
  return free ? { ...bound, usdMicros: 0 } : bound;
}

/** Records that an attempt begins, as one of `batch`. Answers as `Journal.record` does. */
export function recordStart(
  { journal }: Run,
  configured: ConfiguredAgent,
  attempt: CallAttempt,
  bound: Bound | undefined,
  nowMs?: number,
  batch?: number,
): void | Promise<void> {
  const { call } = attempt;
  const recorded = journal.record([startOf(configured, call, bound, batch)], nowMs);
  attempt.startedSeq = journal.lastSeq;
  attempt.maxUsdMicros = bound?.usdMicros;
  return recorded;
}

/** The event of an attempt that begins. */
function startOf(
  { tier, modelName, budgets, free }: ConfiguredAgent,
  { place, attempt, key }: CallRequest,
  bound: Bound | undefined,
  batch?: number,
): CallStarted {
  const isPlain = tier === undefined && modelName === undefined && !free;
  if (isPlain && bound === undefined && batch === undefined) {
    // Spreading an object first copies it as a whole, which takes a fifth of the time.
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
    ...(free && { free }),
    ...(batch !== undefined && { batch }),
  };
}

type CallStarted = Extract<EventBody, { type: "call.started" }>;
