import { describe, expect, it } from "vitest";
import {
  agent,
  conflictsOf,
  human,
  judge,
  memory,
  rerun,
  settle,
  supervisor,
  unanimous,
  vote,
  type Agent,
  type AgentContext,
  type ClaimDraft,
  type Resolver,
  type OtherSide,
  type RunEvent,
} from "../../src/index.ts";

interface Said {
  readonly recommendation: string;
}

/** An agent that says one thing at first and, knowing what others hold, another; it keeps what it was shown. */
function speaker<const Name extends string>(
  name: Name,
  first: string,
  then: string | Error = first,
  seen: (readonly [string | undefined, readonly OtherSide[]])[] = [],
): Agent<Name, unknown, Said> {
  return agent({
    name,
    retries: 0,
    run: (_task: unknown, { others, tier, report }: AgentContext): Said => {
      report({ usdMicros: 10, inputTokens: 1, outputTokens: 1 });
      if (others.length === 0) return { recommendation: first };
      seen.push([tier, others]);
      if (then instanceof Error) throw then;
      return { recommendation: then };
    },
    claims: ({ recommendation }) => [
      { subject: "task", position: recommendation, evidence: `because of ${name}` },
    ],
  });
}

const CHAIN = [unanimous(), vote({ margin: 0.5 }), rerun(), vote()];

function callsIn(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "call.started" ? [event.callId] : []));
}

describe("a rerun", () => {
  it("asks those who disagree once more, with what the others hold and without names", async () => {
    const seen: (readonly [string | undefined, readonly OtherSide[]])[] = [];
    const store = memory().store;
    const gate = supervisor({
      name: "gate",
      agents: {
        a: speaker("a", "ship", "hold", seen),
        b: speaker("b", "hold"),
        c: agent({ name: "c", run: () => ({}) }),
      },
      resolve: CHAIN,
      backend: { store },
    });
    const { runId, verdicts, results, bill } = await gate.run("task");
    expect(seen).toEqual([
      [undefined, [{ subject: "task", position: "hold", evidence: ["because of b"] }]],
    ]);
    expect(verdicts).toMatchObject([{ status: "unanimous", winner: "hold" }]);
    expect(verdicts[0]?.reasoning).toContain(
      'Asked once more, knowing what the others hold, changed their mind: a from "ship" to "hold"; not b.',
    );
    expect(conflictsOf(verdicts)).toEqual([]);
    expect(results.a).toMatchObject({
      output: { recommendation: "hold" },
      answeredBy: "a~rerun",
      attempts: 2,
      cost: { usdMicros: 20 },
    });
    expect(bill).toMatchObject({ calls: 5 });
    const events = (await store.read(runId)) as readonly RunEvent[];
    expect(callsIn(events).slice(3).toSorted()).toEqual(["a~rerun", "b~rerun"]);
  });

  it("is made once: who still disagrees then is left to the resolvers that follow", async () => {
    const store = memory().store;
    const gate = supervisor({
      name: "gate",
      agents: { a: speaker("a", "ship"), b: speaker("b", "hold"), c: speaker("c", "hold") },
      resolve: [unanimous(), rerun(), rerun(), vote()],
      backend: { store },
    });
    const { runId, verdicts } = await gate.run("task");
    expect(verdicts[0]).toMatchObject({ status: "decided", winner: "hold", by: "vote" });
    expect(verdicts[0]?.reasoning).toContain("changed their mind: nobody; not a, b, c.");
    expect(verdicts[0]?.reasoning).toContain(
      "rerun deferred: those who disagree have been asked once more.",
    );
    expect(callsIn((await store.read(runId)) as readonly RunEvent[])).toHaveLength(6);
  });

  it("tries the resolvers before it too on what they say then", async () => {
    const gate = supervisor({
      name: "gate",
      agents: {
        a: speaker("a", "ship", "hold"),
        b: speaker("b", "hold"),
        c: speaker("c", "wait", "wait"),
        d: speaker("d", "hold"),
      },
      resolve: [unanimous(), vote({ margin: 0.4 }), rerun()],
    });
    const { verdicts } = await gate.run("task");
    expect(verdicts[0]).toMatchObject({ status: "decided", winner: "hold", by: "vote" });
  });

  it("is not made where the resolvers before it decide, and then costs nothing", async () => {
    const gate = supervisor({
      name: "gate",
      agents: { a: speaker("a", "hold"), b: speaker("b", "hold"), c: speaker("c", "ship") },
      resolve: [unanimous(), vote(), rerun()],
    });
    expect((await gate.run("task")).bill.calls).toBe(3);
  });

  it("asks at its tier, and nobody at a cheaper one than before", async () => {
    const seen: (readonly [string | undefined, readonly OtherSide[]])[] = [];
    const at = <const Name extends string>(name: Name, tier: string, says: string) => ({
      ...speaker(name, says, says, seen),
      tier,
    });
    const gate = supervisor({
      name: "gate",
      agents: { a: at("a", "small", "ship"), b: at("b", "huge", "hold") },
      tiers: { small: 1, strong: 2, huge: 3 },
      resolve: [rerun({ tier: "strong" })],
    });
    await gate.run("task");
    expect(seen.map(([tier]) => tier)).toEqual(["strong", "huge"]);
  });

  it("asks at the next tier where it names none", async () => {
    const seen: (readonly [string | undefined, readonly OtherSide[]])[] = [];
    const gate = supervisor({
      name: "gate",
      agents: { a: speaker("a", "ship", "ship", seen), b: speaker("b", "hold", "hold", seen) },
      tiers: { small: 1, strong: 2 },
      resolve: [rerun()],
    });
    await gate.run("task");
    expect(seen.map(([tier]) => tier)).toEqual(["strong", "strong"]);
  });

  it("is refused at a tier that the team has not", async () => {
    const gate = supervisor({
      name: "gate",
      agents: { a: speaker("a", "x") },
      tiers: { small: 1 },
      resolve: [rerun({ tier: "strong" })],
    });
    await expect(gate.run("task")).rejects.toThrow('rerun asks at the tier "strong"');
    expect(() => rerun({ teir: "strong" } as never)).toThrow('no option "teir"');
    expect(() => rerun({ tier: "2" })).toThrow("rerun: tier");
  });

  it("leaves an answer as it was where its agent fails the second time", async () => {
    const gate = supervisor({
      name: "gate",
      agents: { a: speaker("a", "ship", new Error("no")), b: speaker("b", "hold", "wait") },
      resolve: [unanimous(), rerun()],
    });
    const { status, verdicts, results } = await gate.run("task");
    expect(status).toBe("complete");
    expect(results.a).toMatchObject({ output: { recommendation: "ship" }, attempts: 2 });
    expect(verdicts[0]).toMatchObject({ status: "undecided" });
    expect(verdicts[0]?.reasoning).toContain('b from "hold" to "wait"; not a.');
  });

  it("shows one agent all subjects at once, and settles again what changes with them", async () => {
    const both = <const Name extends string>(
      name: Name,
      now: readonly [string, string],
      then = now,
    ) =>
      agent({
        name,
        run: (_task: unknown, { others }) => (others.length === 0 ? now : then),
        claims: ([x, y]): readonly ClaimDraft[] => [
          { subject: "x", position: x },
          { subject: "y", position: y },
        ],
      });
    const shown: unknown[] = [];
    const a = agent({
      name: "a",
      run: (_task: unknown, { others }) => {
        if (others.length > 0)
          shown.push(others.map(({ subject, position }) => [subject, position]));
        return 1;
      },
      claims: (): readonly ClaimDraft[] => [
        { subject: "x", position: 1 },
        { subject: "y", position: 1 },
      ],
    });
    const gate = supervisor({
      name: "gate",
      agents: { a, b: both("b", ["2", "3"]) },
      resolve: [rerun()],
    });
    const { bill } = await gate.run("task");
    expect(shown).toEqual([
      [
        ["x", "2"],
        ["y", "3"],
      ],
    ]);
    expect(bill.calls).toBe(4);
  });

  it("defers on findings, without a supervisor, and where none of those who disagree is an agent", async () => {
    const [verdict] = await settle(
      [
        { agent: "a", subject: "s", position: 1 },
        { agent: "b", subject: "s", position: 2 },
      ],
      { resolve: [rerun()] },
    );
    expect(verdict?.reasoning).toContain("without a team there are no agents");

    const reporter = <const Name extends string>(name: Name, findings: readonly string[]) =>
      agent({ name, run: () => ({ findings }) });
    const review = supervisor({
      name: "review",
      agents: { a: reporter("a", ["a leak"]), b: reporter("b", []) },
      resolve: [rerun()],
    });
    const found = await review.run("task");
    expect(found.verdicts[0]?.reasoning).toContain("agents are not asked again about a finding");
    expect(found.bill.calls).toBe(2);

    const team = <const Name extends string>(name: Name, says: string) =>
      supervisor({ name, agents: { x: speaker("x", says) } });
    const gate = supervisor({
      name: "gate",
      agents: { one: team("one", "ship"), two: team("two", "hold") },
      resolve: [rerun()],
    });
    const { verdicts, bill } = await gate.run("task");
    expect(verdicts[0]?.reasoning).toContain("none of those who disagree can be asked once more");
    expect(bill.calls).toBe(2);
  });

  it("is made in a nested team, by its own chain", async () => {
    const inner = supervisor({
      name: "inner",
      agents: { x: speaker("x", "ship", "hold"), y: speaker("y", "hold") },
      resolve: [unanimous(), rerun()],
    });
    const gate = supervisor({ name: "gate", agents: { inner, a: speaker("a", "hold") } });
    const { verdicts } = await gate.run("task");
    expect(verdicts[0]).toMatchObject({ status: "unanimous", winner: "hold" });
  });

  it("bounds what an agent is shown, whatever the others wrote", async () => {
    const seen: (readonly [string | undefined, readonly OtherSide[]])[] = [];
    const agents = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => {
        const name = `a${i}`;
        const says = `${i} ${"x".repeat(10_000)}`;
        const made = agent({
          name,
          run: (_task: unknown, { others, tier }) => {
            if (others.length > 0) seen.push([tier, others]);
            return says;
          },
          claims: (position: string): readonly ClaimDraft[] => [
            { subject: "task", position, evidence: `\u202e${"e ".repeat(25_000)}` },
          ],
        });
        return [name, made];
      }),
    );
    await supervisor({ name: "gate", agents, resolve: [rerun()] } as never).run("task" as never);
    expect(seen).toHaveLength(40);
    for (const [, others] of seen) {
      expect(others.length).toBe(8);
      for (const { position, evidence } of others) {
        expect(String(position).length).toBeLessThanOrEqual(2_000);
        expect(evidence).toHaveLength(1);
        expect(evidence[0]?.length).toBeGreaterThan(900);
        expect(evidence[0]?.length).toBeLessThanOrEqual(1_000);
        expect(evidence[0]).not.toContain("\u202e");
      }
    }
  });

  it("asks judges before it anew only about what has changed, under another id", async () => {
    const asked: string[] = [];
    const chief = judge({
      ask: ({ options }, { callId }) => {
        asked.push(callId);
        // Always the first: it says one thing in one order and another in the other, and defers.
        return { choice: options[0]?.id ?? "" };
      },
    });
    const agents = (then: string) => ({
      a: speaker("a", "ship", then),
      b: speaker("b", "hold"),
      c: speaker("c", "wait"),
    });
    const team = (then: string) =>
      supervisor({
        name: "gate",
        agents: agents(then),
        resolve: [unanimous(), chief, rerun(), vote()],
      });
    await team("ship").run("task");
    expect(asked.splice(0)).toHaveLength(2);
    await team("hold").run("task");
    expect(asked).toHaveLength(4);
    expect(asked.filter((callId) => callId.endsWith("~rerun"))).toHaveLength(2);
    expect(new Set(asked).size).toBe(4);
  });

  it("leaves a person who is asked after it for what is still open then", async () => {
    const store = memory({ resumable: true }).store;
    const team = (then: string) =>
      supervisor({
        name: "gate",
        agents: { a: speaker("a", "ship", then), b: speaker("b", "hold") },
        resolve: [unanimous(), rerun(), human()],
        backend: { store },
      });
    expect((await team("hold").run("task")).status).toBe("complete");
    const gate = team("ship");
    const waiting = await gate.run("task");
    expect(waiting.status).toBe("waiting");
    const decision = { subject: "task", winner: "hold", why: "safer", by: "eve" };
    const decided = await gate.decide(waiting.runId, decision);
    expect(decided.verdicts[0]).toMatchObject({ winner: "hold", by: "human" });
    expect(decided.verdicts[0]?.reasoning).toContain("changed their mind: nobody; not a, b.");
    expect(decided.bill.calls).toBe(4);
  });

  it("can be had by a resolver of one's own that declares it", async () => {
    const own: Resolver = {
      name: "own",
      reruns: {},
      settle: (question, { rerun: again }) => again?.(question, undefined) ?? { defer: "no" },
    };
    const gate = supervisor({
      name: "gate",
      agents: { a: speaker("a", "ship", "hold"), b: speaker("b", "hold") },
      resolve: [unanimous(), own],
    });
    expect((await gate.run("task")).verdicts[0]).toMatchObject({ winner: "hold" });
  });
});
