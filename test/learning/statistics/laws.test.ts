import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { settle, type RecordedVote, type Reliability } from "../../../src/index.ts";
import { learn, reliability } from "../../../src/learning/index.ts";
import { numbered, vote } from "./votes.ts";

interface Sample {
  readonly votes: readonly RecordedVote[];
  readonly truths: readonly { readonly subject: string; readonly position: string }[];
  readonly labels: "fixed" | "open";
  readonly topics: boolean;
}

const POSITIONS = ["p", "q", "r", "s"] as const;

const samples: fc.Arbitrary<Sample> = fc
  .record({
    agents: fc.integer({ min: 1, max: 7 }),
    subjects: fc.integer({ min: 1, max: 45 }),
    positions: fc.integer({ min: 1, max: POSITIONS.length }),
    seed: fc.integer(),
    filled: fc.double({ min: 0.3, max: 1, noNaN: true }),
    known: fc.double({ min: 0, max: 1, noNaN: true }),
    labels: fc.constantFrom("fixed" as const, "open" as const),
    topics: fc.boolean(),
  })
  .map(({ agents, subjects, positions, seed, filled, known, labels, topics }) => {
    let state = seed >>> 0;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 4_294_967_296;
    };
    const any = (): string => POSITIONS[Math.floor(random() * positions)] ?? "p";
    const votes: RecordedVote[] = [];
    const truths: { subject: string; position: string }[] = [];
    for (const subject of numbered(subjects)) {
      const truth = any();
      if (random() < known) truths.push({ subject, position: truth });
      for (const [number, agent] of numbered(agents).entries()) {
        if (random() > filled) continue;
        votes.push(vote(`agent ${agent}`, subject, random() < number / 7 ? any() : truth));
      }
    }
    return { votes, truths, labels, topics };
  });

const topicOf = (subject: string): string => `topic ${subject.length}`;

function learnFrom({ votes, truths, labels, topics }: Sample): Reliability {
  return learn(votes, { labels, truths, ...(topics && { topicOf }) });
}

describe("learning", () => {
  test("has the same result to the last bit in any order of votes and truths", () => {
    fc.assert(
      fc.property(samples, fc.infiniteStream(fc.nat()), (sample, numbers) => {
        const shuffled = <T>(list: readonly T[]): readonly T[] =>
          list
            .map((value) => [Number(numbers.next().value), value] as const)
            .sort(([a], [b]) => a - b)
            .map(([, value]) => value);
        const again = learnFrom({
          ...sample,
          votes: shuffled(sample.votes),
          truths: shuffled(sample.truths),
        });
        expect(JSON.stringify(again)).toBe(JSON.stringify(learnFrom(sample)));
      }),
    );
  });

  test("does not depend on what positions and agents are called", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const turned = new Map(POSITIONS.map((name, i) => [name as string, `${9 - i} ${name}`]));
        const renamed = (name: unknown): string => turned.get(String(name)) ?? "";
        const agentAs = (name: string): string => `${9 - Number(name.slice(6))} ${name}`;
        const other = learnFrom({
          ...sample,
          votes: sample.votes.map(({ agent, subject, position }) =>
            vote(agentAs(agent), subject, renamed(position)),
          ),
          truths: sample.truths.map(({ subject, position }) => ({
            subject,
            position: renamed(position),
          })),
        });
        const learned = learnFrom(sample);
        expect(other.estimator).toBe(learned.estimator);
        expect(other.refused === undefined).toBe(learned.refused === undefined);
        expect(other.collision).toBeCloseTo(learned.collision, 9);
        const found = new Map(other.agents.map((agent) => [agent.agent, agent]));
        for (const { agent, accuracy, weight, trials } of learned.agents) {
          const same = found.get(agentAs(agent));
          expect(same?.accuracy).toBeCloseTo(accuracy, 9);
          expect(same?.weight).toBeCloseTo(weight, 9);
          expect(same?.trials).toBe(trials);
        }
      }),
    );
  });

  test("knows camps in the same votes, whatever the agents are called, where there are several fits", () => {
    // Of each subject, who said which.
    const said = `5p 0q2q4p5p6p 1q5q6q 1q4p6p 3q4q 0q5q 0q 2p 1p3p6p 3q5p6p 1q4q6p 1q5q6q 1q 0q1q3q 3p4q 0q1q2q5p
      2p4p5q6q 0q2q5q 0q1q3q4p 0p3q4p6p 6q 2q3p6q 3p6q 2p4q6p 0q3p6q 4p`;
    const refused = (name: (agent: number) => string): string | undefined => {
      const votes = said
        .split(/\s+/)
        .flatMap((subject, at) =>
          [...subject.matchAll(/(\d)(\w)/g)].map(([, agent, position = ""]) =>
            vote(name(Number(agent)), String(at), position),
          ),
        );
      return learn(votes, { labels: "fixed" }).refused;
    };
    expect(refused((agent) => `agent ${agent}`)).toContain("camps, 0.20 beyond");
    expect(refused((agent) => `agent ${9 - agent}`)).toBe(refused((agent) => `agent ${agent}`));
  });

  test("gives rates that are rates, within their intervals, and survives JSON", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const learned = learnFrom(sample);
        expect(JSON.parse(JSON.stringify(learned))).toEqual(learned);
        for (const { accuracy, interval, weight, rates } of [learned.pool, ...learned.agents]) {
          expect(interval[0]).toBeGreaterThanOrEqual(0);
          expect(interval[0]).toBeLessThanOrEqual(accuracy);
          expect(interval[1]).toBeGreaterThanOrEqual(accuracy);
          expect(interval[1]).toBeLessThanOrEqual(1);
          expect(weight).toBeGreaterThanOrEqual(0.1);
          for (const row of rates ?? [])
            expect(row.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(1, 9);
        }
      }),
    );
  });

  test("an agent that repeats another, vote by vote, is as good as that one", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const votes = sample.votes.flatMap((each) =>
          each.agent === "agent 0" ? [each, { ...each, agent: "double" }] : [each],
        );
        const found = new Map(learnFrom({ ...sample, votes }).agents.map((a) => [a.agent, a]));
        const { agent: _, ...double } = found.get("double") ?? { agent: "" };
        const { agent: __, ...first } = found.get("agent 0") ?? { agent: "" };
        expect(double).toEqual(first);
      }),
    );
  });
});

describe("deciding", () => {
  test("by one-coin, one more who says the same never makes a position less likely", async () => {
    await fc.assert(
      fc.asyncProperty(samples, fc.nat({ max: 6 }), async (sample, number) => {
        const from = learn(sample.votes, { labels: "open", truths: sample.truths });
        fc.pre(from.refused === undefined);
        const before = [vote("agent 0", "new", "p"), vote("agent 1", "new", "q")];
        const chain = { resolve: [reliability({ from })] };
        const [first] = await settle(before, chain);
        fc.pre(first?.status === "decided");
        const more = vote(
          number < 2 ? "somebody new" : `agent ${number}`,
          "new",
          first?.winner ?? null,
        );
        const [then] = await settle([...before, more], chain);
        expect(then?.winner).toBe(first?.winner);
        expect(then?.confidence).toBeGreaterThanOrEqual((first?.confidence ?? 1) - 1e-12);
      }),
    );
  });

  test("settles what was learned or defers, always by a position that is held, in any order of claims", async () => {
    await fc.assert(
      fc.asyncProperty(samples, async (sample) => {
        const { labels, truths } = sample;
        const resolve = [reliability({ labels, truths })];
        const verdicts = await settle(sample.votes, { resolve });
        expect(await settle(sample.votes.toReversed(), { resolve })).toEqual(verdicts);
        for (const { winner, positions, confidence, status, by } of verdicts) {
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(0.999);
          if (winner === null) expect(["tied", "undecided"]).toContain(status);
          else expect(positions.map(({ value }) => value)).toContain(winner);
          if (status === "decided" && positions.length > 1) expect(by).toBe("reliability");
        }
      }),
    );
  });

  test("learned now, or learned before and read from JSON, is the same", async () => {
    await fc.assert(
      fc.asyncProperty(samples, async ({ votes, labels, truths }) => {
        const now = await settle(votes, { resolve: [reliability({ labels, truths })] });
        const kept = JSON.stringify(learn(votes, { labels, truths }));
        const from = JSON.parse(kept) as Reliability;
        expect(await settle(votes, { resolve: [reliability({ from })] })).toEqual(now);
      }),
    );
  });
});
