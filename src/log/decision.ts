import { Cancellation } from "../async/cancellation.ts";
import { BACKEND, TEXT } from "../check/arguments.ts";
import { thing } from "../check/kinds.ts";
import { option, options, type Option, type Options } from "../check/options.ts";
import { systemClock } from "../async/clock.ts";
import { hear } from "../model/hear.ts";
import { foldedKey } from "../conflict/canonical.ts";
import { describeThrown, isSoundError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import type { RunEvent } from "../model/events.ts";
import { chosen, refusal, type HumanDecision, type Knowing } from "./chosen-position.ts";
import { fromStore } from "./from-store.ts";
import { letGo, takeRun } from "./owning.ts";
import { leaveDecision, type LeftDecision } from "./requests.ts";
import { takeDecisions } from "./take-decisions.ts";
import { lastQuestions, openQuestions } from "./questions.ts";
import type { Store } from "../store/store.ts";

/**
 * Where a decision is kept: `"recorded"` in the log of the run; `"left"` in the store, because a process drives the run: that process records
 * it when the run waits again, or the next process that drives the run does.
 */
export type DecisionKept = "recorded" | "left";

/**
 * Records what a person decided, and nothing else: the run continues when it is resumed. While a process drives the run, the decision is left
 * for it. Rejects with `RUN_NOT_FOUND`, with `ALREADY_DECIDED` if a person has decided about that subject, `NO_SUCH_POSITION` if nobody
 * holds `winner`, and with `BAD_OPTIONS` if the run does not wait for that subject, or two positions look like `winner`.
 *
 * If the run's supervisor has `redact`, only the chosen position is kept: only the supervisor knows what is secret in `why` and `by`.
 * Its own `decide` keeps them; if `redact` has paths, only in the process in which the run started to wait.
 */
export async function decide(
  backend: { readonly store: Store },
  runId: string,
  decision: HumanDecision,
): Promise<DecisionKept> {
  BACKEND.needed().take(backend, "decide: backend");
  TEXT.take(runId, "decide: runId");
  const { store } = backend;
  return recordDecision(store, runId, decision, {
    redact: undefined,
    knowsSecrets: false,
    nowMs: () => store.values.now(),
  });
}

/** What the run of a decision provides. */
export interface Recording extends Knowing {
  readonly nowMs: () => number | Promise<number>;
}

/** Like `decide`: when this resolves, the decision is kept, in the form that may be shown. */
export async function recordDecision(
  store: Store,
  runId: string,
  given: HumanDecision,
  { nowMs, ...known }: Recording,
): Promise<DecisionKept> {
  // It is read only after the log.
  hear(given);
  const decision = DECISION.of(given, "the decision");
  if (decision.winner === undefined && decision.index === undefined) {
    throw refusal("the decision: neither winner nor index says which position; give one");
  }
  const before = todaysEvents(await fromStore(() => store.read(runId)));
  const run = await fromStore(() => store.run(runId));
  const questions = run?.status === "running" ? lastQuestions(before).open : openQuestions(before);
  // Before the run is taken: a refused decision leaves it alone.
  const wanted = chosen(runId, before, decision, { ...known, questions });
  let left: LeftDecision | undefined;
  let fence = await takenUnlessOwned(store, runId);
  if (fence === undefined) {
    left = { askedAt: lastQuestions(before).askedAt, decided: wanted };
    await leaveDecision(store, runId, left);
    // The run's owner may have released it before it could see this decision.
    fence = await takenUnlessOwned(store, runId);
    if (fence === undefined) return "left";
  }
  try {
    // Another person may have decided until it was taken.
    const since = await fromStore(() => store.read(runId, before.length));
    let events = todaysEvents([...before, ...since]);
    const atMs = Math.round(await fromStore(nowMs));
    if (left !== undefined) {
      const taken = await takeDecisions(store, runId, events, { fence, atMs });
      const { question } = left.decided;
      const isOurs = (event: RunEvent): boolean =>
        event.type === "person.decided" && event.question === question;
      if (taken.some(isOurs)) return "recorded";
      events = [...events, ...taken];
    }
    const body = chosen(runId, events, decision, { ...known, questions: openQuestions(events) });
    const place = { runId, seq: events.length + 1, atMs };
    await fromStore(() => store.append([{ ...body, ...place }], fence));
    return "recorded";
  } finally {
    await letGo(store, systemClock, runId, fence);
  }
}

/** The fence of a run that was taken; `undefined` if another process drives it. */
export async function takenUnlessOwned(store: Store, runId: string): Promise<number | undefined> {
  try {
    return await takeRun(store, systemClock, runId, new Cancellation());
  } catch (error) {
    if (isSoundError(error) && error.code === "RUN_OWNED") return undefined;
    throw error;
  }
}

// Without the value, which may be secret.
const words = (instead: string): Option<string | undefined> =>
  thing("a text", (given) => typeof given === "string", instead);

/** A copy of a value that has a key, which nobody can change between the check and the record. */
function copied(given: unknown): Json {
  const taken = takeJson(given, Infinity);
  if (taken.fault === undefined) return taken.value as Json;
  throw new TypeError(`has ${taken.fault.why}`);
}

export const DECISION: Options<HumanDecision> = options({
  subject: words("use one that openQuestions() shows").needed(),
  winner: option<Json>((given, what) => {
    try {
      // No position is larger or deeper than what has a key.
      foldedKey(given as Json);
      return copied(given);
    } catch (cause) {
      hear([given, cause]);
      throw refusal(`${what} ${describeThrown(cause)}; give the value of a position as JSON`);
    }
  }, "give the value of a position"),
  index: thing("a whole number", Number.isSafeInteger, "use the place of a position, from 0"),
  why: words("say it in a sentence").needed(),
  by: words("use a name"),
  team: words("name the place of a nested supervisor"),
  question: thing("a whole number", Number.isSafeInteger, "use the one that openQuestions() shows"),
});
