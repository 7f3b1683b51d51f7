import type { Attributes, Meter } from "@opentelemetry/api";
import { known, type Cost, type ModelCost } from "../model/call.ts";
import * as names from "./names.ts";

/** The part of an event that says what its call used. */
export interface Used {
  readonly cost?: Cost;
  readonly model?: string;
  readonly used?: readonly ModelCost[];
}

/** The instruments. No attribute of a metric is an id, so that their number does not grow with the runs. */
export interface Instruments {
  runs(by: number, team: string): void;
  ran(ms: number, attributes: Attributes): void;
  queued(by: number, attributes: Attributes): void;
  waited(ms: number, attributes: Attributes): void;
  inFlight(by: number, attributes: Attributes): void;
  attempted(ms: number, attributes: Attributes): void;
  called(ms: number, attributes: Attributes): void;
  used(used: Used, attributes: Attributes): void;
  reused(attributes: Attributes): void;
  conflict(attributes: Attributes): void;
  verdict(attributes: Attributes): void;
  turnedAway(attributes: Attributes): void;
  breakerOpen(attributes: Attributes): void;
}

const SECONDS = { unit: "s" };
// In s, from a function to a coding agent.
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];
const DURATION = { ...SECONDS, advice: { explicitBucketBoundaries: BUCKETS } };

/** The instruments of a meter. */
export function instruments(meter: Meter): Instruments {
  const active = meter.createUpDownCounter("quorate.runs.active", {
    description: "Runs that this process is at work on",
    unit: "{run}",
  });
  const runs = meter.createHistogram("quorate.run.duration", {
    ...DURATION,
    description: "How long a run was at work, until its outcome or until it waits",
  });
  const queued = meter.createUpDownCounter("quorate.calls.queued", {
    description: "Calls that wait for a slot, a limiter or money",
    unit: "{call}",
  });
  const queue = meter.createHistogram("quorate.queue.duration", {
    ...DURATION,
    description: "How long an attempt waited before it could begin",
  });
  const inFlight = meter.createUpDownCounter("quorate.attempts.in_flight", {
    description: "Attempts that are waited for",
    unit: "{attempt}",
  });
  const attempts = meter.createHistogram("quorate.attempt.duration", {
    ...DURATION,
    description: "How long an attempt took",
  });
  const calls = meter.createHistogram(names.INVOKE_AGENT_DURATION, {
    ...DURATION,
    description: "How long a call of an agent took, with its repetitions",
  });
  const tokens = meter.createCounter("quorate.tokens", {
    description: "Tokens that agents reported",
    unit: "{token}",
  });
  const cost = meter.createCounter("quorate.cost", {
    description: "What agents are known to have cost",
    unit: "USD",
  });
  const unknown = meter.createCounter("quorate.cost.unknown_calls", {
    description: "Calls of which the cost is not known, or not all of it",
    unit: "{call}",
  });
  const reused = meter.createCounter("quorate.calls.reused", {
    description:
      "Calls that another call's answer served for: kept, joined, or of the run that a run is a fork of",
    unit: "{call}",
  });
  const conflicts = meter.createCounter("quorate.conflicts", {
    description: "Subjects on which answers differed",
    unit: "{conflict}",
  });
  const verdicts = meter.createCounter("quorate.verdicts", {
    description: "Verdicts that were reached",
    unit: "{verdict}",
  });
  const turnedAway = meter.createCounter("quorate.attempts.turned_away", {
    description: "Attempts that were told to come later, as by HTTP 429",
    unit: "{attempt}",
  });
  const breaker = meter.createCounter("quorate.calls.breaker_open", {
    description: "Calls that were not made, since what they would call keeps failing",
    unit: "{call}",
  });

  return {
    runs: (by, team) => active.add(by, { [names.TEAM]: team }),
    ran: (ms, attributes) => runs.record(ms / 1_000, attributes),
    queued: (by, attributes) => queued.add(by, attributes),
    waited: (ms, attributes) => queue.record(ms / 1_000, attributes),
    inFlight: (by, attributes) => inFlight.add(by, attributes),
    attempted: (ms, attributes) => attempts.record(ms / 1_000, attributes),
    called: (ms, attributes) => calls.record(ms / 1_000, attributes),
    used({ cost: whole, model, used }, attributes) {
      if (whole === undefined) return;
      if (whole.usdMicros === "unknown") unknown.add(1, attributes);
      for (const one of used ?? [{ model: model ?? null, cost: whole }]) {
        const of = {
          ...attributes,
          ...(one.model !== null && { [names.REQUEST_MODEL]: one.model }),
        };
        const micros = known(one.cost, "usdMicros");
        if (micros > 0) cost.add(micros / 1e6, of);
        for (const [type, count] of tokensIn(one.cost)) {
          if (count > 0) tokens.add(count, { ...of, [names.TOKEN_TYPE]: type });
        }
      }
    },
    reused: (attributes) => reused.add(1, attributes),
    conflict: (attributes) => conflicts.add(1, attributes),
    verdict: (attributes) => verdicts.add(1, attributes),
    turnedAway: (attributes) => turnedAway.add(1, attributes),
    breakerOpen: (attributes) => breaker.add(1, attributes),
  };
}

/** Each token once: tokens that were read from a cache are not part of "input" here. */
function tokensIn(cost: Cost): readonly (readonly [type: string, count: number])[] {
  const { cachedInputTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 } = cost;
  return [
    ["input", known(cost, "inputTokens") - cachedInputTokens - cacheWriteTokens],
    ["input_cached", cachedInputTokens],
    ["input_cache_write", cacheWriteTokens],
    ["output", known(cost, "outputTokens") - reasoningTokens],
    ["output_reasoning", reasoningTokens],
  ];
}
