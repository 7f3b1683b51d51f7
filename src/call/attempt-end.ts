import type { Cost, ModelCost } from "../model/call.ts";
import { QuorateError } from "../model/errors.ts";
import type { EventBody } from "../model/events.ts";
import type { AttemptEvent } from "../executor/executor.ts";
import type { Requeue } from "../limits/permit.ts";
import type { Accepted } from "./accept.ts";
import type { Run } from "./run.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/** How an attempt ended: with the accepted answer, or with an error. */
export type AttemptEnd = (
  | { readonly ok: true; readonly accepted: Accepted }
  | { readonly ok: false; readonly error: unknown }
) & {
  /** Monotonic times in ms. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly cost: Cost;
  /** The model that it named last. */
  readonly model?: string | undefined;
  /** What it used of each model, if it reported anything. */
  readonly used?: readonly ModelCost[];
  /**
   * Resolves when its budgets are charged, and rejects if their store fails. `undefined` if there are none, or if the attempt
   * was given up: then they are charged when its agent has stopped.
   */
  readonly settled?: Promise<void> | undefined;
  /** How the agent settled, if it has: not if the attempt was given up or cancelled before. */
  readonly ended?: "answered" | "failed" | undefined;
  /** What is to be recorded after this end. */
  readonly after?: readonly EventBody[] | undefined;
  readonly requeue?: Requeue | undefined;
  /** How long a retry waits, from 0 to 1 of the longest wait: the same for all of a batch, so that they meet again. */
  readonly jitter?: number | undefined;
};

/** Further facts about an end. */
export type EndMore = Pick<Partial<AttemptEnd>, "settled" | "ended" | "after" | "requeue">;

/** Whether an attempt's time is over. Its timer may not have fired yet, because an agent can block the event loop. */
export function isOver({ clock }: Run, { limits }: ConfiguredAgent, startedMs: number): boolean {
  return clock.monotonic() - startedMs > limits.timeoutMs;
}

/** What is heard of an agent that stopped and did not answer. */
export function silence({ agent }: ConfiguredAgent): AttemptEvent {
  const why = `${agent.name} stopped without an answer`;
  return { type: "failure", thrown: new QuorateError("AGENT_FAILED", why) };
}

/** The failure of an attempt whose time is over. */
export function timeoutError({ agent, limits }: ConfiguredAgent): QuorateError {
  return new QuorateError("TIMEOUT", `${agent.name} timed out after ${limits.timeoutMs} ms`);
}
