import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from "@opentelemetry/api";
import { known, type Cost, type ModelCost } from "../model/call.ts";
import * as names from "./names.ts";

/** The part of an event that says what its call used. */
export interface Used {
  readonly cost?: Cost;
  readonly model?: string;
  readonly used?: readonly ModelCost[];
}

/** An instrument's name, its description, and the unit of what it counts. */
type Described = readonly [name: string, description: string, unit?: string];

/** What goes up and down. */
const LEVELS: Readonly<Record<"runs" | "queued" | "inFlight", Described>> = {
  runs: ["quorate.runs.active", "Runs that this process is at work on", "{run}"],
  queued: ["quorate.calls.queued", "Calls that wait for a slot, a limiter or money", "{call}"],
  inFlight: ["quorate.attempts.in_flight", "Attempts that are waited for", "{attempt}"],
};

const COUNTERS: Readonly<
  Record<
    | "tokens"
    | "cost"
    | "unknownCost"
    | "reused"
    | "conflicts"
    | "verdicts"
    | "turnedAway"
    | "breakerOpen",
    Described
  >
> = {
  tokens: ["quorate.tokens", "Tokens that agents reported", "{token}"],
  cost: ["quorate.cost", "What agents are known to have cost", "USD"],
  unknownCost: [
    "quorate.cost.unknown_calls",
    "Calls whose cost is unknown, or known only in part",
    "{call}",
  ],
  reused: [
    "quorate.calls.reused",
    "Calls that another call's answer served for: kept, joined, or of the run that a run is a fork of",
    "{call}",
  ],
  conflicts: ["quorate.conflicts", "Subjects on which answers differed", "{conflict}"],
  verdicts: ["quorate.verdicts", "Verdicts that were reached", "{verdict}"],
  turnedAway: [
    "quorate.attempts.turned_away",
    "Attempts that a service put off, as by HTTP 429",
    "{attempt}",
  ],
  breakerOpen: [
    "quorate.calls.breaker_open",
    "Calls that were not made, since what they would call keeps failing",
    "{call}",
  ],
};

const DURATIONS: Readonly<Record<"run" | "queue" | "attempt" | "call", Described>> = {
  run: ["quorate.run.duration", "How long a run was at work, until its outcome or until it waits"],
  queue: ["quorate.queue.duration", "How long an attempt waited before it could begin"],
  attempt: ["quorate.attempt.duration", "How long an attempt took"],
  call: [names.INVOKE_AGENT_DURATION, "How long a call of an agent took, with its repetitions"],
};

// In s, from a function to a coding agent.
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];

/** The instruments. No attribute of a metric is an id, so that their number does not grow with the runs. */
export interface Instruments {
  /** Changes a level by `by`. */
  change(level: keyof typeof LEVELS, by: 1 | -1, attributes: Attributes): void;
  /** Counts one. */
  count(counter: keyof typeof COUNTERS, attributes: Attributes): void;
  took(duration: keyof typeof DURATIONS, ms: number, attributes: Attributes): void;
  /** Counts the money and the tokens of a call, for each model that it used. */
  used(used: Used, attributes: Attributes): void;
}

/** The instruments of a meter. */
export function instruments(meter: Meter): Instruments {
  const levels = made(LEVELS, (name, options): UpDownCounter =>
    meter.createUpDownCounter(name, options),
  );
  const counters = made(COUNTERS, (name, options): Counter => meter.createCounter(name, options));
  const durations = made(DURATIONS, (name, { description }): Histogram =>
    meter.createHistogram(name, {
      description,
      unit: "s",
      advice: { explicitBucketBoundaries: BUCKETS },
    }),
  );
  return {
    change: (level, by, attributes) => levels[level].add(by, attributes),
    count: (counter, attributes) => counters[counter].add(1, attributes),
    took: (duration, ms, attributes) =>
      durations[duration].record(Math.max(0, ms) / 1_000, attributes),
    used({ cost: whole, model, used }, attributes) {
      if (whole === undefined) return;
      if (whole.usdMicros === "unknown") counters.unknownCost.add(1, attributes);
      for (const one of used ?? [{ model: model ?? null, cost: whole }]) {
        const of = {
          ...attributes,
          ...(one.model !== null && { [names.REQUEST_MODEL]: one.model }),
        };
        const micros = known(one.cost, "usdMicros");
        if (micros > 0) counters.cost.add(micros / 1e6, of);
        for (const [type, count] of tokensIn(one.cost)) {
          if (count > 0) counters.tokens.add(count, { ...of, [names.TOKEN_TYPE]: type });
        }
      }
    },
  };
}

function made<K extends string, T>(
  described: Readonly<Record<K, Described>>,
  make: (name: string, options: { description: string; unit?: string }) => T,
): Readonly<Record<K, T>> {
  const entries = Object.entries<Described>(described).map(([key, [name, description, unit]]) => [
    key,
    make(name, { description, ...(unit !== undefined && { unit }) }),
  ]);
  return Object.fromEntries(entries) as Record<K, T>;
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
