import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Claim, Finding } from "../../src/model/claim.ts";
import { oneOf } from "../../src/conflict/one-of.ts";
import { within } from "../../src/conflict/within.ts";
import type { Json } from "../../src/model/json.ts";
import type { JudgeQuestion } from "../../src/resolve/judge/question.ts";
import { judge } from "../../src/resolve/judge/judge.ts";
import { prefer } from "../../src/resolve/prefer.ts";
import { settle } from "../../src/resolve/settle.ts";
import { support } from "../../src/resolve/support.ts";
import { unanimous } from "../../src/resolve/unanimous.ts";
import { vote } from "../../src/resolve/vote.ts";

const claim = (agent: string, position: Json, subject = "task"): Claim => ({
  agent,
  subject,
  position,
});

describe("settle", () => {
  test("settles bare claims", async () => {
    const verdicts = await settle([
      claim("a", "ship"),
      claim("b", "hold"),
      claim("c", "Ship"),
      claim("c", 1, "size"),
    ]);
    expect(verdicts).toMatchObject([
      {
        subject: "size",
        status: "unopposed",
        winner: 1,
        confidence: 2 / 3,
        by: "unanimous",
        asked: 3,
      },
      {
        subject: "task",
        status: "decided",
        winner: "Ship",
        confidence: 3 / 5,
        by: "vote",
        dissent: [{ agent: "b", position: "hold" }],
      },
    ]);
  });

  test("settles nothing, one claim, and a tie", async () => {
    expect(await settle([])).toEqual([]);
    expect(await settle([], { answered: ["a"], missing: ["b"] })).toEqual([]);
    expect(await settle([claim("a", 1)])).toMatchObject([{ status: "unopposed", winner: 1 }]);
    expect(await settle([claim("a", 1), claim("b", 2)])).toMatchObject([
      { status: "tied", winner: null },
    ]);
  });

  test("settles findings by how many report them", async () => {
    const findings: Finding[] = [
      { agent: "a", text: "loadUser trusts the user id" },
      { agent: "b", text: "The user_id is trusted by loadUser" },
      { agent: "c", text: "a typo in README" },
    ];
    const verdicts = await settle([], { findings, answered: ["a", "b", "c", "d"], missing: ["e"] });
    expect(verdicts).toMatchObject([
      { kind: "finding", winner: "present", by: "support", missing: ["e"] },
      { kind: "finding", subject: "a typo in README", winner: "absent", by: "support" },
    ]);
  });

  test("compares as it is told to", async () => {
    const claims = [
      claim("a", 10),
      claim("b", 10.2),
      claim("c", 50),
      claim("a", "maybe", "gate"),
      claim("b", "ship", "gate"),
    ];
    const compare = { task: within({ percent: 5 }), gate: oneOf(["ship", "hold"]) };
    expect(await settle(claims, { compare })).toMatchObject([
      {
        subject: "gate",
        status: "unopposed",
        winner: "ship",
        asked: 3,
        reasoning: expect.stringContaining(
          'Set aside, since oneOf does not list it: a ("maybe").',
        ) as string,
      },
      { subject: "task", status: "decided", winner: 10 },
    ]);
  });

  test("asks judges", async () => {
    const asked: string[] = [];
    const wise = judge({
      ask: async ({ subject, options }: JudgeQuestion) => {
        asked.push(subject);
        return {
          choice: options.find(({ position }) => position === "hold")?.id ?? "",
          reasoning: "safer",
        };
      },
    });
    const claims = [
      claim("a", "ship"),
      claim("b", "hold"),
      claim("a", "same", "other"),
      claim("b", "same", "other"),
    ];
    const verdicts = await settle(claims, { resolve: [unanimous(), vote(), wise] });
    expect(verdicts[1]).toMatchObject({
      status: "decided",
      winner: "hold",
      by: "judge",
      confidence: 3 / 4,
      confidenceFrom: "judge-agreement",
    });
    expect(asked).toEqual(["task", "task"]);
  });

  test("lives with a judge that throws", async () => {
    const broken = judge({
      ask: () => {
        throw new TypeError("no model");
      },
    });
    const [verdict] = await settle([claim("a", 1), claim("b", 2)], {
      resolve: [broken, prefer([2])],
    });
    expect(verdict).toMatchObject({ winner: 2, by: "prefer" });
    expect(verdict?.reasoning).toMatch(/judge deferred: JUDGE_FAILED: no answer:.*no model/);
  });

  test("stops with the signal's reason", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const slow = judge({
      ask: (_: JudgeQuestion, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason as Error)),
        ),
    });
    const settling = settle([claim("a", 1), claim("b", 2)], {
      resolve: [slow],
      signal: stop.signal,
    });
    setImmediate(() => stop.abort(reason));
    await expect(settling).rejects.toBe(reason);
    await expect(settle([claim("a", 1)], { signal: stop.signal })).rejects.toBe(reason);
  });

  test("rejects for what it cannot read", async () => {
    await expect(settle([{ agent: "a" } as never])).rejects.toMatchObject({
      code: "CLAIMS_INVALID",
    });
    await expect(settle([], { resolve: [5 as never] })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
    });
    await expect(settle([], { compare: { task: 5 as never } })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
    });
  });
});

describe("verdicts", () => {
  const agentName = fc.constantFrom("a", "b", "c", "d", "e", "__proto__");
  const claims = fc.uniqueArray(
    fc.record({
      agent: agentName,
      subject: fc.constantFrom("x", "y", "__proto__"),
      position: fc.constantFrom<Json>("ship", "Ship ", "hold", 1, 1.01, null, { a: ["b"] }),
    }),
    { selector: ({ agent, subject }) => `${agent} ${subject}`, maxLength: 14 },
  );
  const findings = fc.array(
    fc.record({
      agent: agentName,
      text: fc
        .array(fc.constantFrom("cache", "write", "lock", "user", "id"), {
          minLength: 1,
          maxLength: 3,
        })
        .map((list) => list.join(" ")),
    }),
    { maxLength: 8 },
  );
  const chain = fc.constantFrom(
    undefined,
    [vote()],
    [unanimous({ quorum: 3 }), vote({ margin: 0.3, quorum: 2 }), support({ atLeast: 3 })],
    [vote({ weights: { a: 2.5, b: 0.1, __proto__: null, c: 0 } as never }), prefer(["hold"])],
  );
  const compare = fc.constantFrom(
    undefined,
    { x: within({ percent: 5 }) },
    { y: oneOf(["ship", 1]) },
    { x: (a: Json, b: Json) => typeof a === typeof b },
  );
  const shuffledClaims = claims.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  const shuffledFindings = findings.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );

  test("do not depend on who answered first", async () => {
    await fc.assert(
      fc.asyncProperty(
        shuffledClaims,
        shuffledFindings,
        chain,
        compare,
        async ([list, other], [found, otherFound], resolve, how) => {
          const options = {
            ...(resolve !== undefined && { resolve }),
            ...(how !== undefined && { compare: how }),
          };
          const verdicts = await settle(list, {
            ...options,
            findings: found,
            answered: ["a", "b"],
            missing: ["m", "n"],
          });
          expect(
            await settle(other, {
              ...options,
              findings: otherFound,
              answered: ["b", "a"],
              missing: ["n", "m", "n"],
            }),
          ).toEqual(verdicts);
        },
      ),
    );
  });

  test("cannot lie", async () => {
    await fc.assert(
      fc.asyncProperty(claims, findings, chain, compare, async (list, found, resolve, how) => {
        const verdicts = await settle(list, {
          findings: found,
          ...(resolve !== undefined && { resolve }),
          ...(how !== undefined && { compare: how }),
        });
        for (const {
          status,
          winner,
          confidence,
          confidenceFrom,
          by,
          positions,
          dissent,
          asked = 0,
        } of verdicts) {
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
          const holders = positions.flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent));
          expect(new Set(holders).size).toBe(holders.length);
          if (status === "unanimous" || status === "decided" || status === "unopposed") {
            const won = positions.find(({ value }) => value === winner);
            expect(won).toBeDefined();
            expect(dissent.length + (won?.heldBy.length ?? 0)).toBe(holders.length);
            expect(by).not.toBeNull();
            expect(confidenceFrom).not.toBe("none");
            if (status !== "decided") expect(positions).toHaveLength(1);
            expect(status === "unopposed").toBe(holders.length === 1);
            if (status === "unanimous") expect(holders.length * 2).toBeGreaterThan(asked);
          } else {
            expect({ winner, confidence, confidenceFrom, by, dissent }).toEqual({
              winner: null,
              confidence: 0,
              confidenceFrom: "none",
              by: null,
              dissent: [],
            });
          }
        }
      }),
    );
  });

  test("do not depend on the names of the agents", async () => {
    const rename = (name: string): string =>
      [...name].toReversed().join("") + String.fromCharCode(200 - name.charCodeAt(0));
    await fc.assert(
      fc.asyncProperty(claims, findings, async (list, found) => {
        const renamed = <T extends { readonly agent: string }>(all: readonly T[]): T[] =>
          all.map((one) => ({ ...one, agent: rename(one.agent) }));
        const outcome = (verdicts: Awaited<ReturnType<typeof settle>>): unknown =>
          verdicts.map(({ subject, status, winner, confidence }) => ({
            subject,
            status,
            winner,
            confidence,
          }));
        expect(outcome(await settle(renamed(list), { findings: renamed(found) }))).toEqual(
          outcome(await settle(list, { findings: found })),
        );
      }),
    );
  });

  test("do not change when everybody says it twice", async () => {
    await fc.assert(
      fc.asyncProperty(claims, findings, async (list, found) => {
        expect(await settle([...list, ...list], { findings: [...found, ...found] })).toEqual(
          await settle(list, { findings: found }),
        );
      }),
    );
  });

  test("survive JSON", async () => {
    await fc.assert(
      fc.asyncProperty(claims, findings, async (list, found) => {
        const verdicts = await settle(list, { findings: found });
        expect(JSON.parse(JSON.stringify(verdicts))).toEqual(verdicts);
      }),
    );
  });
});
