import type { Cancellation } from "../../async/cancellation.ts";
import { sleep } from "../../async/sleep.ts";
import { randomId } from "../../model/hash.ts";
import { expectedCall } from "../batch/batch.ts";
import type { CallOutcome } from "../call-outcome.ts";
import type { PreparedCall } from "../call-spec.ts";
import { isDeadline } from "../deadline.ts";
import { fly, NO_RESULT, type FlightResult } from "./single-flight.ts";
import {
  acquireLease,
  releaseLease,
  keepAnswer,
  LEASE_MS,
  readSlot,
  renewLease,
  type CachedAnswer,
  type CacheSlot,
} from "./cache-entry.ts";
import { waitFor } from "../../limits/admission.ts";
import { modelsWithout } from "../../log/redact-event.ts";
import { isRefusal } from "../refusal.ts";
import type { Run, Shared } from "../run.ts";
import type { ConfiguredAgent } from "../configured-agent.ts";

/** Makes the attempts of a call, in a run that knows that others use its answer. Resolves to `undefined` if there is nothing to go on with. */
export type AskShared = (shared: Run) => Promise<CallOutcome | undefined>;
type From = CachedAnswer["from"];

function fromOf({ journal }: Run, { spec }: PreparedCall): From {
  return { runId: journal.runId, callId: spec.place.callId };
}

// How long a call waits before it looks again whether another process has answered, in ms, and up to how much longer at random, so that
// waiting calls do not all look at once.
const LOOK_MS = 50;
const MORE_MS = 150;

/**
 * Gets the answer of a slot: joins a call of this process that is asking for it, or else reads it, waits for another process that is
 * asking, or asks and keeps the answer. Resolves to the call's own outcome if it asked, else to the result of the flight.
 *
 * Rejects if the run is cancelled, or if its store fails.
 */
export async function joinOrAsk(
  run: Run,
  configured: ConfiguredAgent,
  slot: CacheSlot,
  call: PreparedCall,
  ask: AskShared,
): Promise<FlightResult | CallOutcome> {
  const from = fromOf(run, call);
  const inFlight = run.flights.of(run.values);
  const known = inFlight.get(slot.key);
  if (known !== undefined) {
    // The other call may be collected in a batch, which must not wait for a call that waits for it.
    configured.batch?.expectNoMore(expectedCall(from.runId, from.callId));
    using waiting = waitFor(configured.limiters);
    const { refusal } = waiting;
    if (refusal !== undefined) return { kind: "failed", error: refusal, limits: configured.limits };
    return await known.wait(run.cancellation);
  }
  return askInFlight(run, configured, slot, from, ask, () => waitForTurn(run, slot));
}

/**
 * Goes on with an attempt that has begun before: calls with the same content wait for its answer, which is kept. Begins at once, and does not
 * wait for others. Resolves to `undefined` if the attempt is gone. Rejects as `joinOrAsk` does.
 */
export async function goOnForAll(
  run: Run,
  configured: ConfiguredAgent,
  slot: CacheSlot,
  call: PreparedCall,
  goOn: AskShared,
): Promise<CallOutcome | undefined> {
  // Another run may have asked in the meantime.
  if (run.flights.of(run.values).has(slot.key)) return askApart(run, slot, call, goOn);
  const turn = (): Turn => {
    const by = randomId();
    // Calls of other processes should wait for it, but it does not need their leave. A failing store is noticed when the answer is kept.
    return { kind: "asking", by, acquired: acquireLease(slot, by).catch(() => {}) };
  };
  const end = await askInFlight(run, configured, slot, fromOf(run, call), goOn, turn);
  return "kind" in end ? undefined : end;
}

/** Starts a flight and asks in it. Resolves to the call's own outcome, or, if it did not ask, to the result of the flight. */
async function askInFlight(
  run: Run,
  configured: ConfiguredAgent,
  slot: CacheSlot,
  from: From,
  ask: AskShared,
  turn: () => Turn | Promise<Turn>,
): Promise<FlightResult | CallOutcome> {
  const own: Own = { asking: undefined, outcome: undefined, failure: undefined };
  try {
    const result = await fly(run.flights.of(run.values), slot.key, run.cancellation, (unwanted) =>
      askForAll(run, configured, slot, from, ask, unwanted, own, turn),
    );
    if (own.failure !== undefined) throw own.failure.reason;
    return own.outcome ?? result;
  } catch (reason) {
    // The call has ended although it was cancelled in the meantime.
    if (own.outcome !== undefined) return own.outcome;
    // At the deadline its attempts end it, as they end every call; nobody else does.
    const ended = isDeadline(reason) ? await own.asking : undefined;
    if (ended === undefined) throw reason;
    return ended;
  }
}

/** Asks even if an answer is cached or another call is asking, and replaces the cached answer. */
export async function askApart<Outcome extends CallOutcome | undefined>(
  run: Run,
  slot: CacheSlot,
  call: PreparedCall,
  ask: (shared: Run) => Promise<Outcome>,
): Promise<Outcome> {
  const keeper = keeperOf(run, slot, fromOf(run, call), true);
  const outcome = await ask({ ...run, shared: sharedBy(run.cancellation, keeper) });
  await keeper.settled();
  return outcome;
}

/** A store's answer. A store that fails ends the run. */
export async function orStoreFailed<T>({ journal }: Run, stored: Promise<T>): Promise<T> {
  try {
    return await stored;
  } catch (cause) {
    throw journal.failed(cause);
  }
}

function sharedBy(cancellation: Cancellation, { answered }: Keeper): Shared {
  return { cancellation, answered, atWork: undefined, rest: undefined };
}

/** The outcome of the call that asks for all. */
interface Own {
  asking: Promise<CallOutcome | undefined> | undefined;
  outcome: CallOutcome | undefined;
  failure: { readonly reason: unknown } | undefined;
}

/**
 * Asks for all waiting calls, and resolves to what they get; `own` is set to the call's own outcome. Cancelling the run ends
 * every wait here, but not a running attempt: `unwanted` cancels that, once no call waits for it. Never rejects.
 */
async function askForAll(
  run: Run,
  configured: ConfiguredAgent,
  slot: CacheSlot,
  from: From,
  ask: AskShared,
  unwanted: Cancellation,
  own: Own,
  turnOf: () => Turn | Promise<Turn>,
): Promise<FlightResult> {
  const fail = (reason: unknown): FlightResult => {
    own.outcome = undefined;
    own.failure = { reason };
    return NO_RESULT;
  };
  let turn: Turn;
  try {
    const given = turnOf();
    turn = given instanceof Promise ? await given : given;
  } catch (reason) {
    return fail(reason);
  }
  if (turn.kind !== "asking") return turn;
  using _lease = renewing(run, slot, turn.by, unwanted);
  const keeper = keeperOf(run, slot, from, false);
  const shared = sharedBy(unwanted, keeper);
  try {
    own.asking = ask({ ...run, shared });
    own.outcome = await own.asking;
    await shared.rest;
  } catch (reason) {
    fail(reason);
  }
  let isKept = false;
  try {
    const { answer, ...settled } = await keeper.settled();
    ({ isKept } = settled);
    if (answer !== undefined) return { kind: "answered", answer, by: "joined" };
    return own.outcome === undefined ? NO_RESULT : failureFor(run, configured, own.outcome);
  } catch (reason) {
    return fail(reason);
  } finally {
    await turn.acquired;
    // If this fails, the lease expires by itself.
    if (!isKept) await releaseLease(slot, turn.by).catch(() => {});
  }
}

/** What the other calls get if the call failed: the agent's failure, but not a refusal or a cancellation of this run. */
function failureFor(
  { cancellation }: Run,
  { limits }: ConfiguredAgent,
  { result }: CallOutcome,
): FlightResult {
  if (result.status !== "failed" || isRefusal(result.error) || cancellation.cancelled) {
    return NO_RESULT;
  }
  return { kind: "failed", error: result.error, limits };
}

/** What ended the wait: an answer, or the lease to ask. */
type Turn = FlightResult | OwnTurn;

interface OwnTurn {
  readonly kind: "asking";
  readonly by: string;
  /** Resolves when it has the lease, or cannot have it. */
  readonly acquired?: Promise<unknown>;
}

/** Waits for an answer, or for the lease to ask. Rejects if the run is cancelled, or if its store fails. */
async function waitForTurn(run: Run, slot: CacheSlot): Promise<Turn> {
  const { clock, cancellation } = run;
  const me = randomId();
  for (let waited = false; ; waited = true) {
    let found = await orStoreFailed(run, readSlot(slot));
    // The step that acquires the lease reads the slot once more.
    if (found.kind === "nothing" && !cancellation.cancelled)
      found = await orStoreFailed(run, acquireLease(slot, me));
    const isMine = found.kind === "asking" && found.by === me;
    if (cancellation.cancelled) {
      if (isMine) await releaseLease(slot, me).catch(() => {});
      throw cancellation.reason;
    }
    if (isMine) return { kind: "asking", by: me };
    if (found.kind === "answer") {
      return { kind: "answered", answer: found.answer, by: waited ? "joined" : "cache" };
    }
    await sleep(clock, LOOK_MS + Math.random() * MORE_MS, cancellation);
  }
}

/**
 * Renews the lease until disposed, or until no call wants the answer any more: an attempt whose store does not answer must not keep others
 * from asking. Does not keep the process alive.
 */
function renewing({ clock }: Run, slot: CacheSlot, by: string, unwanted: Cancellation): Disposable {
  const set = (): Disposable => clock.timer(LEASE_MS / 3, say, { hold: false });
  const say = (): void => {
    if (unwanted.cancelled) return;
    timer = set();
    // A failing store is noticed when the answer is kept.
    renewLease(slot, by).catch(() => {});
  };
  let timer = set();
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/** Keeps the answer of a call as soon as it is given. */
interface Keeper {
  readonly answered: Shared["answered"];
  /** Resolves to the answer, if there is one, and whether the store has it. Rejects if the store fails. */
  settled(): Promise<{ readonly answer: CachedAnswer | undefined; readonly isKept: boolean }>;
}

function keeperOf(run: Run, slot: CacheSlot, from: From, replace: boolean): Keeper {
  let answer: CachedAnswer | undefined;
  let keeping: Promise<boolean> | undefined;
  return {
    answered({ output, cost, attempt: attempts, durationMs, model, used }) {
      const atMs = run.clock.now();
      const named = { ...(model !== undefined && { model }), ...(used !== undefined && { used }) };
      const models = run.redact === undefined ? named : modelsWithout(named, run.redact.text);
      answer = { output, cost, attempts, durationMs, ...models, atMs, from };
      // Its secrets must not be kept, and without them it would be another answer.
      if (run.journal.hides(output)) return;
      keeping = keepAnswer(slot, answer, replace);
      keeping.catch(() => {});
    },
    async settled() {
      const isKept = keeping !== undefined && (await orStoreFailed(run, keeping));
      return { answer, isKept };
    },
  };
}
