import type { Cancellation } from "../async/cancellation.ts";
import { sleep } from "../async/sleep.ts";
import { randomId } from "../hash.ts";
import { expectedCall } from "./batch.ts";
import { failCall } from "./attempts.ts";
import type { CallOutcome } from "./call-outcome.ts";
import type { PreparedCall } from "./call-spec.ts";
import { isDeadline } from "./deadline.ts";
import { NOTHING, takeOff, type Landing } from "./flight.ts";
import {
  claim,
  giveUp,
  keep,
  LEASE_MS,
  look,
  renew,
  type KeptAnswer,
  type Place,
} from "./kept-answer.ts";
import { waitFor } from "../limits/admission.ts";
import { modelsWithout } from "./redact-event.ts";
import { isRefusal } from "./refusal.ts";
import type { Run, Shared } from "./run.ts";
import type { Seat } from "./seat.ts";

type Ask = (shared: Run) => Promise<CallOutcome>;
type From = KeptAnswer["from"];

function fromOf({ journal }: Run, { spec }: PreparedCall): From {
  return { runId: journal.runId, callId: spec.place.callId };
}

// How often one looks whether another process has answered: so many ms, and at random up to so many more, so that
// those who wait do not all look at once.
const LOOK_MS = 50;
const MORE_MS = 150;

/**
 * Obtains the answer of a place: joins who does so in this process already, or else looks whether it is kept, waits for another
 * process that is asking for it, or asks and keeps it. Answers with its own call's end where it asked, or with what others came to.
 *
 * Rejects when the run is cancelled, and when its store fails.
 */
export async function obtain(
  run: Run,
  seat: Seat,
  place: Place,
  call: PreparedCall,
  ask: Ask,
): Promise<Landing | CallOutcome> {
  const from = fromOf(run, call);
  const underway = run.flights.of(run.values);
  const known = underway.get(place.key);
  if (known !== undefined) {
    // That one may be collected, and is not to wait for who waits for it.
    seat.batch?.expectNoMore(expectedCall(from.runId, from.callId));
    using waiting = waitFor(seat.limiters);
    const { refusal } = waiting;
    if (refusal !== undefined) return { kind: "failed", error: refusal, limits: seat.limits };
    return await known.wait(run.cancellation);
  }
  let own: Fetched = {};
  let shared: Shared | undefined;
  const asking: Ask = (sharing) => {
    ({ shared } = sharing);
    return ask(sharing);
  };
  const flight = takeOff(underway, place.key, async (unwanted) => {
    own = await fetch(run, seat, place, from, asking, unwanted);
    return own.landing ?? NOTHING;
  });
  try {
    const landing = await flight.wait(run.cancellation);
    if (own.failure !== undefined) throw own.failure.reason;
    return own.performed ?? landing;
  } catch (reason) {
    // Stopped early, it has an end all the same.
    if (own.performed !== undefined) return own.performed;
    const begun = shared?.begun;
    if (begun === undefined || !isDeadline(reason)) throw reason;
    // Its attempt goes on for others: nobody knows yet what it costs.
    const durationMs = run.clock.monotonic() - begun.sinceMs;
    const state = { ...call.state, attempt: begun.attempt, settled: false };
    return failCall(run, seat, state, reason, { durationMs, charged: undefined });
  }
}

/** Asks whatever is kept or under way, and keeps the answer in place of what is there. */
export async function askAnew(
  run: Run,
  place: Place,
  call: PreparedCall,
  ask: Ask,
): Promise<CallOutcome> {
  const keeper = keeperOf(run, place, fromOf(run, call), true);
  const { answered } = keeper;
  const shared: Shared = { cancellation: run.cancellation, answered, begun: undefined };
  const performed = await ask({ ...run, shared });
  await keeper.settled();
  return performed;
}

/** What a run's store answers. When it fails, that is the end of the run. */
export async function orStoreFailed<T>({ journal }: Run, stored: Promise<T>): Promise<T> {
  try {
    return await stored;
  } catch (cause) {
    throw journal.failed(cause);
  }
}

/** What one call came to that set out to get an answer for all: for others, and for itself. */
interface Fetched {
  readonly landing?: Landing;
  readonly performed?: CallOutcome;
  readonly failure?: { readonly reason: unknown };
}

/**
 * All of its waiting ends with the run, but not an attempt that is under way: that one is stopped when it is `unwanted`, by
 * others too. Never rejects.
 */
async function fetch(
  run: Run,
  seat: Seat,
  place: Place,
  from: From,
  ask: Ask,
  unwanted: Cancellation,
): Promise<Fetched> {
  let turn: Turn;
  try {
    turn = await waitForTurn(run, place);
  } catch (reason) {
    return { failure: { reason } };
  }
  if (turn.landing !== undefined) return { landing: turn.landing };
  const { claimedBy } = turn;
  using _lease = renewing(run, place, claimedBy, unwanted);
  const keeper = keeperOf(run, place, from, false);
  const own = await ask({
    ...run,
    shared: { cancellation: unwanted, answered: keeper.answered, begun: undefined },
  }).then(
    (performed): Fetched => ({ performed, landing: failureFor(run, seat, performed) }),
    (reason: unknown): Fetched => ({ failure: { reason } }),
  );
  let isKept = false;
  try {
    const { answer, ...settled } = await keeper.settled();
    ({ isKept } = settled);
    return answer === undefined
      ? own
      : { ...own, landing: { kind: "answered", answer, by: "joined" } };
  } catch (reason) {
    return { failure: { reason } };
  } finally {
    // Where this fails, the others find that the lease has run out.
    if (!isKept) await giveUp(place, claimedBy).catch(() => {});
  }
}

/** What others have of a call that failed: its agent's failure, but not that it was not admitted, or stopped. */
function failureFor({ cancellation }: Run, { limits }: Seat, { result }: CallOutcome): Landing {
  if (result.status !== "failed" || isRefusal(result.error) || cancellation.cancelled) {
    return NOTHING;
  }
  return { kind: "failed", error: result.error, limits };
}

/** An answer that is there, or who claims to be asking. */
type Turn =
  | { readonly landing: Landing }
  | { readonly landing?: undefined; readonly claimedBy: string };

/** Waits for an answer, or until nobody else is asking. Rejects when the run is cancelled, and when its store fails. */
async function waitForTurn(run: Run, place: Place): Promise<Turn> {
  const { clock, cancellation } = run;
  const me = randomId();
  for (let waited = false; ; waited = true) {
    let found = await orStoreFailed(run, look(place));
    // It is looked at once more in the step that claims it.
    if (found.kind === "nothing" && !cancellation.cancelled)
      found = await orStoreFailed(run, claim(place, me));
    const isMine = found.kind === "asking" && found.by === me;
    if (cancellation.cancelled) {
      if (isMine) await giveUp(place, me).catch(() => {});
      throw cancellation.reason;
    }
    if (isMine) return { claimedBy: me };
    if (found.kind === "answer") {
      const by = waited ? "joined" : "cache";
      return { landing: { kind: "answered", answer: found.answer, by } };
    }
    await sleep(clock, LOOK_MS + Math.random() * MORE_MS, cancellation);
  }
}

/**
 * Says again and again that somebody is asking, until disposed, or until nobody wants the answer any more: a store that does not
 * answer is not to keep others from asking. It does not hold the process.
 */
function renewing({ clock }: Run, place: Place, by: string, unwanted: Cancellation): Disposable {
  const set = (): Disposable => clock.timer(LEASE_MS / 3, say, { hold: false });
  const say = (): void => {
    if (unwanted.cancelled) return;
    timer = set();
    // A store that fails is noticed by what has to be kept there.
    renew(place, by).catch(() => {});
  };
  let timer = set();
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/** Keeps the answer of a call when it is there. */
interface Keeper {
  readonly answered: Shared["answered"];
  /** What was answered, and whether it is kept. Rejects when the store fails. */
  settled(): Promise<{ readonly answer: KeptAnswer | undefined; readonly isKept: boolean }>;
}

function keeperOf(run: Run, place: Place, from: From, replace: boolean): Keeper {
  let answer: KeptAnswer | undefined;
  let keeping: Promise<boolean> | undefined;
  return {
    answered({ output, cost, attempt: attempts, durationMs, model, used }) {
      const atMs = run.clock.now();
      const named = { ...(model !== undefined && { model }), ...(used !== undefined && { used }) };
      const models = run.redact === undefined ? named : modelsWithout(named, run.redact.text);
      answer = { output, cost, attempts, durationMs, ...models, atMs, from };
      // The secrets in it are not to be kept, and without them it is another answer.
      if (run.journal.hides(output)) return;
      keeping = keep(place, answer, replace);
      keeping.catch(() => {});
    },
    async settled() {
      const isKept = keeping !== undefined && (await orStoreFailed(run, keeping));
      return { answer, isKept };
    },
  };
}
