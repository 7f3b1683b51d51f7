import type { Cancellation } from "../../async/cancellation.ts";
import { orCancelled } from "../../async/or-cancelled.ts";
import { NO_COST, type CallRequest } from "../../model/call.ts";
import type { Permit } from "../../limits/permit.ts";
import type { Bound } from "../../money/bound.ts";
import { CallAttempt } from "../attempt.ts";
import type { AttemptEnd } from "../attempt-end.ts";
import { runBatch, type AskingAttempt } from "./batch-attempt.ts";
import { chargeFor, type Charge, type Tally } from "../charge.ts";
import { dispatch, permitRequest, recordStart } from "../dispatch.ts";
import type { Run } from "../run.ts";
import { send } from "../send.ts";
import type { ConfiguredAgent } from "../configured-agent.ts";
import { isDeadline } from "../deadline.ts";

/** A collected call, and who waits for its result. */
export interface Collected {
  readonly run: Run;
  readonly request: CallRequest;
  /** Its greatest cost; `undefined` if it is not needed. */
  readonly bound: Bound | undefined;
  /** Counts what its budgets are charged. */
  readonly tally: Tally;
  readonly resolve: (made: AttemptEnd | Promise<AttemptEnd>) => void;
  readonly reject: (reason: unknown) => void;
}

/** A call for which everything is reserved. */
interface Reserved {
  readonly call: Collected;
  readonly attempt: CallAttempt;
  readonly charge: Charge | undefined;
}

/**
 * Makes one attempt at each of several calls, as one request: reserve → record → run → settle. It takes over the permit for the slots
 * and releases it. Each call is under the budgets of its own run, and whatever prevents one call (it is refused, its run was cancelled,
 * its store fails) does not affect the others.
 *
 * No call waits for money while others hold slots: if an open reservation must be settled first, which may be one of this
 * very batch, the call goes alone, and waits for a slot and the money together. Never rejects.
 */
export async function dispatchBatch(
  configured: ConfiguredAgent,
  calls: readonly Collected[],
  permit: Permit,
): Promise<void> {
  const reserved = await allOf(calls.map((call) => reserve(configured, call)));
  const size = reserved.length;
  const begun = await allOf(reserved.map((one) => begin(configured, one, size)));
  // Checked once more right before sending, because other stores may have taken their time.
  const [first, ...others] = begun.filter(isWanted);
  if (first === undefined) return void permit.discard()?.catch(() => {});
  const nowMs = first.call.run.clock.monotonic();
  if (others.length === 0) {
    const { call, attempt, charge } = first;
    call.resolve(settled(send(call.run, attempt, nowMs, { permit, charge })));
    return;
  }
  const asking = [askingOf(first), ...others.map(askingOf)] as const;
  const ends = runBatch(configured, asking, nowMs, permit);
  for (const [index, one] of [first, ...others].entries()) {
    const end = ends[index];
    if (end !== undefined) one.call.resolve(settled(end));
  }
}

function askingOf({ call: { run }, attempt, charge }: Reserved): AskingAttempt {
  return { run, attempt, charge };
}

/** The results that are not `undefined`, in their order. */
async function allOf<T>(doing: readonly Promise<T | undefined>[]): Promise<readonly T[]> {
  return (await Promise.all(doing)).filter((done) => done !== undefined);
}

async function reserve(
  configured: ConfiguredAgent,
  call: Collected,
): Promise<Reserved | undefined> {
  const { run, request, bound, tally } = call;
  const { cancellation } = run;
  const attempt = new CallAttempt(run, configured, request);
  try {
    if (bound === undefined || configured.budgets.length === 0)
      return { call, attempt, charge: undefined };
    const taking = run.limiter.tryAcquire(permitRequest(run, configured, bound, "money"));
    const permit = taking instanceof Promise ? await inTime(taking, cancellation) : taking;
    if (permit === undefined) {
      call.resolve(dispatch(run, configured, request, tally));
      return undefined;
    }
    const charge = chargeFor(run, request, bound.usdMicros, permit, tally);
    if (!cancellation.cancelled) return { call, attempt, charge };
    await charge.discard();
    call.reject(cancellation.reason);
  } catch (error) {
    call.reject(error);
  }
  return undefined;
}

/** The others do not wait for the store of a run that is over: what it takes too late is given back. */
async function inTime(
  taking: Promise<Permit | undefined>,
  cancellation: Cancellation,
): Promise<Permit | undefined> {
  try {
    return await orCancelled(taking, cancellation);
  } catch (error) {
    if (cancellation.cancelled) taking.then((late) => late?.discard()).catch(() => {});
    throw error;
  }
}

/** Records that an attempt begins, as one of `size`. */
async function begin(
  configured: ConfiguredAgent,
  one: Reserved,
  size: number,
): Promise<Reserved | undefined> {
  const { bound, run } = one.call;
  const { cancellation } = run;
  let recorded = false;
  try {
    if (cancellation.cancelled) throw cancellation.reason;
    const of = size > 1 ? size : undefined;
    const started = recordStart(run, configured, one.attempt, bound, undefined, of);
    recorded = true;
    // The others do not wait for the store of a run that is over.
    if (started !== undefined) await orCancelled(started, cancellation);
    return one;
  } catch (error) {
    await withdraw(one, error, recorded);
    return undefined;
  }
}

/** Whether anything waits for a call that has begun; if not, it is withdrawn. */
function isWanted(one: Reserved): boolean {
  const { cancelled, reason } = one.call.run.cancellation;
  if (cancelled) void withdraw(one, reason, true);
  return !cancelled;
}

/** Takes a call out of a batch that is not sent yet: no agent was asked, and it costs nothing. Never rejects. */
async function withdraw(
  { call, charge }: Reserved,
  error: unknown,
  recorded: boolean,
): Promise<void> {
  const settling = charge?.discard();
  // A call that ends before its run has begun in the log, and needs an end.
  if (recorded && isDeadline(error)) {
    const nowMs = call.run.clock.monotonic();
    call.resolve({ ok: false, startedMs: nowMs, endedMs: nowMs, error, cost: NO_COST });
  } else {
    call.reject(error);
  }
  try {
    await settling;
  } catch {
    // The store has failed, and its run has been told.
  }
}

async function settled(attempt: Promise<AttemptEnd>): Promise<AttemptEnd> {
  const end = await attempt;
  await end.settled;
  return end;
}
