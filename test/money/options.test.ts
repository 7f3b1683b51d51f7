import { describe, expect, it } from "vitest";
import { agent, supervisor, type RunEvent } from "../../src/index.ts";

const later = async (): Promise<never> => {
  throw new Error("nobody hears of this");
};

/** A team of one agent with options that the types do not permit. */
function teamOf(options: object, ofTeam: object = {}) {
  const a = agent({ name: "a", run: () => ({ recommendation: "yes" }), ...options } as never);
  return supervisor({ name: "team", agents: { a }, minAnswers: 0, ...ofTeam } as never);
}

const run = (team: ReturnType<typeof teamOf>) => team.run(1 as never, { runId: "run" });

// A promise that nobody listens to and that fails would end the process, and so this file.
describe("a function that is to answer at once and does not", () => {
  it("fails the call, as maxCost", async () => {
    const outcome = await run(teamOf({ maxCost: later }, { budget: { usd: 1 } }));
    expect(outcome.missing).toMatchObject([
      {
        detail: "the maxCost of a failed: it returned a promise; it must return its value at once",
      },
    ]);
  });

  it("is refused, as limiters", async () => {
    await expect(run(teamOf({ limiters: later }))).rejects.toMatchObject({
      code: "BAD_OPTIONS",
      message:
        'agent "a": limiters failed: it returned a promise; it must return its value at once',
    });
  });

  it("leaves the answer as it is, as escalateIf, and that is noted", async () => {
    const team = teamOf({ escalateIf: [later] }, { tiers: { small: 1, strong: 2 } });
    expect(await run(team)).toMatchObject({ status: "complete", bill: { calls: 1 } });
    const events: readonly RunEvent[] = await team.backend.store.read("run");
    expect(events.find(({ type }) => type === "call.escalated")).toMatchObject({
      detail: "escalateIf failed: it returned a promise; it must return its value at once",
    });
  });

  it("is that task's error, as key", async () => {
    const errors: unknown[] = [];
    const many = teamOf({}).runMany([1, 2] as never[], { key: later as never });
    for await (const { error } of many) errors.push((error as Error | undefined)?.message);
    const sentence =
      'runMany of supervisor "team": key returned a promise; it must return its value at once';
    expect(errors).toEqual([sentence, sentence]);
  });
});

describe("an option about money that cannot work", () => {
  const a = agent({ name: "a", run: () => 1 });
  it.each([
    [{ maxCost: { dollars: 1 } }, {}, 'agent "a": maxCost has no option "dollars"; there are'],
    [{ fallback: [a, a] }, {}, 'agent "a": fallback has "a" twice; use agents'],
    [{ fallback: [7] }, {}, 'agent "a": fallback has an entry that is 7; use agents'],
    [{ fallback: teamOf({}) }, {}, 'agent "a": fallback has the supervisor "team"; use agents'],
    [{ escalateIf: [{}] }, {}, 'agent "a": escalateIf has an entry that is of type object; use'],
    [
      {},
      { escalateIf: [() => true] },
      'supervisor "team": escalateIf has an entry that is a function',
    ],
  ])("is refused: %j %j", (options, ofTeam, message) => {
    expect(() => teamOf(options, ofTeam)).toThrow(
      expect.objectContaining({
        code: "BAD_OPTIONS",
        message: expect.stringContaining(message),
      }) as Error,
    );
  });

  it("says what a bound in tokens needs", async () => {
    const team = teamOf({ maxCost: { inputTokens: 10 } }, { budget: { usd: 1 } });
    expect((await run(team)).missing).toMatchObject([
      {
        why: "budget",
        detail: expect.stringMatching(
          /has a maxCost in tokens and no model, .* give it a model that has a price/,
        ),
      },
    ]);
  });

  it("is refused also where a function makes it", async () => {
    for (const [made, message] of [
      [undefined, "what it returns is missing; return { usd: 0.05 }"],
      [{ dollars: 1 }, 'what it returns has no option "dollars"; there are usd'],
    ] as const) {
      const outcome = await run(teamOf({ maxCost: () => made }, { budget: { usd: 1 } }));
      expect(outcome.missing[0]?.detail).toContain(`the maxCost of a failed: ${message}`);
    }
  });
});
