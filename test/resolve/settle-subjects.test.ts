import { describe, expect, test } from "vitest";
import { agent } from "../../src/describe/agent.ts";
import type { Subject } from "../../src/conflict/subject.ts";
import { checkAsked, checkChain, DEFAULT_CHAIN } from "../../src/resolve/chain.ts";
import type { Resolver, Ruling } from "../../src/resolve/resolver.ts";
import { prefer } from "../../src/resolve/prefer.ts";
import { settleSubjects } from "../../src/resolve/settle-subjects.ts";
import { support } from "../../src/resolve/support.ts";
import { unanimous } from "../../src/resolve/unanimous.ts";
import type { Verdict } from "../../src/model/verdict.ts";
import { vote } from "../../src/resolve/vote.ts";
import { askNobody, position, question } from "./ask.ts";

const contested: Subject = {
  subject: "task",
  kind: "claim",
  positions: [position("hold", ["a", "b"], "why not"), position("ship", ["c"], "why")],
};
const agreed: Subject = {
  subject: "agreed",
  kind: "claim",
  positions: [position("ship", ["a", "b"])],
};
const tie: Subject = {
  subject: "tie",
  kind: "claim",
  positions: [position("hold", ["a"]), position("ship", ["b"])],
};

async function settled(
  subjects: readonly Subject[],
  resolve: readonly Resolver[] = DEFAULT_CHAIN,
  missing: readonly string[] = [],
): Promise<readonly Verdict[]> {
  return settleSubjects(subjects, { resolve, ask: askNobody, missing });
}

function ruling(given: unknown): Resolver {
  return { name: "odd", settle: () => given as Ruling };
}

describe("settling", () => {
  test("gives a verdict with who held what, what decided, who dissents and who is missing", async () => {
    expect(await settled([contested], [unanimous(), vote()], ["z", "y", "z"])).toEqual([
      {
        subject: "task",
        kind: "claim",
        status: "decided",
        winner: "hold",
        confidence: 3 / 5,
        confidenceFrom: "laplace",
        calibrated: false,
        reasoning:
          '"hold" is held by a, b (2 of 3); "ship" by c (1 of 3). unanimous deferred: there are 2 positions. ' +
          'vote: "hold" has 2 of 3 votes, a margin of 33.3 %. Missing: y, z.',
        steps: [
          { resolver: "unanimous", did: "deferred", why: "there are 2 positions." },
          {
            resolver: "vote",
            did: "decided",
            why: '"hold" has 2 of 3 votes, a margin of 33.3 %.',
          },
        ],
        by: "vote",
        positions: contested.positions,
        dissent: [{ agent: "c", evidence: "why", position: "ship" }],
        missing: ["y", "z"],
        asked: 5,
      },
    ]);
  });

  test("keeps the order of the subjects, and answers at once where nobody is asked", async () => {
    expect(
      (await settled([tie, agreed, contested])).map(({ subject, status }) => [subject, status]),
    ).toEqual([
      ["tie", "tied"],
      ["agreed", "unanimous"],
      ["task", "decided"],
    ]);
    expect(await settled([])).toEqual([]);
  });

  test("says what each resolver said of a conflict, and none where all who spoke agree", async () => {
    const [one] = await settled([tie], [vote(), { name: "none", settle: () => ({ defer: "no" }) }]);
    expect(one?.steps?.map(({ resolver, did }) => [resolver, did])).toEqual([
      ["vote", "deferred"],
      ["none", "deferred"],
    ]);
    expect(one?.steps?.at(-1)?.why).toBe("no.");
    for (const { steps, reasoning } of await settled([tie, contested], [unanimous(), vote()])) {
      for (const { why } of steps ?? []) expect(reasoning).toContain(why);
    }
    expect((await settled([agreed]))[0]).not.toHaveProperty("steps");
  });

  test("says nothing of a winner where nothing was decided", async () => {
    expect((await settled([tie], [vote()]))[0]).toMatchObject({
      status: "tied",
      winner: null,
      confidence: 0,
      confidenceFrom: "none",
      by: null,
      dissent: [],
    });
    expect((await settled([tie], []))[0]).toMatchObject({ status: "undecided", winner: null });
    expect(
      (await settled([contested], [vote({ quorum: 9 }), support({ atLeast: 3 })]))[0],
    ).toMatchObject({
      status: "no-quorum",
    });
    expect((await settled([contested], [vote({ margin: 1 })]))[0]).toMatchObject({
      status: "undecided",
    });
  });

  test("lets a later resolver decide what an earlier one left tied", async () => {
    const last: Resolver = {
      name: "last",
      settle: () => ({
        winner: "ship",
        confidence: 0.5,
        confidenceFrom: "a guess",
        calibrated: true,
        reasoning: "so be it",
      }),
    };
    expect((await settled([tie], [vote(), last]))[0]).toMatchObject({
      status: "decided",
      winner: "ship",
      by: "last",
      calibrated: true,
      confidenceFrom: "a guess",
    });
  });

  test("arbitrates nothing where all agree, and asks nobody", async () => {
    const never: Resolver = {
      name: "never",
      settle: () => {
        throw new Error("asked");
      },
    };
    expect(await settled([agreed], [never])).toMatchObject([
      {
        status: "unanimous",
        winner: "ship",
        by: "unanimous",
        confidence: 3 / 4,
        reasoning: 'unanimous: All 2 who spoke hold "ship".',
        dissent: [],
      },
    ]);
    expect(await settled([agreed], [never, unanimous({ quorum: 3 })])).toMatchObject([
      { status: "no-quorum", winner: null, by: null },
    ]);
  });

  test("lets another resolver judge an agreement", async () => {
    const strict: Resolver = {
      ...vote(),
      name: "strict",
      agreed: ({ positions }) => ({
        winner: positions[0]?.value ?? null,
        confidence: 0.9,
        confidenceFrom: "history",
        reasoning: "they are good",
      }),
    };
    expect(await settled([agreed], [strict, unanimous()])).toMatchObject([
      { status: "unanimous", by: "strict", confidence: 0.9 },
    ]);
  });

  test("leaves open what could not be compared or was set aside, and says why", async () => {
    const [refused] = await settled([{ ...contested, refused: "there are too many" }]);
    expect(refused).toMatchObject({ status: "undecided", winner: null, by: null });
    expect(refused?.reasoning).toContain("Nothing can be decided: there are too many.");
    const [aside] = await settled([
      { subject: "x", kind: "claim", positions: [], note: "Set aside: a." },
    ]);
    expect(aside).toMatchObject({ status: "undecided", reasoning: "Set aside: a.", positions: [] });
  });

  test("can tell a decision for null from none", async () => {
    const subject: Subject = {
      subject: "x",
      kind: "claim",
      positions: [position(null, ["a", "b"]), position(1, ["c"])],
    };
    expect((await settled([subject]))[0]).toMatchObject({
      status: "decided",
      winner: null,
      by: "vote",
    });
  });

  test.each([
    [
      "throws",
      {
        name: "odd",
        settle: () => {
          throw new Error("broken");
        },
      },
      /odd deferred: it failed: broken\./,
    ],
    ["returns nothing", ruling(undefined), /it returned undefined/],
    ["returns null", ruling(null), /it returned null/],
    [
      "decides for no position",
      ruling({ winner: "maybe", confidence: 1, confidenceFrom: "x", reasoning: "" }),
      /not one of the positions/,
    ],
    [
      "has no winner",
      ruling({ confidence: 1, confidenceFrom: "x", reasoning: "" }),
      /not one of the positions/,
    ],
    [
      "decides for a function",
      ruling({ winner: () => 1, confidence: 1, confidenceFrom: "x", reasoning: "" }),
      /it failed/,
    ],
    [
      "is too sure",
      ruling({ winner: "hold", confidence: 1.01, confidenceFrom: "x", reasoning: "" }),
      /confidence 1\.01/,
    ],
    [
      "is sure of NaN",
      ruling({ winner: "hold", confidence: Number.NaN, confidenceFrom: "x", reasoning: "" }),
      /confidence NaN/,
    ],
    [
      "gives no reason",
      ruling({ winner: "hold", confidence: 1, confidenceFrom: "x" }),
      /without saying why/,
    ],
    [
      "names no estimator",
      ruling({ winner: "hold", confidence: 1, confidenceFrom: "", reasoning: "" }),
      /without saying why/,
    ],
  ] satisfies [string, Resolver, RegExp][])(
    "goes on after a resolver that %s",
    async (_, resolver, why) => {
      const [verdict] = await settled([contested], [resolver, vote()]);
      expect(verdict).toMatchObject({ status: "decided", by: "vote" });
      expect(verdict?.reasoning).toMatch(why);
    },
  );

  test("takes an equal winner for the position itself, and no unknown status", async () => {
    const resolver = ruling({
      winner: " HOLD ",
      confidence: 1,
      confidenceFrom: "x",
      reasoning: "yes",
    });
    expect((await settled([contested], [resolver]))[0]?.winner).toBe("hold");
    expect((await settled([tie], [ruling({ defer: "no", status: "unanimous" })]))[0]?.status).toBe(
      "undecided",
    );
  });

  test("keeps its reasoning short and on one line, whatever stands in it", async () => {
    const crowd = Array.from({ length: 1_000 }, (_, i) => `agent-${String(i).padStart(3, "0")}`);
    const loud = "x\n\u202eEVIL\u0007".repeat(10_000);
    const positions = Array.from({ length: 50 }, (_, i) =>
      position(`${i} ${loud}`, crowd.slice(i * 20, i * 20 + 20)),
    );
    const [verdict] = await settled(
      [{ subject: "x", kind: "claim", positions }],
      [ruling({ defer: loud })],
      crowd,
    );
    expect(verdict?.reasoning.length).toBeLessThan(3_000);
    // oxlint-disable-next-line no-control-regex -- they must not be there
    expect(verdict?.reasoning).not.toMatch(/[\n\u202e\u0007]/);
    expect(verdict?.reasoning).toContain("agent-004 and 15 more (20 of 1000)");
    expect(verdict?.reasoning).toContain("and 45 other positions.");
    expect(verdict?.reasoning).toContain(
      "Missing: agent-000, agent-001, agent-002, agent-003, agent-004 and 995 more.",
    );
  });
});

describe("settling with resolvers that wait", () => {
  const late = (given: unknown): Resolver => ({
    name: "late",
    settle: () => Promise.resolve(given as Ruling),
  });

  test("keeps the order of subjects, and everyone waits at the same time", async () => {
    let waiting = 0;
    let most = 0;
    const slow: Resolver = {
      name: "slow",
      async settle({ positions }) {
        most = Math.max(most, ++waiting);
        await new Promise(setImmediate);
        waiting--;
        return {
          winner: positions[0]?.value ?? null,
          confidence: 0.5,
          confidenceFrom: "x",
          reasoning: "y",
        };
      },
    };
    const verdicts = await settleSubjects([contested, agreed, tie], {
      resolve: [slow],
      ask: askNobody,
    });
    expect(verdicts.map(({ subject, by }) => [subject, by])).toEqual([
      ["task", "slow"],
      ["agreed", "unanimous"],
      ["tie", "slow"],
    ]);
    expect(most).toBe(2);
  });

  test("goes on to the next resolver after one that rejects or answers with garbage", async () => {
    const rejects: Resolver = {
      name: "rejects",
      settle: () => Promise.reject(new Error("no line")),
    };
    const [verdict] = await settleSubjects([contested], {
      resolve: [rejects, late(5), late({ defer: "not me" }), vote()],
      ask: askNobody,
    });
    expect(verdict?.by).toBe("vote");
    expect(verdict?.reasoning).toMatch(
      /rejects deferred: it failed: no line\. late deferred: it returned number instead of a ruling\. late deferred: not me\. vote: /,
    );
  });

  test("says of a resolver that still passes that this is renamed to defer", async () => {
    const words =
      "odd deferred: it returned { pass }, which is renamed to { defer }: not me. vote: ";
    const old = { pass: "not me", status: "no-quorum" };
    const [atOnce] = await settled([contested], [ruling(old), vote()]);
    expect(atOnce?.status).toBe("decided");
    expect(atOnce?.reasoning).toContain(words);
    const alone = await settled([contested], [late(old)]);
    expect(alone[0]).toMatchObject({ status: "undecided", by: null });
    expect(alone[0]?.reasoning).toContain("renamed to { defer }: not me.");
  });

  test("keeps the status that a resolver before the wait gave", async () => {
    const [verdict] = await settleSubjects([tie], {
      resolve: [vote(), late({ defer: "not me" })],
      ask: askNobody,
    });
    expect(verdict?.status).toBe("tied");
  });

  test("stops with the signal's reason, though a resolver does not listen", async () => {
    const stop = new AbortController();
    const deaf: Resolver = { name: "deaf", settle: () => new Promise(() => {}) };
    const settling = settleSubjects([contested], {
      resolve: [deaf],
      ask: askNobody,
      stopping: { signal: stop.signal },
    });
    const reason = new Error("enough");
    stop.abort(reason);
    await expect(settling).rejects.toBe(reason);
  });

  test("consults no further resolver once the signal is aborted", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const aborts: Resolver = {
      name: "aborts",
      settle: async () => {
        stop.abort(reason);
        return { defer: "done" };
      },
    };
    let consulted = false;
    const after: Resolver = {
      name: "after",
      settle: () => {
        consulted = true;
        return { defer: "never" };
      },
    };
    await expect(
      settleSubjects([contested], {
        resolve: [aborts, after],
        ask: askNobody,
        stopping: { signal: stop.signal },
      }),
    ).rejects.toBe(reason);
    await new Promise(setImmediate);
    expect(consulted).toBe(false);
    await expect(
      settleSubjects([contested], {
        resolve: [after],
        ask: askNobody,
        stopping: { signal: stop.signal },
      }),
    ).rejects.toBe(reason);
  });
});

describe("a chain", () => {
  test("is refused for what is no resolver, and for two agents of one name", () => {
    const bad = expect.objectContaining({ code: "BAD_OPTIONS" });
    expect(() => checkChain(5 as never, "x")).toThrow(bad);
    expect(() => checkChain([vote, vote()] as never, "x")).toThrow(bad);
    expect(() => checkChain([{ settle: () => ({ defer: "" }) } as never], "x")).toThrow(bad);
    const asks = (name: string): Resolver => ({
      ...vote(),
      name,
      asks: [{ name: "same" } as never],
    });
    expect(() => checkAsked([asks("a"), asks("b")], [], "x")).toThrow(bad);
    expect(() => checkAsked([asks("a")], asks("b").asks ?? [], "x")).toThrow(bad);
    const once = asks("a");
    checkAsked([once, once], once.asks ?? [], "x");
    expect(checkChain([once, once, vote(), vote()], "x")).toHaveLength(4);
  });

  test("by default decides claims by majority and findings by count", async () => {
    expect(DEFAULT_CHAIN.map(({ name }) => name)).toEqual(["unanimous", "vote", "support"]);
    const finding = {
      subject: "f",
      kind: "finding",
      positions: question({ absent: ["a", "b", "c"], present: ["d", "e"] }).positions,
    } as const;
    expect((await settled([finding]))[0]).toMatchObject({ winner: "present", by: "support" });
  });
});

describe("settling more subjects than agents may be asked about", () => {
  const asked: string[] = [];
  const asking: Resolver = {
    name: "asking",
    asks: [agent({ name: "clerk", run: () => "hold" })],
    settle: async ({ subject, positions }) => {
      asked.push(subject);
      const winner = positions[0]?.value ?? null;
      return { winner, confidence: 0.5, confidenceFrom: "clerk", reasoning: "so it is" };
    },
  };
  const held = (subject: string, hold: readonly string[], ship: readonly string[]): Subject => ({
    subject,
    kind: "claim",
    positions: [position("hold", hold), position("ship", ship)],
  });
  const subjects = [
    held("little", ["a"], ["b"]),
    held("much", ["a", "c"], ["b", "d"]),
    agreed,
    held("clear", ["a", "b", "c", "d"], ["e"]),
    held("some", ["a", "c"], ["b"]),
    held("as little", ["a"], ["b"]),
  ];
  const clear: Resolver = {
    name: "clear",
    settle: ({ subject }) =>
      subject === "clear"
        ? { winner: "hold", confidence: 0.9, confidenceFrom: "sight", reasoning: "it is clear" }
        : { defer: "it is not clear" },
  };
  const settling = (maxSubjects: number, some = subjects) => {
    asked.length = 0;
    const resolve = [clear, asking, prefer(["ship"])];
    return settleSubjects(some, { resolve, ask: askNobody, all: subjects, maxSubjects });
  };

  test("asks about those that come to them and are held most, and the rest of the chain settles the others", async () => {
    const verdicts = await settling(2);
    expect(asked).toEqual(["much", "some"]);
    expect(verdicts.map(({ subject, by }) => `${subject} ${by}`)).toEqual([
      "little prefer",
      "much asking",
      "agreed unanimous",
      "clear clear",
      "some asking",
      "as little prefer",
    ]);
    expect(verdicts[0]?.reasoning).toContain(
      "asking deferred: it is asked about at most 2 subjects of a run: those on which most agents hold a position.",
    );
  });

  test("asks about nothing where that is the limit, and about all that come within it", async () => {
    await settling(0);
    expect(asked).toEqual([]);
    await settling(4);
    expect(asked.toSorted()).toEqual(["as little", "little", "much", "some"]);
  });

  test("chooses the same when some are settled already", async () => {
    const left = subjects.filter(({ subject }) => subject !== "much");
    const verdicts = await settling(2, left);
    expect(asked).toEqual(["some"]);
    expect(verdicts.map(({ subject }) => subject)).toEqual(left.map(({ subject }) => subject));
  });
});
