// Whatever the tiers, fallbacks and reruns, and wherever the run crashes: resumed, it comes to what it would have come to, and asks
// nobody again who had answered.

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
  type Resolver,
  type Outcome,
  type RunEvent,
  type Schema,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { endedCalls, faultsOf, inDoubt, lasting } from "../durable/same-run.ts";

/** What an agent does at one tier, or knowing what others hold: a text is what it says. */
type Step = "ship" | "hold" | "?" | "flawed" | "broken";

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Step>("ship", "hold") },
  { weight: 2, arbitrary: fc.constantFrom<Step>("?", "flawed", "broken") },
);
const reasons = fc.subarray(["schema-fail", "conflict", "low-margin", "output"] as const);

const anyMember = fc.record({
  tier: fc.constantFrom("small", "small", "middle", "strong"),
  small: step,
  middle: step,
  strong: step,
  again: step,
  delayMs: fc.nat(3),
  retries: fc.nat(1),
  escalateIf: fc.option(reasons, { nil: undefined }),
  fallback: fc.array(fc.record({ says: step, small: fc.boolean() }), { maxLength: 2 }),
  need: fc.option(fc.nat(3), { nil: undefined, freq: 3 }),
});

type AnyMember = typeof anyMember extends fc.Arbitrary<infer T> ? T : never;

const anyTeam = fc.record({
  members: fc.array(anyMember, { minLength: 1, maxLength: 4 }),
  inner: fc.option(fc.array(anyMember, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  mode: fc.constantFrom("parallel" as const, "sequence" as const),
  concurrency: fc.constantFrom(1, 8),
  escalateIf: fc.subarray(["schema-fail", "conflict", "low-margin"] as const),
  resolvers: fc.subarray(["unanimous", "judge", "rerun", "strong", "vote"] as const),
});

type AnyTeam = typeof anyTeam extends fc.Arbitrary<infer T> ? T : never;

interface World {
  readonly clock: ReturnType<typeof virtualClock>;
  readonly asked: string[];
}

const schema: Schema<{ recommendation: string }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      (value as { recommendation: Step }).recommendation === "flawed"
        ? { issues: [{ message: "flawed" }] }
        : { value: value as { recommendation: string } },
  },
};

function makeAgent(
  name: string,
  does: (context: AgentContext) => Step,
  { clock, asked }: World,
  options: object,
  delayMs = 0,
): Agent {
  return agent({
    name,
    version: "1",
    output: schema,
    backoff: { baseMs: 1 },
    ...options,
    run: async (_task: unknown, context: AgentContext) => {
      asked.push(`${context.callId} ${context.attempt}`);
      context.report({ usdMicros: 1, inputTokens: 1, outputTokens: 1 });
      if (delayMs > 0) {
        await new Promise<void>((resolve, reject) => {
          const timer = clock.timer(delayMs, resolve);
          context.signal.addEventListener("abort", () => {
            timer[Symbol.dispose]();
            reject(context.signal.reason);
          });
        });
      }
      const says = does(context);
      if (says === "broken") throw new Error(`broken at ${context.callId}`);
      return { recommendation: says };
    },
  }) as Agent;
}

function makeMember(name: string, member: AnyMember, needs: object, world: World): Agent {
  const { tier, retries, delayMs, escalateIf } = member;
  const doubts: EscalateIf<{ recommendation: string }> = ({ recommendation }) =>
    recommendation === "?";
  const fallback = member.fallback.map(({ says, small }, index) =>
    makeAgent(`${name}-${index}`, () => says, world, {
      retries: 0,
      ...(small && { tier: "small", escalateIf: ["conflict"] }),
    }),
  );
  const says = ({ others, tier: at }: AgentContext): Step =>
    others.length > 0 ? member.again : member[at as "small" | "middle" | "strong"];
  const reasonsOf = escalateIf?.map((reason) => (reason === "output" ? doubts : reason));
  const own = { tier, retries, needs, fallback, ...(reasonsOf && { escalateIf: reasonsOf }) };
  return makeAgent(name, says, world, own, delayMs);
}

function makeMembers(members: readonly AnyMember[], prefix: string, world: World) {
  const made: Agent[] = [];
  for (const [index, member] of members.entries()) {
    const need = made[member.need ?? -1];
    made.push(
      makeMember(
        `${prefix}${index}`,
        member,
        need === undefined ? {} : { [need.name]: need },
        world,
      ),
    );
  }
  return made;
}

function resolversOf({ resolvers }: AnyTeam, { asked }: World): readonly Resolver[] {
  return resolvers.map((resolver) => {
    switch (resolver) {
      case "unanimous":
        return unanimous();
      case "vote":
        return vote();
      case "rerun":
        return rerun();
      case "strong":
        return rerun({ tier: "strong" });
      case "judge":
        return judge({
          ask: ({ options }, { callId, attempt }) => {
            asked.push(`${callId} ${attempt}`);
            return { choice: options.find(({ position }) => position === "hold")?.id ?? "A" };
          },
        });
    }
  });
}

type Gate = {
  readonly run: (task: unknown, options: object) => Promise<Outcome>;
  readonly resume: (runId: string) => Promise<Outcome>;
  readonly fork: (runId: string, options?: object) => Promise<Outcome>;
};

/** A process: what it makes of a log, and whom it asked. */
async function live(
  spec: AnyTeam,
  log: readonly RunEvent[],
  work: (gate: Gate) => Promise<Outcome>,
  runId = "run",
) {
  const clock = virtualClock();
  const store = memory({ resumable: true }).store;
  if (log.length > 0) {
    store.append(JSON.parse(JSON.stringify(log)) as readonly RunEvent[]);
    store.release("run", 1);
  }
  const asked: string[] = [];
  const world = { clock, asked };
  const made: { readonly name: string }[] = makeMembers(spec.members, "m", world);
  if (spec.inner !== undefined) {
    const inner = makeMembers(spec.inner, "i", world);
    made.push(
      supervisor({
        name: "inner",
        agents: Object.fromEntries(inner.map((one) => [one.name, one])),
        resolve: resolversOf(spec, world),
      } as never) as never,
    );
  }
  const gate = supervisor({
    name: "gate",
    agents: Object.fromEntries(made.map((one) => [one.name, one])),
    mode: spec.mode,
    concurrency: spec.concurrency,
    tiers: { small: "s", middle: "m", strong: "l" },
    escalateIf: spec.escalateIf,
    resolve: resolversOf(spec, world),
    backend: { store },
    clock,
  } as never) as unknown as Gate;
  const working = work(gate);
  let over = false;
  const end = (): void => void (over = true);
  working.then(end, end);
  while (!over) if (!(await clock.next()) && !over) throw new Error("the run waits for nothing");
  return { outcome: await working, events: store.read(runId) as readonly RunEvent[], asked };
}

/** Why who was asked further, in whatever order. */
function doubtsIn(events: readonly RunEvent[]): readonly string[] {
  return events
    .flatMap((event) =>
      event.type === "call.escalated" ? [`${event.callId} ${event.why} ${event.next}`] : [],
    )
    .toSorted();
}

const isTeam = (callId: string): boolean => callId === "inner";

describe("a run with further calls that crashed", () => {
  it("comes to the same, asks nobody again who had answered, and pays for no more", async () => {
    let further = 0;
    const settings = { numRuns: Math.max(150, fc.readConfigureGlobal().numRuns ?? 0) };
    await fc.assert(
      fc.asyncProperty(anyTeam, fc.nat(999), fc.nat(999), async (spec, ...crashes) => {
        const whole = await live(spec, [], (gate) => gate.run("task", { runId: "run" }));
        expect(faultsOf(whole.events)).toEqual([]);
        further += whole.asked.filter((asked) => asked.includes("~")).length;
        let log = whole.events;
        let kept = 1;
        let doubtful = false;
        for (const place of crashes) {
          kept += Math.floor(((log.length - kept) * place) / 1_000);
          const cut = log.slice(0, kept);
          const resumed = await live(spec, cut, (gate) => gate.resume("run"));
          expect(lasting(resumed.outcome)).toEqual(lasting(whole.outcome));
          expect(faultsOf(resumed.events)).toEqual([]);
          const doubts = doubtsIn(resumed.events);
          expect(doubts).toEqual(doubtsIn(whole.events));
          const ended = endedCalls(cut);
          doubtful ||= inDoubt(cut, isTeam).size > 0;
          for (const asked of resumed.asked)
            expect(ended).not.toContain(asked.replace(/ \d+$/, ""));
          if (!doubtful) {
            expect(resumed.outcome.bill.spent).toEqual(whole.outcome.bill.spent);
            expect(resumed.outcome.bill.attempts).toBe(whole.outcome.bill.attempts);
          }
          const read = await live(spec, resumed.events, (gate) => gate.resume("run"));
          expect(read.asked).toEqual([]);
          expect(lasting(read.outcome)).toEqual(lasting(whole.outcome));
          const answeredBy = ({ results }: Outcome): unknown =>
            Object.values(results).map((one) => one.status === "ok" && one.answeredBy);
          expect(answeredBy(resumed.outcome)).toEqual(answeredBy(whole.outcome));
          expect(answeredBy(read.outcome)).toEqual(answeredBy(whole.outcome));
          log = resumed.events;
        }
      }),
      settings,
    );
    expect(further).toBeGreaterThan(0);
  });

  it("is forked for nothing, and from an agent with all of its further calls anew", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam, async (spec) => {
        const whole = await live(spec, [], (gate) => gate.run("task", { runId: "run" }));
        const fork = await live(
          spec,
          whole.events,
          (gate) => gate.fork("run", { runId: "new" }),
          "new",
        );
        expect(lasting(fork.outcome)).toEqual(lasting(whole.outcome));
        // Who failed is asked again; nobody else is.
        const answered = new Set(
          whole.events.flatMap((event) => (event.type === "call.succeeded" ? [event.callId] : [])),
        );
        for (const asked of fork.asked) expect(answered).not.toContain(asked.replace(/ \d+$/, ""));

        const from = await live(
          spec,
          whole.events,
          (gate) => gate.fork("run", { runId: "new", from: "m0" }),
          "new",
        );
        expect(lasting(from.outcome)).toEqual(lasting(whole.outcome));
        const isOwn = (asked: string): boolean => /^m0[ ~]/.test(asked);
        expect(from.asked.filter(isOwn).toSorted()).toEqual(whole.asked.filter(isOwn).toSorted());
      }),
    );
  });
});
