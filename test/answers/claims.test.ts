import { describe, expect, test } from "vitest";
import { agent, conflictsOf, memory, supervisor } from "../../src/index.ts";

/** What comes of agents that answer so. */
async function asked(outputs: Readonly<Record<string, unknown>>, options: object = {}) {
  const agents = Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [name, agent({ name, run: () => output })]),
  );
  return supervisor({ name: "team", agents, ...options }).run("task" as never);
}

describe("an answer says something about the task", () => {
  test.each([
    ["a text", "ship", "hold"],
    ["a number", 3, 4],
    ["true or false", true, false],
  ])("where it is %s", async (_what, most, one) => {
    const { verdict, verdicts } = await asked({ a: most, b: most, c: one });
    expect(verdict).toMatchObject({ subject: "task", status: "decided", winner: most });
    expect(verdict).toBe(verdicts[0]);
    expect(conflictsOf(verdicts)).toMatchObject([{ subject: "task", kind: "claim" }]);
  });

  test("where two texts differ, so that nobody takes it for settled", async () => {
    const { verdict, status } = await asked({ a: "ship", b: "hold" });
    expect(status).toBe("complete");
    expect(verdict).toMatchObject({ status: "tied", winner: null });
  });

  test("by its recommendation, where it is an object", async () => {
    const { verdict } = await asked({ a: { recommendation: "ship" }, b: "Ship " });
    expect(verdict).toMatchObject({ status: "unanimous" });
  });

  test("by the property that `claims` names, whatever JSON it is", async () => {
    const judging = <const Name extends string>(name: Name, verdict: unknown) =>
      agent({ name, run: () => ({ verdict, recommendation: "not meant" }), claims: "verdict" });
    const team = supervisor({
      name: "team",
      agents: {
        a: judging("a", { days: 3 }),
        b: judging("b", { days: 3 }),
        c: judging("c", null),
        d: judging("d", undefined),
      },
    });
    const { verdict } = await team.run("task");
    expect(verdict).toMatchObject({ subject: "task", winner: { days: 3 }, asked: 4 });
    expect(verdict?.positions).toEqual([
      { value: { days: 3 }, heldBy: [{ agent: "a" }, { agent: "b" }] },
    ]);
  });

  test("and reports findings besides", async () => {
    const { verdicts } = await asked({
      a: { recommendation: "hold", findings: ["the lock leaks"] },
      b: { recommendation: "hold", findings: ["the lock leaks"] },
    });
    expect(verdicts.map(({ kind, winner }) => [kind, winner])).toEqual([
      ["claim", "hold"],
      ["finding", "present"],
    ]);
  });

  test("not where a text is blank, or longer than a position may be, though it is an answer", async () => {
    const { verdict, results, status } = await asked({ a: " ", b: "x".repeat(70_000), c: "é" });
    expect(status).toBe("complete");
    expect(results["b"]).toMatchObject({ status: "ok" });
    expect(verdict).toMatchObject({ status: "unopposed", winner: "é", asked: 3 });
  });
});

describe("an answer is not compared", () => {
  test.each([
    ["an object with another property", { verdict: "ship" }],
    ["a score", { score: 3 }],
    ["a recommendation that is an object", { recommendation: { what: "ship" } }],
    ["nothing", undefined],
    ["a list", ["ship"]],
  ])("where it is %s", async (_what, output) => {
    const { verdict, verdicts, passed } = await asked({ a: output, b: output });
    expect([verdict, verdicts, passed]).toEqual([null, [], null]);
  });

  test("where it is a text that others work with, nor is its author's silence counted", async () => {
    const research = agent({ name: "research", run: () => "forty pages" });
    const write = agent({ name: "write", needs: { research }, run: () => "one page" });
    const team = supervisor({ name: "team", agents: { research, write } });
    const { verdict, notices } = await team.run("x");
    expect(verdict).toMatchObject({ status: "unopposed", winner: "one page", asked: 1 });
    expect(notices).toEqual([]);
  });

  test("but a recommendation is, and a failure is missed, whoever needs it", async () => {
    const first = agent({ name: "first", run: () => ({ recommendation: "hold" }) });
    const broken = agent({
      name: "broken",
      retries: 0,
      run: () => Promise.reject(new Error("no")),
    });
    const second = agent({ name: "second", needs: { first }, run: () => "hold" });
    const third = agent({ name: "third", needs: { broken }, run: () => "hold" });
    const agents = { first, broken, second, third };
    const { verdict } = await supervisor({ name: "team", agents }).run("x");
    // Two of four are no majority.
    expect(verdict).toMatchObject({
      status: "decided",
      by: "vote",
      asked: 4,
      missing: ["broken", "third"],
    });
  });
});

describe("what an agent claims", () => {
  test("is refused where `claims` is neither a name nor a function", () => {
    for (const claims of ["", 3, ["verdict"]])
      expect(() => agent({ name: "a", run: () => 1, claims: claims as never })).toThrow(
        /claims is .*; name the property that is the position, "verdict", or use/,
      );
  });

  test("fails its agent where the named property is longer than a position may be", async () => {
    const a = agent({
      name: "a",
      retries: 0,
      run: () => ({ essay: "x".repeat(70_000) }),
      claims: "essay",
    });
    const { results } = await supervisor({ name: "team", agents: { a } }).run("x");
    expect(results.a).toMatchObject({ status: "failed", error: { code: "CLAIMS_INVALID" } });
  });

  test("is the same when the run is read from its log", async () => {
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "team",
      agents: {
        a: agent({ name: "a", run: () => "ship" }),
        b: agent({ name: "b", run: () => ({ say: "ship" }), claims: "say" }),
      },
      gate: { pass: ["ship"] },
      backend: { store },
    });
    const { runId, verdict, passed } = await team.run("x");
    expect(await team.resume(runId)).toMatchObject({ verdict, passed });
    expect([verdict?.status, passed]).toEqual(["unanimous", true]);
  });
});

test("conflicts are made of verdicts, and refused of what is none", () => {
  expect(conflictsOf([])).toEqual([]);
  for (const given of [undefined, [null], [{}], "x"])
    expect(() => conflictsOf(given as never)).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
});
