import { describe, expect, test } from "vitest";
import {
  settle,
  type RecordedTruth,
  type RecordedVote,
  type Reliability,
} from "../../../src/index.ts";
import { learn, reliability } from "../../../src/learning/index.ts";
import { badOptions, numbered, vote } from "./votes.ts";

describe("one-coin, worked by hand", () => {
  test("from votes alone, an agent is as good as the mean share of the votes on what it says", () => {
    const votes = [
      vote("a", "1", "x"),
      vote("b", "1", "x"),
      vote("c", "1", "y"),
      vote("a", "2", "x"),
      vote("b", "2", "x"),
      vote("c", "2", "x"),
    ];
    const learned = learn(votes, { labels: "open" });
    // Shares: x has 2/3 and y 1/3 of the first, x all of the second. Together 14/3 of 6 votes.
    const pool = (14 / 3 + 1) / (6 + 2);
    expect(learned.pool.accuracy).toBeCloseTo(pool, 12);
    expect(learned.agents.map(({ agent, trials }) => [agent, trials])).toEqual([
      ["a", 2],
      ["b", 2],
      ["c", 2],
    ]);
    expect(learned.agents[0]?.accuracy).toBeCloseTo((5 / 3 + 4 * pool) / (2 + 4), 12);
    expect(learned.agents[2]?.accuracy).toBeCloseTo((4 / 3 + 4 * pool) / (2 + 4), 12);
    // Two that are wrong of two positions say the same: a collision rate of 1. 3/4 against 1/4.
    expect(learned.collision).toBe(1);
    expect(learned.agents[0]?.weight).toBeCloseTo(Math.log(3), 12);
  });

  test("from truths, an agent is as good as it was, drawn towards all", () => {
    const votes = numbered(10).flatMap((s) => [
      vote("a", s, `right ${s}`),
      vote("b", s, Number(s) < 5 ? `right ${s}` : `wrong ${s}`),
    ]);
    const truths = numbered(10).map((s) => ({ subject: s, position: `right ${s}` }));
    const learned = learn(votes, { labels: "open", truths });
    const pool = (15 + 1) / (20 + 2);
    expect(learned).toMatchObject({ estimator: "one-coin", truths: 10, collision: 0.35 });
    expect(learned.refused).toBeUndefined();
    expect(learned.agents[0]?.accuracy).toBeCloseTo((10 + 4 * pool) / 14, 12);
    expect(learned.agents[1]?.accuracy).toBeCloseTo((5 + 4 * pool) / 14, 12);
    const [low, high] = learned.agents[1]?.interval ?? [1, 0];
    expect(low).toBeLessThan(0.36);
    expect(high).toBeGreaterThan(0.75);
  });

  test("learns how often two that are wrong say the same", () => {
    const votes = numbered(100).flatMap((s) => [
      vote("a", s, "the same mistake"),
      vote("b", s, "the same mistake"),
      vote("c", s, `right ${s}`),
      vote("d", s, `mistake ${s}`),
    ]);
    const truths = numbered(100).map((s) => ({ subject: s, position: `right ${s}` }));
    // 3 pairs of wrong votes for each subject, of which one agrees; drawn towards .35 by 200 pairs.
    expect(learn(votes, { labels: "open", truths }).collision).toBeCloseTo(
      (100 + 200 * 0.35) / (300 + 200),
      12,
    );
  });

  test("knows agents by topic, once there are truths", () => {
    const votes = numbered(40).map((s) =>
      vote("a", s, Number(s) % 2 === 0 ? `right ${s}` : `wrong ${s}`),
    );
    const truths = numbered(40).map((s) => ({ subject: s, position: `right ${s}` }));
    const topicOf = (subject: string): string => (Number(subject) % 2 === 0 ? "even" : "odd");
    const [a] = learn(votes, { labels: "open", truths, topicOf }).agents;
    expect(a?.accuracy).toBeCloseTo(0.5, 12);
    expect(a?.topics?.map(({ topic, trials }) => [topic, trials])).toEqual([
      ["even", 20],
      ["odd", 20],
    ]);
    expect(a?.topics?.[0]?.accuracy).toBeCloseTo((20 + 8 * 0.5) / 28, 12);
    expect(a?.topics?.[1]?.accuracy).toBeCloseTo((8 * 0.5) / 28, 12);
  });
});

describe("dawid-skene, worked by hand", () => {
  const truths = numbered(40).map((s) => ({
    subject: s,
    position: Number(s) < 20 ? "yes" : "no",
  }));
  // Of 20 that are true it finds 15; what is false it never reports.
  const votes = numbered(40).map((s) => vote("a", s, Number(s) < 15 ? "yes" : "no"));

  test("learns what an agent says for each truth", () => {
    const learned = learn(votes, { labels: "fixed", truths: truths });
    expect(learned).toMatchObject({ estimator: "dawid-skene", truths: 40, positions: 2 });
    expect(learned.known).toEqual({ keys: ['"no', '"yes'], shares: [0.5, 0.5] });
    const [whenNo = [], whenYes = []] = learned.agents[0]?.rates ?? [];
    const pool = [20.5 / 21, 15.5 / 21];
    expect(whenNo[0]).toBeCloseTo((20 + 4 * (pool[0] ?? 0)) / 24, 12);
    expect(whenYes[1]).toBeCloseTo((15 + 4 * (pool[1] ?? 0)) / 24, 12);
    expect(learned.agents[0]?.accuracy).toBeCloseTo(((whenNo[0] ?? 0) + (whenYes[1] ?? 0)) / 2, 12);
  });

  test("tells an agent that is always wrong from one that is right, by their votes", () => {
    const said = numbered(60).flatMap((s): RecordedVote[] => {
      const truth = Number(s) % 3 === 0 ? "yes" : "no";
      const other = truth === "yes" ? "no" : "yes";
      return [
        ...["a", "b", "c", "d"].map((agent) => vote(agent, s, truth)),
        vote("contrary", s, other),
      ];
    });
    const learned = learn(said, { labels: "fixed" });
    expect(learned).toMatchObject({ estimator: "dawid-skene", truths: 0 });
    expect(learned.refused).toBeUndefined();
    const of = new Map(learned.agents.map((agent) => [agent.agent, agent]));
    expect(of.get("a")?.accuracy).toBeGreaterThan(0.95);
    expect(of.get("contrary")?.accuracy).toBeLessThan(0.15);
    // It is known to say yes where the truth is no: its word has weight in the table, and none as a vote.
    expect(of.get("contrary")?.rates?.[0]?.[1]).toBeGreaterThan(0.9);
    expect(of.get("contrary")?.weight).toBe(0.1);
  });
});

describe("how far votes on one subject hang together", () => {
  // 400 subjects with one truth each; an agent errs by its own coin, or all that look at a subject by the subject's.
  const correlationOf = (share: number): number => {
    let state = 7;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 4_294_967_296;
    };
    const votes = numbered(400).flatMap((s): RecordedVote[] => {
      const misled = random() < 0.3;
      return numbered(8).map((a) => {
        const wrong = random() < share ? misled : random() < 0.3;
        return vote(`agent ${a}`, s, wrong === (Number(s) % 2 === 0) ? "yes" : "no");
      });
    });
    return learn(votes, { labels: "fixed" }).correlation ?? 0;
  };

  test("is little where each errs by itself, and much where what misleads one misleads others", () => {
    expect(correlationOf(0)).toBeLessThan(0.25);
    expect(correlationOf(0.6)).toBeGreaterThan(correlationOf(0) + 0.1);
  });

  test("is at most 0.8, and is not looked for where agents can only be right or wrong", () => {
    expect(correlationOf(1)).toBeLessThanOrEqual(0.8);
    const open = numbered(60).flatMap((s) => ["a", "b", "c"].map((name) => vote(name, s, s)));
    expect(learn(open, { labels: "open" }).correlation).toBeUndefined();
  });
});

describe("what agents say together in a topic", () => {
  // In "web" a report of both is a false alarm, as nothing either says by itself tells: of one alone it is right.
  const subjects = numbered(120).map((s) => {
    const kind = Number(s) % 4;
    const said = { a: kind === 0 || kind === 1, b: kind === 0 || kind === 2 };
    return { s, said, present: said.a !== said.b };
  });
  const word = (present: boolean): string => (present ? "present" : "absent");
  const votes = subjects.flatMap(({ s, said }) => [
    vote("a", s, word(said.a)),
    vote("b", s, word(said.b)),
  ]);
  const truths = subjects.map(({ s, present }) => ({ subject: s, position: word(present) }));
  const topicOf = (): string => "web";

  test("is known by what turned out then", async () => {
    const from = learn(votes, { labels: "fixed", truths, topicOf });
    expect(from.patterns).toHaveLength(4);
    expect(from.patterns?.[0]).toMatchObject({
      topic: "web",
      said: [
        ["a", 1],
        ["b", 1],
      ],
    });
    const winnerOf = async (by: Reliability): Promise<unknown> => {
      const claims = [vote("b", "new", "present"), vote("a", "new", "absent")];
      const [verdict] = await settle(claims, { resolve: [reliability({ from: by, topicOf })] });
      return verdict?.winner;
    };
    expect(await winnerOf(from)).toBe("present");
    const { patterns: _, ...without } = from;
    const even = await settle([vote("a", "new", "present"), vote("b", "new", "absent")], {
      resolve: [reliability({ from: without, topicOf })],
    });
    expect(even[0]?.status).toBe("tied");
  });

  test("is learned only where there are topics", () => {
    expect(learn(votes, { labels: "fixed", truths }).patterns).toBeUndefined();
    expect(learn(votes, { labels: "fixed" }).patterns).toBeUndefined();
  });
});

describe("the estimator", () => {
  const many = (agents: number, subjects: number, position: (s: number) => string) =>
    numbered(subjects).flatMap((s) =>
      numbered(agents).map((a) => vote(`agent ${a}`, s, position(Number(s)))),
    );

  test("is a table only where positions are declared to mean the same, with a history", () => {
    const votes = many(5, 30, (s) => (s % 2 === 0 ? "ship" : "hold"));
    expect(learn(votes, { labels: "fixed" }).estimator).toBe("dawid-skene");
    expect(learn(votes, { labels: "open" }).estimator).toBe("one-coin");
    expect(learn(votes.slice(0, 140), { labels: "fixed" }).estimator).toBe("one-coin");
    const few = many(4, 30, (s) => (s % 2 === 0 ? "ship" : "hold"));
    expect(learn(few, { labels: "fixed" })).toMatchObject({
      estimator: "one-coin",
      why: expect.stringContaining("too few votes or agents") as string,
    });
  });

  test("is no table with more than 20 positions", () => {
    const votes = many(5, 63, (s) => `position ${s % 21}`);
    expect(learn(votes, { labels: "fixed" })).toMatchObject({
      estimator: "one-coin",
      why: "one-coin, since there are 21 different positions, and a table takes 2 to 20, and learned from the votes in one pass.",
    });
  });

  test("truths are used from 10 on", () => {
    const votes = many(3, 30, (s) => `option ${s}`);
    const truths = (count: number): RecordedTruth[] =>
      numbered(count).map((s) => ({ subject: s, position: `option ${s}` }));
    expect(learn(votes, { labels: "open", truths: truths(9) })).toMatchObject({
      truths: 0,
      why: expect.stringContaining("(9 truths: too few)") as string,
    });
    expect(learn(votes, { labels: "open", truths: truths(10) }).truths).toBe(10);
  });

  test("confidence is calibrated from 20 truths on by a table, which knows agents from their votes too", () => {
    const votes = many(5, 60, (s) => (s % 2 === 0 ? "ship" : "hold"));
    const truths = (count: number): RecordedTruth[] =>
      numbered(count).map((s) => ({ subject: s, position: Number(s) % 2 === 0 ? "ship" : "hold" }));
    const calibrationOf = (count: number) =>
      learn(votes, { labels: "fixed", truths: truths(count) }).calibration;
    expect(calibrationOf(19)).toBeUndefined();
    expect(calibrationOf(20)).toMatchObject({ truths: 20, voices: 5 });
  });

  test("confidence is calibrated from 100 truths on where only how often each is right is known", () => {
    const votes = many(3, 120, (s) => `option ${s}`);
    const truths = (count: number): RecordedTruth[] =>
      numbered(count).map((s) => ({ subject: s, position: `option ${s}` }));
    expect(learn(votes, { labels: "open", truths: truths(99) }).calibration).toBeUndefined();
    expect(learn(votes, { labels: "open", truths: truths(100) }).calibration).toMatchObject({
      truths: 100,
    });
  });
});

test("a truth does not tell what the confidence in its own subject was worth", () => {
  // Everybody speaks once, and is right by chance: who was right tells nothing about who will be.
  const votes = numbered(200).map((s) => vote(`agent ${s}`, s, s));
  const truths = numbered(200).map((s) => ({
    subject: s,
    position: Number(s) % 2 === 0 ? s : "something else",
  }));
  const { calibration } = learn(votes, { labels: "open", truths });
  expect(calibration?.truths).toBe(200);
  // One that had seen its own truth would find itself right each time it is surer than even.
  expect(calibration?.slope).toBeLessThanOrEqual(1 + 1e-9);
});

describe("learning", () => {
  test("is refused for no votes, one agent, two agents and few subjects", () => {
    expect(learn([], { labels: "fixed" })).toMatchObject({
      refused: expect.stringContaining("0 agents cannot be told apart") as string,
      agents: [],
      votes: 0,
    });
    const of = (agents: readonly string[], subjects: number) =>
      learn(
        numbered(subjects).flatMap((s) => agents.map((agent) => vote(agent, s, "x"))),
        { labels: "open" },
      ).refused;
    expect(of(["a"], 50)).toContain("one agent cannot be told apart");
    expect(of(["a", "b"], 50)).toContain("2 agents cannot be told apart");
    expect(of(["a", "b", "c"], 19)).toContain(
      "19 subjects with votes of two agents or more: too little",
    );
    expect(of(["a", "b", "c"], 20)).toBeUndefined();
  });

  // Five of one make say whatever that make says, three of another likewise; two more err each by itself, and less.
  const camps = numbered(200).flatMap((s): RecordedVote[] => {
    const said = (who: string, wrong: boolean): string => (wrong ? `${who} on ${s}` : `right ${s}`);
    const i = Number(s);
    return [
      ...numbered(5).map((a) => vote(`first ${a}`, s, said("first", i % 5 < 2))),
      ...numbered(3).map((a) => vote(`second ${a}`, s, said("second", i % 7 < 3))),
      ...numbered(2).map((a) =>
        vote(`single ${a}`, s, said(`single ${a}`, (i + Number(a)) % 4 === 0)),
      ),
    ];
  });

  test("is refused where agents agree in camps", () => {
    expect(learn(camps, { labels: "open" }).refused).toContain("agents agree in camps");
  });

  test("is not refused where truths tell the camps apart", () => {
    const truths = numbered(50).map((s) => ({ subject: s, position: `right ${s}` }));
    const learned = learn(camps, { labels: "open", truths });
    expect(learned.refused).toBeUndefined();
    const of = new Map(learned.agents.map(({ agent, accuracy }) => [agent, accuracy]));
    expect(of.get("single 0")).toBeGreaterThan(of.get("first 0") ?? 1);
  });

  test("is not refused for agents of different quality that err each by itself", () => {
    const votes = numbered(200).flatMap((s) =>
      numbered(6).map((a) =>
        vote(
          `agent ${a}`,
          s,
          (Number(s) * 7 + Number(a) * 13) % 20 < 3 * Number(a)
            ? `slip ${a} of ${s}`
            : `right ${s}`,
        ),
      ),
    );
    expect(learn(votes, { labels: "open" }).refused).toBeUndefined();
  });
});

describe("what is handed in", () => {
  test("a vote that is there twice counts once; an agent that said two things has said nothing", () => {
    const once = [vote("a", "1", "x"), vote("b", "1", "y"), vote("b", "2", "y")];
    const learned = learn(once, { labels: "open" });
    expect(learn([...once, vote("a", "1", " X ")], { labels: "open" })).toEqual(learned);
    const contradicted = learn([...once, vote("b", "1", "x")], { labels: "open" });
    expect(contradicted.votes).toBe(2);
    expect(contradicted.agents.map(({ agent, trials }) => [agent, trials])).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });

  test("truths of other subjects, and two of one, are left aside", () => {
    const votes = numbered(12).flatMap((s) => [vote("a", s, "x"), vote("b", s, "y")]);
    const truths = numbered(12).map((s) => ({ subject: s, position: "x" }));
    const learned = learn(votes, { labels: "open", truths });
    const more = [...truths, { subject: "unheard of", position: "x" }];
    expect(learn(votes, { labels: "open", truths: more })).toEqual(learned);
    const twice = [...truths, { subject: "0", position: "y" }];
    expect(learn(votes, { labels: "open", truths: twice }).truths).toBe(11);
  });

  test("any name will do for an agent, a subject and a topic", () => {
    const votes = numbered(10).flatMap((s) => [
      vote("__proto__", s, "__proto__"),
      vote("constructor", s, "x"),
    ]);
    const truths = numbered(10).map((s) => ({ subject: s, position: "__proto__" }));
    const learned = learn(votes, { labels: "open", truths, topicOf: () => "__proto__" });
    expect(learned.agents.map(({ agent }) => agent)).toEqual(["__proto__", "constructor"]);
    expect(learned.agents[0]?.topics?.[0]).toMatchObject({ topic: "__proto__", trials: 10 });
  });

  test("refuses what is no vote, no truth and no option", () => {
    const invalid = expect.objectContaining({ code: "CLAIMS_INVALID" }) as Error;
    const learning =
      (votes: unknown, options: unknown = { labels: "open" }) =>
      () =>
        learn(votes as never, options as never);
    expect(learning([{ agent: "", subject: "1", position: 1 }])).toThrow(invalid);
    expect(learning([{ agent: "a", subject: "1", position: Number.NaN }])).toThrow(invalid);
    const votes = [vote("a", "1", "x")];
    expect(learning(votes, { labels: "open", truths: [{ subject: "1" }] })).toThrow(invalid);
    expect(learning(votes, {})).toThrow(badOptions);
    expect(learning(votes, { labels: "some" })).toThrow(badOptions);
    expect(learning(votes, { labels: "open", truth: [] })).toThrow(badOptions);
    expect(learning(votes, { labels: "open", topicOf: "x" })).toThrow(badOptions);
    expect(learning(votes, { labels: "open", topicOf: () => 1 })).toThrow(badOptions);
  });
});
