import { describe, expect, test } from "vitest";
import {
  agent,
  settle,
  supervisor,
  unanimous,
  vote as byMajority,
  type RecordedVote,
  type Reliability,
} from "../../../src/index.ts";
import { learn, reliability } from "../../../src/learning/index.ts";
import { question } from "../../resolve/ask.ts";
import { badOptions, numbered, vote } from "./votes.ts";

/** Ten truths: a was right in all, b in five, c in two; every position is of its own subject. */
function openRecord(): Reliability {
  const right = { a: 10, b: 5, c: 2 };
  const votes = numbered(10).flatMap((s) =>
    Object.entries(right).map(([name, hits]) =>
      vote(name, s, Number(s) < hits ? `right ${s}` : `${name} on ${s}`),
    ),
  );
  const truths = numbered(10).map((s) => ({ subject: s, position: `right ${s}` }));
  return learn(votes, { labels: "open", truths });
}

/** 60 truths of findings: `sharp` reports what is there and nothing else, `noisy` nearly everything. */
function findingsRecord(): Reliability {
  const votes: RecordedVote[] = [];
  const truths = numbered(60).map((s) => ({
    subject: s,
    position: Number(s) % 3 === 0 ? "present" : "absent",
  }));
  for (const { subject, position } of truths) {
    votes.push(vote("sharp", subject, position));
    votes.push(vote("noisy", subject, Number(subject) % 10 === 0 ? "absent" : "present"));
    votes.push(vote("other", subject, Number(subject) % 6 === 0 ? "present" : "absent"));
  }
  return learn(votes, { labels: "fixed", truths });
}

describe("reliability", () => {
  test("one that is usually right outweighs two that are usually wrong", async () => {
    const from = openRecord();
    const claims = [vote("a", "new", "x"), vote("b", "new", "y"), vote("c", "new", "y")];
    const [verdict] = await settle(claims, { resolve: [reliability({ from })] });
    expect(verdict).toMatchObject({
      status: "decided",
      winner: "x",
      by: "reliability",
      confidenceFrom: "one-coin",
      calibrated: false,
    });
    // By hand: odds of accuracy / ((1 − accuracy) × collision); weights from truths add up with the exponent 1.5; and what is
    // left of 1 / collision positions for neither.
    const weight = (name: string): number =>
      from.agents.find(({ agent: known }) => known === name)?.weight ?? 0;
    const x = Math.exp(weight("a"));
    const y = Math.exp((weight("b") ** 1.5 + weight("c") ** 1.5) ** (1 / 1.5));
    expect(verdict?.confidence).toBeCloseTo(x / (x + y + 1 / from.collision - 1), 12);
  });

  test("is as sure of what one agent says alone as that agent is often right", async () => {
    const from = openRecord();
    for (const { agent: name, accuracy, weight } of from.agents) {
      if (weight === 0.1) continue;
      const claims = [vote(name, "new", "x")];
      const [verdict] = await settle(claims, { resolve: [reliability({ from })] });
      expect(verdict?.confidence).toBeCloseTo(accuracy, 12);
    }
  });

  test("leaves nothing to what nobody holds where no more positions can be than are held", async () => {
    const votes = numbered(30).flatMap((s) => [
      vote("a", s, "yes"),
      vote("b", s, "yes"),
      vote("c", s, Number(s) % 3 === 0 ? "no" : "yes"),
    ]);
    const from = learn(votes, { labels: "open" });
    const claims = [vote("a", "new", "yes"), vote("c", "new", "no")];
    const [verdict] = await settle(claims, { resolve: [reliability({ from })] });
    const [yes = 0, no = 0] = ["a", "c"].map((name) =>
      Math.exp(from.agents.find(({ agent: known }) => known === name)?.weight ?? 0),
    );
    expect(verdict).toMatchObject({ winner: "yes" });
    expect(verdict?.confidence).toBeCloseTo(yes / (yes + no), 12);
  });

  test("says who weighed what, and what would have turned it", async () => {
    const from = openRecord();
    const claims = [vote("a", "new", "x"), vote("b", "new", "x"), vote("c", "new", "y")];
    const [verdict] = await settle(claims, { resolve: [reliability({ from })] });
    expect(verdict?.reasoning).toBe(
      '"x" is held by a, b (2 of 3); "y" by c (1 of 3). ' +
        'reliability: "x" is right with 0.91, "y" with 0.036, by one-coin from 10 truths. ' +
        'Weights: a 3.02, b 1.15 for "x"; c 0.244 for "y". Had a said "y", "y" would lead with 0.809.',
    );
  });

  test("says so where no one alone could have turned it", async () => {
    const from = openRecord();
    const all = numbered(7).map((name) => vote(name, "new", "x"));
    const others = [vote("c", "new", "y")];
    const [seven] = await settle([...all, ...others], { resolve: [reliability({ from })] });
    expect(seven?.reasoning).toContain('Of the 5 heaviest none alone would have turned it to "y".');
    const four = all.slice(0, 4);
    const [few] = await settle([...four, ...others], { resolve: [reliability({ from })] });
    expect(few?.reasoning).toContain('No one alone would have turned it to "y".');
  });

  test("n votes by a table count for less the more they hang together, and some confidence is left to the case that they say nothing", async () => {
    // Of 20 that are true both report 15, of 20 that are false none.
    const votes = numbered(40).flatMap((s) =>
      ["a", "b"].map((name) => vote(name, s, Number(s) < 15 ? "yes" : "no")),
    );
    const truths = numbered(40).map((s) => ({
      subject: s,
      position: Number(s) < 20 ? "yes" : "no",
    }));
    const { calibration: _, ...from } = learn(votes, { labels: "fixed", truths });
    const [whenNo = [], whenYes = []] = from.agents[0]?.rates ?? [];
    const [no = 0, yes = 0] = [whenNo[0], whenYes[0]];
    const confidenceBy = async (by: Reliability, position: string, ...agents: string[]) => {
      const claims = agents.map((name) => vote(name, "new", position));
      const [verdict] = await settle(claims, { resolve: [reliability({ from: by })] });
      return verdict?.confidence ?? 0;
    };
    const confidenceOf = async (position: string, ...agents: string[]): Promise<number> =>
      confidenceBy(from, position, ...agents);
    // Both truths are as likely before.
    const left = 0.06 * 0.5;
    expect(await confidenceOf("no", "a")).toBeCloseTo(0.94 * (no / (no + yes)) + left, 12);
    const both = (power: number): number => no ** power / (no ** power + yes ** power);
    const { correlation = 0, ...before } = from;
    // Both always say the same: no two votes hang together more.
    expect(correlation).toBe(0.8);
    const power = 2 / (1 + correlation);
    expect(await confidenceOf("no", "a", "b")).toBeCloseTo(0.94 * both(power) + left, 12);
    // In what was learned before that was looked at, n votes count as √n.
    const byRoot = await confidenceBy(before, "no", "a", "b");
    expect(byRoot).toBeCloseTo(0.94 * both(Math.SQRT2) + left, 12);
    // What is not held against 100 truths is never surer than this.
    expect(await confidenceOf("yes", "a", "b")).toBe(0.95);
  });

  test("calibrated by truths, five that share each mistake are no surer than one", async () => {
    const said = numbered(150).flatMap((s) =>
      numbered(5).map((a) =>
        vote(`agent ${a}`, s, Number(s) % 5 < 3 ? `right ${s}` : `the same mistake about ${s}`),
      ),
    );
    const truths = numbered(150).map((s) => ({ subject: s, position: `right ${s}` }));
    const from = learn(said, { labels: "open", truths });
    const claims = numbered(5).map((a) => vote(`agent ${a}`, "new", "x"));
    const [checked] = await settle(claims, { resolve: [reliability({ from })] });
    expect(checked).toMatchObject({ calibrated: true, winner: "x" });
    expect(checked?.confidence).toBeGreaterThan(0.57);
    expect(checked?.confidence).toBeLessThan(0.63);
    const { calibration: _, ...before } = from;
    const [unchecked] = await settle(claims, { resolve: [reliability({ from: before })] });
    expect(unchecked).toMatchObject({ calibrated: false });
    expect(unchecked?.confidence).toBeGreaterThan(0.7);
  });

  test("is not calibrated by what many more voices decided", async () => {
    const said = numbered(150).flatMap((s) =>
      numbered(6).map((a) =>
        vote(`agent ${a}`, s, Number(s) % 5 < 3 ? `right ${s}` : `the same mistake about ${s}`),
      ),
    );
    const truths = numbered(150).map((s) => ({ subject: s, position: `right ${s}` }));
    const from = learn(said, { labels: "open", truths });
    expect(from.calibration).toMatchObject({ voices: 6 });
    const bySpeakers = async (count: number) => {
      const claims = numbered(count).map((a) => vote(`agent ${a}`, "new", "x"));
      const [verdict] = await settle(claims, { resolve: [reliability({ from })] });
      return verdict;
    };
    expect(await bySpeakers(3)).toMatchObject({ calibrated: true });
    expect(await bySpeakers(2)).toMatchObject({ calibrated: false });
    const alone = await bySpeakers(1);
    expect(alone).toMatchObject({ calibrated: false });
    expect(alone?.confidence).toBeCloseTo(from.agents[0]?.accuracy ?? 0, 12);
  });

  test("gives what all agree on a confidence, before unanimous", async () => {
    const from = openRecord();
    const claims = [vote("c", "new", "x"), vote("nobody knows", "new", "x")];
    const [learned] = await settle(claims, { resolve: [reliability({ from }), unanimous()] });
    expect(learned).toMatchObject({ status: "unanimous", by: "reliability", winner: "x" });
    const [counted] = await settle(claims, { resolve: [unanimous(), reliability({ from })] });
    expect(counted).toMatchObject({ status: "unanimous", by: "unanimous", confidence: 0.75 });
  });

  test("learns from the claims that are settled together, those that all agree on too", async () => {
    const claims = numbered(40).flatMap((s) => [
      ...["a", "b", "c"].map((name) => vote(name, s, `right ${s}`)),
      vote("d", s, s === "39" ? `d on ${s}` : Number(s) % 2 === 0 ? `right ${s}` : `d on ${s}`),
      ...(s === "39" ? [vote("e", s, `d on ${s}`)] : []),
    ]);
    const verdicts = await settle(claims, { resolve: [reliability({ labels: "open" })] });
    const last = verdicts.find(({ subject }) => subject === "39");
    expect(last).toMatchObject({ winner: "right 39", by: "reliability", calibrated: false });
    expect(last?.reasoning).toContain("from votes alone, so unchecked");
    expect(last?.confidence).toBeLessThanOrEqual(0.95);
  });

  test("defers where it must not decide, and the next resolver has the word", async () => {
    const claims = [vote("a", "new", "x"), vote("b", "new", "x"), vote("c", "new", "y")];
    const [verdict] = await settle(claims, {
      resolve: [reliability({ labels: "open" }), byMajority()],
    });
    expect(verdict).toMatchObject({ status: "decided", winner: "x", by: "vote" });
    expect(verdict?.reasoning).toContain(
      "reliability deferred: 1 subject with votes of two agents or more: too little to learn from",
    );
  });

  test("defers on what is as likely, and below the confidence that is asked for", async () => {
    const from = openRecord();
    const even = [vote("a", "new", "x"), vote("a twin of nobody", "new", "y")];
    const twins = { ...from, agents: [] };
    const [tied] = await settle(even, { resolve: [reliability({ from: twins })] });
    expect(tied).toMatchObject({ status: "tied", winner: null });
    const contested = [vote("b", "new", "x"), vote("c", "new", "y")];
    const [unsure] = await settle(contested, { resolve: [reliability({ from, atLeast: 0.9 })] });
    expect(unsure).toMatchObject({ status: "undecided" });
    expect(unsure?.reasoning).toContain("less than the 0.9 asked for");
  });

  test("decides findings by who reports them and who looked and did not", async () => {
    const findings = findingsRecord();
    const chain = { resolve: [reliability({ findings })], answered: ["sharp", "noisy", "other"] };
    const verdicts = await settle([], {
      ...chain,
      findings: [
        { agent: "sharp", text: "the token is written to the log" },
        { agent: "noisy", text: "a comma is missing in README" },
      ],
    });
    expect(verdicts.map(({ subject, winner }) => [subject, winner])).toEqual([
      ["a comma is missing in README", "absent"],
      ["the token is written to the log", "present"],
    ]);
    expect(verdicts[0]).toMatchObject({ by: "reliability", confidenceFrom: "dawid-skene" });
  });

  test("does not learn of findings from those at hand", async () => {
    const [verdict] = await settle([], {
      findings: [{ agent: "a", text: "a leak" }],
      answered: ["a", "b"],
      resolve: [reliability({ labels: "fixed" })],
    });
    expect(verdict?.status).toBe("undecided");
    expect(verdict?.reasoning).toContain("nothing was learned before of who reports");
  });

  test("does not take findings for votes on claims", async () => {
    const claims = numbered(30).flatMap((s) =>
      ["a", "b", "c"].map((name) => vote(name, s, name === "c" && s < "2" ? "y" : "x")),
    );
    const resolve = [reliability({ labels: "open" })];
    const alone = await settle(claims, { resolve });
    const findings = [{ agent: "a", text: "a leak" }];
    const together = await settle(claims, { resolve, findings, answered: ["a", "b", "c"] });
    expect(together.filter(({ kind }) => kind === "claim")).toEqual(alone);
  });

  test("a position that was never seen is decided by how good agents are", async () => {
    const from = findingsRecord();
    const claims = [vote("sharp", "new", "quite else"), vote("other", "new", "present")];
    const [verdict] = await settle(claims, { resolve: [reliability({ from })] });
    expect(verdict).toMatchObject({ status: "decided", winner: "quite else" });
  });

  test("knows agents by topic", async () => {
    const topicOf = (subject: string): string => subject.slice(0, 1);
    const votes = numbered(40).flatMap((s) => {
      const subject = `${Number(s) % 2 === 0 ? "x" : "y"}${s}`;
      const good = Number(s) % 2 === 0 ? "a" : "b";
      return ["a", "b"].map((name) => vote(name, subject, name === good ? "right" : name));
    });
    const truths = votes.map(({ subject }) => ({ subject, position: "right" }));
    const from = learn(votes, { labels: "open", truths, topicOf });
    const claims = ["x new", "y new"].flatMap((subject) => [
      vote("a", subject, "from a"),
      vote("b", subject, "from b"),
    ]);
    const verdicts = await settle(claims, { resolve: [reliability({ from, topicOf })] });
    expect(verdicts.map(({ winner }) => winner)).toEqual(["from a", "from b"]);
  });

  test("reads what earlier runs taught from its context", () => {
    const resolver = reliability({ labels: "open" });
    const context = {
      ask: () => Promise.reject(new Error("nobody is asked")),
      signal: undefined,
      learned: { claims: openRecord() },
    };
    expect(resolver.settle(question({ x: ["a"], y: ["b", "c"] }), context)).toMatchObject({
      winner: "x",
    });
  });

  test("settles a team's conflict, and agents that nobody knows by what is known of all", async () => {
    const saying = (name: string, recommendation: string) =>
      agent({ name, run: (_task: string) => ({ recommendation }) });
    const team = supervisor({
      name: "team",
      agents: {
        a: saying("a", "hold"),
        b: saying("b", "ship"),
        new: saying("new", "ship"),
      },
      resolve: [reliability({ from: openRecord() }), unanimous()],
    });
    const { verdicts } = await team.run("go?");
    expect(verdicts[0]).toMatchObject({ winner: "hold", by: "reliability" });
  });

  test("its reasoning stays short, whoever votes and whatever is said", async () => {
    const position = (a: number): string => `${a % 40}: ${"y".repeat(5_000)}`;
    const claims = [
      ...numbered(2_000).map((a) =>
        vote(`agent ${a} ${"x".repeat(300)}`, "new", position(Number(a))),
      ),
      vote("a", "new", position(0)),
    ];
    const [verdict] = await settle(claims, { resolve: [reliability({ from: openRecord() })] });
    expect(verdict?.by).toBe("reliability");
    expect(verdict?.reasoning.length).toBeLessThan(6_000);
  });

  test("reads a record of an earlier version, which called truths outcomes", async () => {
    const from = openRecord();
    const { truths, calibration, ...rest } = from;
    const earlier = { ...rest, outcomes: truths, ...(calibration && { calibration }) };
    const claims = [vote("a", "new", "x"), vote("b", "new", "y")];
    const by = (one: unknown) => settle(claims, { resolve: [reliability({ from: one as never })] });
    expect(await by(JSON.parse(JSON.stringify(earlier)))).toEqual(await by(from));
    expect((await by(from))[0]?.reasoning).toContain("from 10 truths");
  });

  test("refuses options that cannot be meant", () => {
    const from = openRecord();
    const making = (options: unknown) => () => reliability(options as never);
    expect(making({})).toThrow(badOptions);
    expect(making({ labels: "both" })).toThrow(badOptions);
    expect(making({ labels: "fixed", from })).toThrow(badOptions);
    expect(making({ from, truths: [{ subject: "1", position: 1 }] })).toThrow(badOptions);
    expect(making({ from, atleast: 1 })).toThrow(badOptions);
    expect(making({ labels: "open", outcomes: [] })).toThrow(
      "reliability: outcomes was renamed to truths; give",
    );
    expect(() => learn([], { labels: "open", outcomes: [] } as never)).toThrow(
      "learn: outcomes was renamed to truths",
    );
    expect(making({ from, atLeast: 2 })).toThrow(badOptions);
    expect(making({ from, topicOf: "x" })).toThrow(badOptions);
  });

  test("refuses a record that is none, whatever is wrong with it", () => {
    const record = findingsRecord();
    const [first] = record.agents;
    const damaged: unknown[] = [
      null,
      [],
      {},
      { ...record, format: 2 },
      { ...record, estimator: "guess" },
      { ...record, collision: 0 },
      { ...record, known: { keys: ["a"], shares: [1] } },
      { ...record, known: { keys: ["a", "b"], shares: [1, 0] } },
      { ...record, pool: { accuracy: 2, weight: 1 } },
      { ...record, agents: [first, first] },
      { ...record, agents: [{ ...first, rates: [[1, 2]] }] },
      { ...record, agents: [{ ...first, topics: [{}] }] },
      { ...record, calibration: { slope: "1", shift: 0 } },
      { ...record, calibration: { slope: 1, shift: 0, voices: "5" } },
      { ...record, topics: [{ topic: "x", shares: [1] }] },
      { ...record, correlation: 2 },
      { ...record, patterns: {} },
      { ...record, patterns: [{ topic: "x", said: [["a", 2]], truths: [1, 0] }] },
      { ...record, patterns: [{ topic: "x", said: [["a", 1]], truths: [1] }] },
    ];
    for (const from of damaged)
      expect(() => reliability({ from: from as Reliability })).toThrow(badOptions);
  });
});
