import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  agent,
  judge,
  human,
  memory,
  prefer,
  rerun,
  settle,
  supervisor,
  support,
  unanimous,
  vote,
  type Resolver,
} from "../../src/index.ts";
import { learnedSupport, reliability } from "../../src/learning/index.ts";

/** `"fails"`, `"silent"`, or what an agent answers. */
type Saying = Readonly<Record<string, unknown>> | string;

function team(sayings: readonly Saying[], options: object = {}) {
  const agents = Object.fromEntries(
    sayings.map((saying, index) => {
      const name = `a${index}`;
      const run = (): unknown => {
        if (saying === "fails") throw new Error("it crashed");
        return saying === "silent" ? {} : saying;
      };
      return [name, agent({ name, retries: 0, run })];
    }),
  );
  return supervisor({ name: "team", agents, ...options });
}

const asked = (sayings: readonly Saying[], options: object = {}) =>
  team(sayings, options).run("x" as never);

describe("one voice", () => {
  test.each<readonly [string, readonly Saying[]]>([
    ["where the others failed", ["ship", "fails", "fails"]],
    ["where the others said nothing about it", ["ship", "silent", "silent"]],
  ])("is unopposed %s", async (_where, sayings) => {
    const { verdict } = await asked(sayings);
    expect(verdict).toMatchObject({
      status: "unopposed",
      winner: "ship",
      confidence: 2 / 3,
      asked: 3,
      dissent: [],
    });
    expect(verdict?.reasoning).toContain(
      'unanimous: Only one of the 3 who were asked spoke, and holds "ship".',
    );
  });

  test("is unopposed in a team of one, of whom nobody else was asked", async () => {
    const { verdict } = await asked(["ship"]);
    expect(verdict).toMatchObject({ status: "unopposed", winner: "ship", asked: 1 });
    expect(verdict?.reasoning).toBe('unanimous: The only one who was asked holds "ship".');
  });

  test("is unopposed where the route asks one of several, as the others were not asked", async () => {
    const { verdict } = await asked(["ship", "hold"], { route: ["a0"] });
    expect(verdict).toMatchObject({ status: "unopposed", winner: "ship", asked: 1 });
  });

  test("is unopposed among bare claims and findings", async () => {
    const claims = [
      { agent: "a", subject: "size", position: 1 },
      { agent: "b", subject: "days", position: 2 },
      { agent: "c", subject: "days", position: 2 },
    ];
    const findings = [{ agent: "d", text: "the lock leaks" }];
    const statuses = async (options: object) =>
      (await settle(claims, options)).map(({ status }) => status);
    expect(await statuses({ findings })).toEqual(["decided", "unopposed", "unopposed"]);
    expect(await statuses({})).toEqual(["unanimous", "unopposed"]);
  });

  test("is too few where a quorum is asked for", async () => {
    const { verdict } = await asked(["ship", "fails"], { resolve: [unanimous({ quorum: 2 })] });
    expect(verdict).toMatchObject({ status: "no-quorum", winner: null });
  });

  const chains: Readonly<Record<string, readonly Resolver[]>> = {
    none: [],
    unanimous: [unanimous()],
    vote: [vote()],
    support: [support()],
    "support by one": [support({ atLeast: 1 })],
    prefer: [prefer(["ship"])],
    rerun: [rerun(), vote()],
    judge: [judge({ ask: () => Promise.reject(new Error("nobody is asked")) })],
    human: [human()],
    "learned support": [learnedSupport()],
    reliability: [reliability({ labels: "fixed" }), reliability({ labels: "fixed", atLeast: 0 })],
    own: [
      {
        name: "own",
        settle: () => ({ defer: "no" }),
        agreed: ({ positions: [first] }) => ({
          winner: first?.value ?? null,
          confidence: 1,
          confidenceFrom: "own",
          reasoning: "sure",
        }),
      },
    ],
  };

  test.each(Object.entries(chains))(
    "is unopposed whatever the chain: %s",
    async (_name, resolve) => {
      const store = memory({ resumable: true }).store;
      const claim = await asked(["ship", "fails", "silent"], { resolve, backend: { store } });
      expect(claim.verdict).toMatchObject({ status: "unopposed", winner: "ship" });
      const finding = await asked([{ findings: ["the lock leaks"] }, "fails"], {
        resolve,
        backend: { store },
      });
      expect(finding.verdicts).toMatchObject([{ kind: "finding", status: "unopposed", asked: 2 }]);
    },
  );

  test("of a team in a team is nothing that the team says, unless nobody else was asked", async () => {
    const outer = async (sayings: readonly Saying[]) => {
      const inner = team(sayings);
      const nested = supervisor({
        name: "outer",
        agents: { team: inner } as never,
        gate: { pass: ["ship"] },
      });
      return nested.run("x" as never);
    };
    expect(await outer(["ship", "fails", "fails"])).toMatchObject({ verdict: null, passed: null });
    expect(await outer(["ship"])).toMatchObject({
      verdict: { status: "unopposed", winner: "ship", asked: 1 },
      passed: true,
    });
  });
});

describe("two voices", () => {
  test("are unanimous where they are a majority of those asked", async () => {
    const { verdict } = await asked(["ship", "Ship ", "fails"]);
    expect(verdict).toMatchObject({ status: "unanimous", by: "unanimous", asked: 3 });
  });

  test("of five of which three failed are not unanimous: the vote decides", async () => {
    const { verdict, status } = await asked(["ship", "ship", "fails", "fails", "fails"]);
    expect(status).toBe("partial");
    expect(verdict).toMatchObject({ status: "decided", winner: "ship", by: "vote", asked: 5 });
    expect(verdict?.reasoning).toBe(
      "unanimous deferred: 2 of the 5 who were asked spoke, which is not a majority. " +
        'vote: "ship" has 2 of 2 votes, a margin of 100 %. Missing: a2, a3, a4.',
    );
  });

  test("are no majority of four, and the quorum of a vote holds where all who spoke agree", async () => {
    const sayings = ["ship", "ship", "silent", "silent"] as const;
    expect((await asked(sayings)).verdict).toMatchObject({ status: "decided", by: "vote" });
    const resolve = [unanimous(), vote({ quorum: 3 })];
    expect((await asked(sayings, { resolve })).verdict).toMatchObject({ status: "no-quorum" });
    const two = await asked(["ship", "ship"], { resolve: [vote({ quorum: 3 })] });
    expect(two.verdict).toMatchObject({ status: "no-quorum" });
  });

  test("about a finding are decided by support where more failed than looked", async () => {
    const found = { findings: ["the lock leaks"] };
    const { verdicts } = await asked([found, found, "fails", "fails", "fails"]);
    expect(verdicts).toMatchObject([{ status: "decided", by: "support", winner: "present" }]);
    const none = await asked([found, found, "fails", "fails"], { resolve: [] });
    expect(none.verdicts).toMatchObject([{ status: "decided", by: "support", winner: "present" }]);
  });

  test("that looked are not outnumbered by those who only recommend", async () => {
    const found = { findings: ["the lock leaks"] };
    const { verdicts } = await asked([found, found, "hold", "hold", "hold", "hold"]);
    expect(verdicts).toMatchObject([
      { kind: "claim", status: "unanimous", asked: 6 },
      { kind: "finding", status: "unanimous", asked: 2 },
    ]);
  });
});

test("agreement is called by how many spoke of those who were asked, and asks nobody", async () => {
  const nobody = judge({ ask: () => Promise.reject(new Error("nobody is asked")) });
  const sayings = fc.array(fc.constantFrom<Saying>("fails", "silent", "ship"), {
    minLength: 1,
    maxLength: 7,
  });
  await fc.assert(
    fc.asyncProperty(sayings, async (given) => {
      const { verdict } = await asked(given, { resolve: [nobody] });
      const voices = given.filter((one) => one === "ship").length;
      const called =
        voices === 1 ? "unopposed" : voices * 2 > given.length ? "unanimous" : "decided";
      expect(verdict?.status ?? null).toBe(voices === 0 ? null : called);
      if (verdict !== null) expect(verdict.reasoning).not.toContain("JUDGE_FAILED");
    }),
  );
});
