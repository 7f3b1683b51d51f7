import fc from "fast-check";
import {
  agent,
  judge,
  supervisor,
  unanimous,
  vote,
  type AgentContext,
  type Clock,
  type Resolver,
  type Schema,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import type { Durable, Pay } from "./processes/teams.ts";

/** What one attempt of an agent does. */
export type Step =
  | "ship"
  | "hold"
  | "odd"
  | "flawed"
  | "busy"
  | "broken"
  | "hangs"
  | "deaf"
  | "not-json";

/** An agent: what it does at its first attempt, at its second, and so on from the beginning again. */
export interface AnyAgent {
  readonly kind: "agent";
  readonly version: string;
  readonly steps: readonly Step[];
  readonly delayMs: number;
  readonly retries: number;
  readonly reports: boolean;
  readonly extra: unknown;
}

/** A team: its members, whom they need (an earlier one), and how it is led. */
export interface AnyTeam {
  readonly kind: "team";
  readonly members: readonly (AnyAgent | AnyTeam)[];
  readonly needs: readonly (number | undefined)[];
  readonly mode: "parallel" | "sequence";
  readonly required: readonly number[];
  readonly minAnswers: number;
  readonly concurrency: number;
  readonly retries: number;
  readonly judged: boolean;
  /** Whom it asks: everybody, its last member, or nobody, since its route fails. Not of a root, which would have no outcome. */
  readonly routing: "all" | "last" | "throws";
  /** What its last member is asked in place of the task: nothing else, something, or what cannot be made. */
  readonly mapping: "none" | "some" | "throws";
}

// The names that are hardest on whoever keeps records by them.
const NAMES = ["a", "__proto__", "constructor", "b c", "\u{1f41d}"];

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<Step>("ship", "hold") },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Step>(
        "odd",
        "flawed",
        "busy",
        "broken",
        "hangs",
        "deaf",
        "not-json",
      ),
    },
  ),
  { minLength: 1, maxLength: 3 },
);

const anyAgent: fc.Arbitrary<AnyAgent> = fc.record({
  kind: fc.constant("agent" as const),
  version: fc.constant("1"),
  steps,
  delayMs: fc.constantFrom(0, 0, 1, 7, 30),
  retries: fc.nat(2),
  reports: fc.boolean(),
  extra: fc.jsonValue({ maxDepth: 1 }),
});

// Three levels: a root, and two below it.
const DEPTH = 2;

/** Any team, with teams in it down to `depth` more. */
export function anyTeam(depth = DEPTH): fc.Arbitrary<AnyTeam> {
  const member: fc.Arbitrary<AnyAgent | AnyTeam> =
    depth === 0
      ? anyAgent
      : fc.oneof({ weight: 4, arbitrary: anyAgent }, { weight: 1, arbitrary: anyTeam(depth - 1) });
  return fc.array(member, { minLength: 1, maxLength: depth === DEPTH ? 5 : 3 }).chain((members) =>
    fc.record({
      kind: fc.constant("team" as const),
      members: fc.constant(members),
      needs: fc.tuple(
        ...members.map((_, index) =>
          index === 0
            ? fc.constant(undefined)
            : fc.option(fc.nat(index - 1), { nil: undefined, freq: 2 }),
        ),
      ),
      mode: fc.constantFrom("parallel" as const, "sequence" as const),
      required: fc.subarray([...members.keys()], { maxLength: 1 }),
      minAnswers: fc.nat(members.length),
      concurrency: fc.constantFrom(1, 2, 8),
      retries: fc.nat(1),
      judged: fc.boolean(),
      routing: fc.constantFrom(
        ...(["all", "all", "last", ...(depth < DEPTH ? (["throws"] as const) : [])] as const),
      ),
      mapping: fc.constantFrom(...(["none", "none", "some", "throws"] as const)),
    }),
  );
}

/** The team with another version of its n-th agent, which does something else. Agents are counted through all teams. */
export function withChange(spec: AnyTeam, nth: number, changed: readonly Step[]): AnyTeam {
  let left = nth % agentsIn(spec);
  const change = (team: AnyTeam): AnyTeam => ({
    ...team,
    members: team.members.map((member) => {
      if (member.kind === "team") return change(member);
      return left-- === 0 ? { ...member, version: "2", steps: changed } : member;
    }),
  });
  return change(spec);
}

function agentsIn({ members }: AnyTeam): number {
  return members.reduce((sum, member) => sum + (member.kind === "team" ? agentsIn(member) : 1), 0);
}

/** Whether a call is that of a nested team. */
export function isTeamIn(spec: AnyTeam, callId: string): boolean {
  return calledIn(spec, callId)?.kind === "team";
}

/** How often a failed attempt at a call is repeated. */
export function retriesIn(spec: AnyTeam, callId: string): number {
  // Of the judge nobody says it.
  return calledIn(spec, callId)?.retries ?? 1;
}

/** Who is called; nobody that is described for the judge. */
function calledIn(spec: AnyTeam, callId: string): AnyTeam | AnyAgent | undefined {
  let place: AnyTeam | AnyAgent | undefined = spec;
  for (const name of callId.split("/")) {
    // Of a team that was repeated.
    const index: number = NAMES.indexOf(name.replace(/~\d+$/, ""));
    place = place?.kind === "team" ? place.members[index] : undefined;
  }
  return place;
}

interface Answer {
  readonly recommendation: string;
  readonly extra: unknown;
}

// Takes every answer but a flawed one.
const answerSchema: Schema<Answer> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate(value) {
      const { recommendation } = value as Answer;
      if (recommendation === "flawed")
        return { issues: [{ message: "flawed", path: ["recommendation"] }] };
      return { value: value as Answer };
    },
  },
};

const TIMEOUT_MS = 50;

/** What a team is made of besides its description. */
export interface World {
  readonly store: Store;
  readonly clock: Clock;
  readonly pay: Pay;
}

/** Makes a root supervisor. What its agents do depends on nothing but their attempt, and that of their team. */
export function makeTeam(spec: AnyTeam, world: World): Durable {
  return makeSupervisor("root", spec, {}, world) as unknown as Durable;
}

interface Named {
  readonly name: string;
}

function makeSupervisor(name: string, spec: AnyTeam, needs: object, world: World): Named {
  const { store, clock } = world;
  const made: Named[] = [];
  for (const [index, member] of spec.members.entries()) {
    const need = made[spec.needs[index] ?? -1];
    const needed = need === undefined ? {} : Object.fromEntries([[need.name, need]]);
    const make = member.kind === "agent" ? makeAgent : makeSupervisor;
    made.push(make(NAMES[index] ?? `${index}`, member as never, needed, world));
  }
  const nameOf = (index: number): string => made[index]?.name ?? "";
  const last = nameOf(made.length - 1);
  const input = (task: unknown, results: object): unknown => {
    if (spec.mapping === "throws") throw new Error("no input");
    return { task, seen: Object.keys(results) };
  };
  const route = async (): Promise<readonly string[]> => {
    if (spec.routing === "throws") throw new Error("no way");
    return [last];
  };
  return supervisor({
    name,
    needs: needs as never,
    agents: Object.fromEntries(made.map((worker) => [worker.name, worker])) as never,
    mode: spec.mode,
    required: spec.required.map(nameOf) as never,
    minAnswers: spec.minAnswers,
    concurrency: spec.concurrency,
    timeoutMs: TIMEOUT_MS,
    graceMs: 20,
    backoff: { baseMs: 4 },
    asWorker: { retries: spec.retries },
    ...(spec.judged && { resolve: [unanimous(), chief(world), vote()] }),
    ...(spec.routing !== "all" && { route: route as never }),
    ...(spec.mapping !== "none" && { inputs: Object.fromEntries([[last, input]]) as never }),
    backend: { store },
    clock,
  });
}

/** A judge that prefers to hold. */
function chief({ clock, pay }: World): Resolver {
  return judge({
    name: "chief",
    ask: async ({ options }, context) => {
      pay(context);
      await pause(clock, 3, context.signal);
      const hold = options.find(({ position }) => position === "hold");
      return { choice: hold?.id ?? "A", reasoning: "it can wait" };
    },
  });
}

function makeAgent(name: string, spec: AnyAgent, needs: object, { clock, pay }: World): Named {
  return agent({
    name,
    needs: needs as never,
    version: spec.version,
    output: answerSchema,
    retries: spec.retries,
    run: async (_task: unknown, context): Promise<Answer> => {
      pay(context);
      if (spec.reports) context.report({ usdMicros: 7, inputTokens: 3, outputTokens: 1 });
      const step = stepOf(spec, context);
      if (step === "deaf") await pause(clock, 2 * TIMEOUT_MS, undefined);
      else await pause(clock, step === "hangs" ? 1_000_000 : spec.delayMs, context.signal);
      if (step === "busy") throw Object.assign(new Error("busy"), { status: 503 });
      if (step === "broken") throw new TypeError("broken \ud800 \u{1f41d}".repeat(200));
      return { recommendation: step, extra: step === "not-json" ? () => {} : spec.extra };
    },
  });
}

/** What this attempt does: a repeated team's agents go on where they were, and its `callId` says how often it was. */
function stepOf(
  { steps }: AnyAgent,
  { callId, attempt }: Pick<AgentContext, "callId" | "attempt">,
): Step {
  let turn = attempt - 1;
  for (const [, repetition] of callId.matchAll(/~(\d+)\//g)) turn += Number(repetition) - 1;
  return steps[turn % steps.length] ?? "ship";
}

/** Waits, unless it is told to stop. */
function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (delayMs === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = clock.timer(delayMs, resolve);
    signal?.addEventListener("abort", () => {
      timer[Symbol.dispose]();
      reject(signal.reason);
    });
  });
}
