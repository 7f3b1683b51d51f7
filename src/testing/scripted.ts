import { anything, object, text } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { objectsIn } from "../check/given.ts";
import assert from "node:assert/strict";
import { agent, type Agent, type AgentContext, type AgentOptions } from "../describe/agent.ts";
import { type Workers } from "../describe/worker.ts";
import type { Clock } from "../async/clock.ts";
import type { UpstreamResult, Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError, type Issue } from "../model/errors.ts";
import type { CallLimits } from "../describe/limits.ts";

/** What one attempt does. */
export type Step<Output = unknown> = (
  | { readonly output: Output }
  /** The error to throw, unchanged. */
  | { readonly error: unknown }
  /** Never answers. */
  | { readonly hangs: true }
) & {
  /** How long it takes, in ms of the script's clock. Default: no time. */
  readonly afterMs?: number;
  /** What it reports as used when it begins. */
  readonly usage?: Usage | readonly Usage[];
  /** What it emits when it begins. */
  readonly emits?: readonly unknown[];
  /** Does not stop when it is told to. Without it, a step that takes time rejects with the signal's reason. */
  readonly deaf?: true;
};

/** One attempt, as the agent saw it. */
export interface ScriptedCall {
  readonly task: unknown;
  readonly attempt: number;
  readonly results: Readonly<Record<string, UpstreamResult | undefined>>;
  readonly issues: readonly Issue[];
  readonly runId: string;
  readonly callId: string;
  readonly idempotencyKey: string;
  /** Whether it has been told to stop so far. */
  readonly aborted: boolean;
}

export interface ScriptedOptions<Output>
  extends
    CallLimits,
    Pick<
      AgentOptions<string, unknown, unknown, unknown, never, Output, Workers>,
      "model" | "cost" | "maxCost"
    > {
  /** The clock for `afterMs`. No default: a script that takes time must name its clock. */
  readonly clock?: Clock;
  readonly version?: string;
  readonly description?: string;
  readonly needs?: Workers;
  readonly claims?: (output: Output) => Iterable<ClaimDraft>;
}

/** An agent that follows a script, and records what it was asked. */
export interface ScriptedAgent<Name extends string, Output> extends Agent<Name, unknown, Output> {
  /** All attempts so far, including unexpected ones. */
  readonly calls: readonly ScriptedCall[];
  /** Throws an `AssertionError` unless every step was used and there were no further attempts. */
  assertComplete(): void;
}

interface AnyStep {
  readonly output?: unknown;
  readonly error?: unknown;
  readonly hangs?: true;
  readonly afterMs?: number;
  readonly usage?: unknown;
  readonly emits?: unknown;
  readonly deaf?: true;
}

export const STEP: Options<AnyStep> = options({
  output: anything(),
  error: anything(),
  hangs: anything(),
  afterMs: anything(),
  usage: anything(),
  emits: anything(),
  deaf: anything(),
});

/**
 * An agent for tests: its first attempt takes the first step of `script`, and so on. An attempt beyond the last step fails with an `AssertionError`,
 * which is not retried.
 *
 * Throws `BAD_OPTIONS` as `agent()` does, for a step with an unknown property, and for a script with `afterMs` but no clock.
 */
export function scripted<const Name extends string, Output>(
  name: Name,
  script: readonly Step<Output>[],
  given: ScriptedOptions<Output> = {},
): ScriptedAgent<Name, Output> {
  object("give options of agent()").take(given, "scripted: options");
  text("give the name of the agent").needed().take(name, "scripted: name");
  const { clock, ...described } = given;
  const steps = objectsIn(script, "scripted");
  steps.forEach((step, index) => {
    STEP.of(step, `scripted "${name}": step ${index}`);
  });
  if (clock === undefined && steps.some(({ afterMs }) => afterMs !== undefined)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `scripted "${name}" takes time: give it the clock of its supervisor.`,
    );
  }
  const calls: ScriptedCall[] = [];

  const made = agent({
    ...described,
    name,
    run(task: unknown, context: AgentContext): Promise<Output> {
      const step = steps[calls.length];
      calls.push(record(task, context));
      if (step === undefined) {
        const unexpected = new assert.AssertionError({ message: tooMany(name, steps, calls) });
        return Promise.reject(Object.assign(unexpected, { retryable: false }));
      }
      for (const value of step.emits ?? []) context.emit(value);
      for (const usage of [step.usage ?? []].flat()) context.report(usage);
      return perform(step, context.signal, clock);
    },
  });
  return Object.freeze({
    ...(made as Agent<Name, unknown, Output>),
    calls,
    assertComplete() {
      assert.ok(calls.length <= steps.length, tooMany(name, steps, calls));
      assert.ok(
        calls.length >= steps.length,
        `${name} was asked ${calls.length} times, and its script has ${steps.length} steps.`,
      );
    },
  });
}

function record(task: unknown, context: AgentContext): ScriptedCall {
  const { attempt, results, issues, runId, callId, idempotencyKey, signal } = context;
  return {
    task,
    attempt,
    results,
    issues,
    runId,
    callId,
    idempotencyKey,
    get aborted() {
      return signal.aborted;
    },
  };
}

function perform<Output>(
  step: Step<Output>,
  signal: AbortSignal,
  clock: Clock | undefined,
): Promise<Output> {
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  function settle(): void {
    if ("output" in step) resolve(step.output);
    else if ("error" in step) reject(step.error);
  }

  if (clock === undefined || step.afterMs === undefined) settle();
  const timer = step.afterMs === undefined ? undefined : clock?.timer(step.afterMs, settle);
  if (step.deaf === true) return promise;

  function stop(): void {
    timer?.[Symbol.dispose]();
    reject(signal.reason);
  }
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", stop));
}

function tooMany(name: string, script: readonly unknown[], calls: readonly ScriptedCall[]): string {
  return `${name} was asked ${calls.length} times, and its script has only ${script.length} steps.`;
}
