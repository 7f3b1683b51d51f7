import type { Cost, ModelCost } from "../model/call.ts";
import { QuorateError } from "../model/errors.ts";
import type { EventBody } from "../model/events.ts";
import type { Requeue } from "../limits/permit.ts";
import { classify } from "../retry/classify-error.ts";
import { retryWaitMs } from "../retry/retry.ts";
import type { Accepted } from "./accept.ts";
import type { Run } from "./run.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/** How an attempt ended: with what was made of the agent's answer, or with what went wrong. */
export type AttemptEnd = (
  | { readonly ok: true; readonly accepted: Accepted }
  | { readonly ok: false; readonly error: unknown }
) & {
  /** Monotonic times in ms. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly cost: Cost;
  /** Which model it named last. */
  readonly model?: string | undefined;
  /** What it used of each model, where it reported anything. */
  readonly used?: readonly ModelCost[];
  /**
   * Resolves when its budgets are charged, and rejects when their store fails. `undefined` where there are none, and where it
   * was given up: they are charged when its agent has stopped.
   */
  readonly settled?: Promise<void> | undefined;
  /** How the agent settled, where that is this end: not where it was given up or cancelled before. */
  readonly ended?: "answered" | "failed";
  /** What is to be recorded after this end. */
  readonly after?: readonly EventBody[] | undefined;
  readonly requeue?: Requeue | undefined;
  /** How long a repetition waits, from 0 to 1 of the longest: the same for all of a batch, so that they meet again. */
  readonly jitter?: number | undefined;
};

/** What there may be to say of an end besides what it is. */
export type EndMore = Pick<Partial<AttemptEnd>, "settled" | "ended" | "after" | "requeue">;

/** Whether an attempt's time is over. Its timer may not have rung yet: an agent can keep the event loop from turning. */
export function isOver({ clock }: Run, { limits }: ConfiguredAgent, startedMs: number): boolean {
  return clock.monotonic() - startedMs > limits.timeoutMs;
}

/** What an attempt fails with whose time is over. */
export function timeoutError({ agent, limits }: ConfiguredAgent): QuorateError {
  return new QuorateError("TIMEOUT", `${agent.name} timed out after ${limits.timeoutMs} ms`);
}

/** When to come again, where the agent was turned away since there were too many, and no limit knows better. */
export function turnedAway(
  { clock }: Run,
  { limits }: ConfiguredAgent,
  attempt: number,
  error: unknown,
  jitter: number | undefined,
): Requeue | undefined {
  const nowMs = clock.now();
  if (classify(error, nowMs).fault !== "limited") return undefined;
  const waitMs = retryWaitMs(error, attempt, limits.backoff, nowMs, jitter);
  return waitMs === undefined ? undefined : { waitMs };
}
