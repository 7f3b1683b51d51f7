// Whatever the team: what a run comes to is never more than what its plan says at worst.
//
//   FC_RUNS=5000 vitest run test/money/plan-law --testTimeout=0

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  agent,
  judge,
  memory,
  rerun,
  supervisor,
  unanimous,
  vote,
  type Agent,
  type AgentContext,
  type EscalateIf,
  type Outcome,
  type RunEvent,
  type LimiterOptions,
  type Schema,
  type Supervisor,
  type TaskPlan,
  type TeamPanel,
} from "../../src/index.ts";
import { anyTeam as strangeTeam, makeTeam as makeStrangeTeam } from "../durable/any-team.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
// A plan loads it; virtual time does not pass while a file is read.
import "../../src/forecast/forecast.ts";

/** What one attempt does: answers, fails in some way, or does not stop when told to. */
type Step = "yes" | "no" | "doubtful" | "flawed" | "busy" | "broken" | "hangs" | "deaf";

interface AnyAgent {
  readonly steps: readonly Step[];
  readonly bound: number;
  /** What of it is used, in percent; `undefined`: nobody says. */
  readonly used: number | undefined;
  /** The second half of it is said when it stops, also when nobody waits for it any more. */
  readonly late: boolean;
  readonly byTask: boolean;
  readonly delayMs: number;
  readonly retries: number;
  readonly subjects: number;
  readonly escalateIf: readonly EscalateIf[];
  readonly fallback: AnyAgent | undefined;
  readonly learns: boolean;
}

interface AnyTeam {
  readonly members: readonly (AnyAgent | AnyTeam)[];
  readonly needs: readonly (number | undefined)[];
  readonly mode: "parallel" | "sequence";
  readonly concurrency: number;
  readonly retries: number;
  readonly judged: boolean;
  readonly reruns: boolean;
  readonly maxSubjects: number;
  /** Asks the fewest that are enough, where its chain can tell. */
  readonly panel: TeamPanel | undefined;
}

const anyAgent = (depth: number): fc.Arbitrary<AnyAgent> =>
  fc.record({
    steps: fc.array(
      fc.constantFrom<Step>(
        ...(["yes", "yes", "no", "no", "doubtful"] as const),
        ...(["flawed", "busy", "broken", "hangs", "deaf"] as const),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    bound: fc.integer({ min: 1, max: 1_000 }),
    used: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined, freq: 4 }),
    late: fc.boolean(),
    byTask: fc.boolean(),
    delayMs: fc.constantFrom(0, 1, 30),
    retries: fc.nat(2),
    subjects: fc.nat(3),
    escalateIf: fc.subarray<EscalateIf>([
      "schema-fail",
      "conflict",
      "low-margin",
      ((output: Answer) => output.position === "doubtful") as EscalateIf,
    ]),
    fallback:
      depth === 0
        ? fc.constant(undefined)
        : fc.option(anyAgent(depth - 1), { nil: undefined, freq: 2 }),
    learns: fc.boolean(),
  });

const anyTeam = (depth: number): fc.Arbitrary<AnyTeam> =>
  fc
    .array(
      depth === 0
        ? anyAgent(1)
        : fc.oneof(
            { weight: 4, arbitrary: anyAgent(1) },
            { weight: 1, arbitrary: anyTeam(depth - 1) },
          ),
      { minLength: 1, maxLength: 4 },
    )
    .chain((members) =>
      fc.record({
        members: fc.constant(members),
        needs: fc.tuple(
          ...members.map((_, index) =>
            index === 0
              ? fc.constant(undefined)
              : fc.option(fc.nat(index - 1), { nil: undefined, freq: 2 }),
          ),
        ),
        mode: fc.constantFrom("parallel" as const, "sequence" as const),
        concurrency: fc.constantFrom(1, 2, 8),
        retries: fc.nat(1),
        judged: fc.boolean(),
        reruns: fc.boolean(),
        maxSubjects: fc.nat(3),
        panel: fc.option(
          fc.constantFrom<TeamPanel>("certain", "lead", {
            until: { confidence: 0.6 },
            explore: 0.5,
          }),
          { nil: undefined, freq: 2 },
        ),
      }),
    );

interface Answer {
  readonly position: string;
  readonly subjects: number;
}

const schema: Schema<Answer> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      (value as Answer).position === "flawed"
        ? { issues: [{ message: "flawed" }] }
        : { value: value as Answer },
  },
};

const TIMEOUT_MS = 50;
const GRACE_MS = 20;

interface World {
  readonly clock: VirtualClock;
  readonly store: ReturnType<typeof memory>["store"];
  readonly asked: string[];
  /** How often each call was made, whatever its attempt says. */
  readonly turns: Map<string, number>;
  /** Those of its team, by their names. */
  readonly limiters: Record<string, LimiterOptions>;
}

function world(): World {
  const clock = virtualClock();
  return { clock, store: memory({ clock }).store, asked: [], turns: new Map(), limiters: {} };
}

function pause(clock: VirtualClock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.timer(delayMs, resolve);
    signal?.addEventListener("abort", () => {
      timer[Symbol.dispose]();
      reject(signal.reason);
    });
  });
}

/** A limiter that nobody else passes. */
function ownLimiter({ limiters }: World, name: string): string {
  const own = `${name}'s, ${Object.keys(limiters).length}`;
  limiters[own] = {};
  return own;
}

function makeAgent(name: string, spec: AnyAgent, needs: object, world: World): Agent {
  const { steps, bound, used, delayMs, retries, escalateIf, fallback } = spec;
  const { clock, asked, turns } = world;
  // It stops within its grace, or after it.
  const deafMs = spec.late ? TIMEOUT_MS + GRACE_MS / 2 : 2 * TIMEOUT_MS;
  const made = agent({
    name,
    needs: needs as never,
    output: schema,
    retries,
    maxCost: spec.byTask ? () => ({ usd: bound / 1e6 }) : { usd: bound / 1e6 },
    escalateIf: escalateIf as never,
    ...(spec.learns && { limiters: [ownLimiter(world, name)] }),
    ...(fallback !== undefined && {
      fallback: makeAgent(`${name}-2`, fallback, {}, world) as never,
    }),
    run: async (_task: unknown, context: AgentContext<never>): Promise<Answer> => {
      const { callId } = context;
      asked.push(callId);
      const turn = turns.get(callId) ?? 0;
      turns.set(callId, turn + 1);
      const step = steps[turn % steps.length] ?? "yes";
      // What was turned away at the door has cost nothing.
      const paid = step === "busy" && turn % 2 === 0 ? 0 : Math.floor((bound * (used ?? 0)) / 100);
      const report = (usdMicros: number): void => {
        if (used !== undefined) context.report({ usdMicros, inputTokens: 0, outputTokens: 0 });
      };
      const first = spec.late ? Math.floor(paid / 2) : paid;
      report(first);
      try {
        if (step === "deaf") await pause(clock, deafMs);
        else await pause(clock, step === "hangs" ? 1e6 : delayMs, context.signal);
      } finally {
        if (spec.late) report(paid - first);
      }
      if (step === "busy") throw Object.assign(new Error("busy"), { status: 429 });
      if (step === "broken") throw new TypeError("broken");
      return { position: step, subjects: spec.subjects };
    },
    claims: ({ position, subjects }: Answer) =>
      Array.from({ length: subjects }, (_, index) => ({ subject: `subject ${index}`, position })),
  });
  return made as never;
}

function makeTeam(name: string, spec: AnyTeam, needs: object, world: World, root = true) {
  const { clock, store } = world;
  const made: { readonly name: string }[] = [];
  for (const [index, member] of spec.members.entries()) {
    const need = made[spec.needs[index] ?? -1];
    const needed = need === undefined ? {} : { [need.name]: need };
    const own = `${"abcd".charAt(index)}${root ? "" : "-in"}`;
    made.push(
      "members" in member
        ? makeTeam(own, member, needed, world, false)
        : makeAgent(own, member, needed, world),
    );
  }
  const chief = judge({
    name: "chief",
    ask: agent({
      name: `${name}-chief`,
      retries: 1,
      maxCost: { usd: 40 / 1e6 },
      run: async ({ options }: { options: readonly { id: string }[] }, context) => {
        world.asked.push(context.callId);
        context.report({ usdMicros: 40, inputTokens: 0, outputTokens: 0 });
        await pause(clock, 3, context.signal);
        if (world.asked.length % 3 === 0) throw Object.assign(new Error("busy"), { status: 503 });
        return { choice: options[0]?.id ?? "A", reasoning: "" };
      },
    }) as never,
  });
  return supervisor({
    name,
    needs: needs as never,
    agents: Object.fromEntries(made.map((worker) => [worker.name, worker])) as never,
    mode: spec.mode,
    concurrency: spec.concurrency,
    timeoutMs: TIMEOUT_MS,
    graceMs: GRACE_MS,
    minAnswers: 1,
    backoff: { baseMs: 4, maxRetryAfterMs: 10 },
    asWorker: { retries: spec.retries },
    ...(root && {
      tiers: { small: "mini", middle: "midi", strong: "maxi" },
      limiters: world.limiters,
    }),
    resolve: [
      unanimous(),
      ...(spec.judged ? [chief] : []),
      ...(spec.reruns ? [rerun()] : []),
      vote(),
    ],
    maxSubjects: spec.maxSubjects,
    ...(spec.panel !== undefined && !spec.reruns && { panel: spec.panel as never }),
    backend: { store },
    clock,
  });
}

/** Lets time pass until something is there. */
async function whenDone<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  work.then(end, end);
  do {
    if (!(await clock.next()) && !over) throw new Error("it waits for nothing");
  } while (!over);
  return work;
}

interface Made {
  readonly plan: TaskPlan;
  readonly outcome: Outcome;
  readonly events: readonly RunEvent[];
}

async function planned(spec: AnyTeam, usdMicros?: number): Promise<Made> {
  const its = world();
  const team = makeTeam("root", spec, {}, its);
  const plan = await whenDone(its.clock, team.plan(1 as never));
  expect(its.asked).toEqual([]);
  expect(its.store.runs()).toEqual([]);
  expect(its.store.values.list("")).toEqual([]);
  const budget = usdMicros === undefined ? {} : { budget: { usd: usdMicros / 1e6 } };
  const outcome = await whenDone(its.clock, team.run(1 as never, budget));
  return { plan, outcome: outcome as Outcome, events: its.store.read(outcome.runId) };
}

/** What budgets were charged. */
function chargedIn(events: readonly RunEvent[]): number {
  let sum = 0;
  for (const event of events) {
    if (event.type === "call.succeeded" || event.type === "call.failed") sum += event.charged ?? 0;
  }
  return sum;
}

/** How often somebody was asked at each place; to be told to come later does not count. */
function attemptsAt(events: readonly RunEvent[]): ReadonlyMap<string, number> {
  const made = new Map<string, number>();
  for (const event of events) {
    const more = event.type === "call.started" ? 1 : event.type === "call.requeued" ? -1 : 0;
    if (more === 0 || !("callId" in event) || event.callId === undefined) continue;
    const place = event.callId
      .replaceAll(/(?<=[^/])~[^/]*(?=\/|$)/g, "")
      .replace(/(^|\/)(~[^/]*)\/.*$/, "$1$2");
    made.set(place, (made.get(place) ?? 0) + more);
  }
  return made;
}

describe("the worst case of a plan", () => {
  it("is never less than what the run comes to, in money and in time", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(1), async (spec) => {
        const { plan, outcome, events } = await planned(spec);
        const { usdMicros, durationMs } = plan.worst;
        expect(plan.gaps).toEqual([]);
        if (outcome.bill.spent.usdMicros !== "unknown") {
          expect(outcome.bill.spent.usdMicros).toBeLessThanOrEqual(usdMicros as number);
        }
        // Who has a limiter that learns may be told to come later, and waits for that.
        if (events.some(({ type }) => type === "call.requeued")) return;
        const tookMs = (events.at(-1)?.atMs ?? 0) - (events[0]?.atMs ?? 0);
        // Times in the log are rounded.
        expect(tookMs).toBeLessThanOrEqual((durationMs as number) + 1);
      }),
    );
  });

  it("is a budget that refuses nothing", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(1), async (spec) => {
        const { usdMicros } = (await planned(spec)).plan.worst;
        const { events } = await planned(spec, usdMicros as number);
        const refused = events.filter(
          (event) => event.type === "call.failed" && event.error.code === "BUDGET_EXCEEDED",
        );
        expect(refused).toEqual([]);
        expect(chargedIn(events)).toBeLessThanOrEqual(usdMicros as number);
      }),
    );
  });

  it("has as many attempts for each place as are ever made there", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(1), async (spec) => {
        const { plan, events } = await planned(spec);
        const made = attemptsAt(events);
        for (const { place, role, attempts } of plan.agents) {
          if (role !== "team") expect(made.get(place) ?? 0).toBeLessThanOrEqual(attempts as number);
        }
      }),
    );
  });

  it("is said of any team, whatever its names, routes and inputs are, and has room for all that is asked", async () => {
    await fc.assert(
      fc.asyncProperty(strangeTeam(), async (spec) => {
        const { clock, store } = world();
        let asked = 0;
        const team = makeStrangeTeam(spec, { clock, store, pay: () => void asked++ });
        const planning = (team as unknown as Supervisor).plan(1 as never);
        const plan = await whenDone(clock, planning);
        expect(asked).toBe(0);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        const outcome = await whenDone(clock, team.run(1));
        const made = attemptsAt(store.read(outcome.runId));
        const places = new Map(plan.agents.map((one) => [one.place, one]));
        for (const [place, attempts] of made) {
          const row = places.get(place);
          if (row?.role !== "team") expect(row?.attempts).toBeGreaterThanOrEqual(attempts);
        }
      }),
    );
  });
});
