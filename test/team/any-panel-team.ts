import fc from "fast-check";
import { expect } from "vitest";
import {
  agent,
  equal,
  judge,
  memory,
  oneOf,
  prefer,
  supervisor,
  support,
  unanimous,
  vote,
  type ClaimDraft,
  type Resolver,
  type Outcome,
  type RunEvent,
  type TeamPanel,
} from "../../src/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

// Teams of any shape, for the laws of panels.

const SUBJECTS = ["x", "y"] as const;
const POSITIONS = ["ship", "Ship", "hold", " HOLD", "wait", 1, 2, null, true] as const;

/** What one agent does: fails, or after a while claims something about some of the subjects. */
const member = fc.record({
  afterMs: fc.nat(6),
  fails: fc.nat(5).map((n) => n === 0),
  claims: fc.array(
    fc.record({
      // Two positions meet often enough for a verdict to become certain.
      subject: fc.oneof(
        { weight: 5, arbitrary: fc.constant(SUBJECTS[0]) },
        fc.constant(SUBJECTS[1]),
      ),
      position: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom("ship", "hold") },
        { weight: 1, arbitrary: fc.constantFrom(...POSITIONS) },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  weight: fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(0, 0.1, 0.2, 0.3, 0.5, 2, 3, 1e6) },
  ),
  need: fc.option(fc.nat(20), { nil: undefined, freq: 4 }),
  required: fc.nat(29).map((n) => n === 0),
  // Its model at the first tier says nothing, and the one at the next has the word.
  climbs: fc.nat(4).map((n) => n === 0),
});

const chains = fc.record({
  resolvers: fc.uniqueArray(fc.constantFrom("unanimous", "vote", "prefer", "support", "judge"), {
    minLength: 1,
    maxLength: 3,
  }),
  margin: fc.constantFrom(0, 0, 0, 0.1, 0.2, 1 / 3),
  quorum: fc.constantFrom(1, 1, 2, 4),
  atLeast: fc.integer({ min: 1, max: 4 }),
  preferred: fc.uniqueArray(fc.constantFrom("hold", "wait", "ship"), {
    minLength: 1,
    maxLength: 3,
  }),
});

type Chain = typeof chains extends fc.Arbitrary<infer T> ? T : never;

export const teams = fc.record({
  members: fc.array(member, { minLength: 4, maxLength: 10 }),
  chain: chains,
  mode: fc.constantFrom("parallel" as const, "parallel" as const, "sequence" as const),
  concurrency: fc.constantFrom(2, 8),
  minAnswers: fc.constantFrom(0, 1, 3),
  both: fc.nat(7).map((n) => n === 0),
  listed: fc.nat(4).map((n) => n === 0),
});

type AnyTeam = typeof teams extends fc.Arbitrary<infer T> ? T : never;

function resolversOf(
  { resolvers, margin, quorum, atLeast, preferred }: Chain,
  spec: AnyTeam,
): readonly Resolver[] {
  const weights = Object.fromEntries(spec.members.map(({ weight }, i) => [`a${i}`, weight]));
  return resolvers.map((name) => {
    switch (name) {
      case "unanimous":
        return unanimous({ quorum });
      case "vote":
        return vote({ weights, margin, quorum });
      case "prefer":
        return prefer(preferred);
      case "support":
        return support({ atLeast });
      default:
        return judge({
          ask: ({ options }) => ({
            choice: options.find(({ position }) => position === "hold")?.id ?? "",
          }),
        });
    }
  });
}

const saysNothing = (claims: readonly unknown[]): boolean => claims.length === 0;

function makeAgents(spec: AnyTeam, clock: VirtualClock, asked: string[]): Record<string, never> {
  const made: { readonly name: string }[] = [];
  for (const [index, described] of spec.members.entries()) {
    const needed = described.need === undefined ? undefined : made[described.need];
    made.push(
      agent({
        name: `a${index}`,
        version: "1",
        retries: 0,
        needs: (needed === undefined ? {} : { [needed.name]: needed }) as never,
        ...(described.climbs && { tier: "small", escalateIf: [saysNothing] }),
        run: async (_task: unknown, { signal, tier }) => {
          asked.push(tier === "big" ? `a${index}~big` : `a${index}`);
          await new Promise<void>((resolve, reject) => {
            const timer = clock.timer(described.afterMs, resolve);
            signal.addEventListener("abort", () => {
              timer[Symbol.dispose]();
              reject(signal.reason);
            });
          });
          if (described.climbs && tier === "small") return [];
          if (described.fails) throw new Error("no");
          return described.claims;
        },
        claims: (claims) => claims as readonly ClaimDraft[],
      }),
    );
  }
  return Object.fromEntries(made.map((one) => [one.name, one])) as never;
}

/** What comes of it, with everybody asked or by a panel. */
export async function outcomeOf(spec: AnyTeam, panel?: TeamPanel): Promise<Outcome> {
  return (await resumedFrom(spec, panel, [])).outcome;
}

/** What comes of it where its process ended after these events of a log; and its whole log. */
export async function resumedFrom(
  spec: AnyTeam,
  panel: TeamPanel | undefined,
  left: readonly RunEvent[],
): Promise<{
  readonly outcome: Outcome;
  readonly events: readonly RunEvent[];
  readonly asked: readonly string[];
}> {
  const clock = virtualClock();
  const store = memory({ resumable: true, clock }).store;
  const asked: string[] = [];
  const gate = supervisor({
    name: "gate",
    agents: makeAgents(spec, clock, asked),
    tiers: { small: "small", big: "big" },
    mode: spec.mode,
    concurrency: spec.concurrency,
    minAnswers: Math.min(spec.minAnswers, spec.members.length),
    required: spec.members.flatMap(({ required }, i) => (required ? [`a${i}`] : [])) as never,
    resolve: resolversOf(spec.chain, spec),
    compare: { x: spec.listed ? oneOf(["ship", "hold", 1]) : equal() },
    clock,
    backend: { store },
    timeoutMs: Infinity,
    ...(panel !== undefined && { panel: panel as never }),
  });
  if (left.length > 0) {
    store.append(structuredClone(left) as never);
    store.release("r", 1);
  }
  const running = (
    left.length > 0 ? gate.resume("r") : gate.run("task" as never, { runId: "r" })
  ) as Promise<Outcome>;
  let over = false;
  const end = (): void => void (over = true);
  running.then(end, end);
  while (!over) await clock.next();
  expect(clock.pending + clock.pendingUnheld).toBe(0);
  return { outcome: await running, events: (await store.read("r")) as readonly RunEvent[], asked };
}
