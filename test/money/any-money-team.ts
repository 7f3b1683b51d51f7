import fc from "fast-check";
import type { EscalateIf } from "../../src/index.ts";

/**
 * What one attempt does: answers, fails in some way, or does not stop when told to. One that is deaf stops within its grace, one that
 * is lost after it.
 */
export type Step =
  | "yes"
  | "no"
  | "doubtful"
  | "flawed"
  | "busy"
  | "busy-for"
  | "unavailable"
  | "broken"
  | "hangs"
  | "deaf"
  | "lost";

/**
 * When an agent says what it has used: before anything else, at the end, half of it each, or never. The end is when it stops, also
 * when nobody waits for it any more.
 */
export type Reports = "first" | "last" | "halves" | "never";

/** A budget: of one run, or of all that name it. */
export interface AnyBudget {
  readonly micros: number;
  readonly shared: boolean;
  readonly unbounded: "refuse" | "allow";
}

/** An agent, and all that may be done about its money. */
export interface AnyAgent {
  readonly steps: readonly Step[];
  readonly delayMs: number;
  /** What an attempt may cost at most, in micro-dollars; `undefined`: nobody says. */
  readonly bound: number | undefined;
  /** What of that it really costs, in percent. */
  readonly used: number;
  readonly reports: Reports;
  readonly retries: number;
  readonly cache: boolean | undefined;
  readonly batch: number | undefined;
  readonly dear: boolean;
  readonly escalateIf: readonly EscalateIf[] | undefined;
  readonly fallback: AnyAgent | undefined;
  readonly limiters: readonly number[];
  readonly budget: AnyBudget | undefined;
}

/** A team, with teams in it. */
export interface AnyTeam {
  readonly members: readonly (AnyAgent | AnyTeam)[];
  readonly needs: readonly (number | undefined)[];
  readonly mode: "parallel" | "sequence";
  readonly concurrency: number;
  readonly retries: number;
  readonly timeoutMs: number | undefined;
  readonly judge: AnyAgent | undefined;
  readonly reruns: boolean;
  readonly cache: boolean | undefined;
  readonly escalateIf: readonly EscalateIf[] | undefined;
  readonly limiters: readonly number[];
  readonly budget: AnyBudget | undefined;
}

/** A limiter that several teams may pass. */
export interface AnyLimiter {
  readonly concurrency: number;
  readonly callsPerMinute: number;
  readonly failures: number | undefined;
}

/** One run, and what its caller does. */
export interface AnyRun {
  readonly team: number;
  readonly task: number;
  readonly startsMs: number;
  readonly leavesMs: number | undefined;
  readonly concurrency: number | undefined;
  readonly budget: AnyBudget | undefined;
  readonly bust: boolean;
  /** One of a list for `runMany`. */
  readonly many: boolean;
}

/** What there is: limiters, teams that may share them, and runs of these. */
export interface Everything {
  readonly limiters: readonly AnyLimiter[];
  readonly teams: readonly AnyTeam[];
  readonly runs: readonly AnyRun[];
}

/** What the budget that runs share may come to, whoever names it. */
export const SHARED_MICROS = 3_000;

const anyBudget: fc.Arbitrary<AnyBudget> = fc
  .record({
    micros: fc.integer({ min: 0, max: 3_000 }),
    shared: fc.boolean(),
    unbounded: fc.constantFrom("refuse" as const, "refuse" as const, "allow" as const),
  })
  .map((budget) => (budget.shared ? { ...budget, micros: SHARED_MICROS } : budget));

const maybe = <T>(one: fc.Arbitrary<T>, freq = 2): fc.Arbitrary<T | undefined> =>
  fc.option(one, { nil: undefined, freq });

const seldom = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one });

const escalation = (depth: number): fc.Arbitrary<readonly EscalateIf[]> =>
  fc.subarray<EscalateIf>([
    "schema-fail",
    "conflict",
    "low-margin",
    ...(depth < 0
      ? []
      : [
          ((output: { recommendation: string }) =>
            output.recommendation === "doubtful") as EscalateIf,
        ]),
  ]);

const anyAgent = (depth: number): fc.Arbitrary<AnyAgent> =>
  fc.record({
    steps: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom<Step>("yes", "no", "doubtful") },
        {
          weight: 2,
          arbitrary: fc.constantFrom<Step>(
            ...([
              "flawed",
              "busy",
              "busy-for",
              "unavailable",
              "broken",
              "hangs",
              "deaf",
              "lost",
            ] as const),
          ),
        },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    delayMs: fc.constantFrom(0, 1, 8, 30),
    bound: maybe(fc.integer({ min: 0, max: 1_000 }), 8),
    used: fc.constantFrom(0, 30, 100),
    reports: fc.constantFrom<Reports>("first", "last", "halves", "never"),
    retries: fc.nat(2),
    cache: maybe(fc.boolean()),
    batch: maybe(fc.constantFrom(1, 2, 20)),
    dear: fc.boolean(),
    escalateIf: maybe(escalation(depth)),
    fallback: depth <= 0 ? fc.constant(undefined) : maybe(anyAgent(depth - 1)),
    limiters: fc.subarray([0, 1]),
    budget: seldom(anyBudget),
  });

const DEPTH = 1;

const anyTeam = (depth = DEPTH): fc.Arbitrary<AnyTeam> =>
  fc
    .array(
      depth === 0
        ? anyAgent(1)
        : fc.oneof(
            { weight: 4, arbitrary: anyAgent(1) },
            { weight: 1, arbitrary: anyTeam(depth - 1) },
          ),
      { minLength: 1, maxLength: 6 },
    )
    .chain((members) =>
      fc.record({
        members: fc.constant(members),
        needs: fc.tuple(
          ...members.map((_, index) =>
            index === 0 ? fc.constant(undefined) : maybe(fc.nat(index - 1), 2),
          ),
        ),
        mode: fc.constantFrom("parallel" as const, "sequence" as const),
        concurrency: fc.constantFrom(1, 2, 8),
        retries: fc.nat(1),
        timeoutMs: maybe(fc.constantFrom(20, 90)),
        judge: maybe(anyAgent(-1)),
        reruns: fc.boolean(),
        cache: maybe(fc.boolean()),
        escalateIf: maybe(escalation(-1)),
        limiters: fc.subarray([0, 1]),
        budget: seldom(anyBudget),
      }),
    );

const anyLimiter: fc.Arbitrary<AnyLimiter> = fc.record({
  concurrency: fc.constantFrom(1, 2, Infinity),
  callsPerMinute: fc.constantFrom(3, 30, Infinity),
  failures: seldom(fc.constantFrom(1, 3)),
});

const anyRun: fc.Arbitrary<AnyRun> = fc.record({
  team: fc.nat(1),
  task: fc.nat(1),
  startsMs: fc.constantFrom(0, 0, 1, 40),
  leavesMs: seldom(fc.nat(150)),
  concurrency: maybe(fc.constantFrom(1, 2)),
  budget: seldom(anyBudget),
  bust: fc.boolean(),
  many: fc.boolean(),
});

/** Any limiters, teams and runs. */
export const everything: fc.Arbitrary<Everything> = fc.record({
  limiters: fc.tuple(anyLimiter, anyLimiter),
  teams: fc.array(anyTeam(), { minLength: 1, maxLength: 2 }),
  runs: fc.array(anyRun, { minLength: 1, maxLength: 6 }),
});
