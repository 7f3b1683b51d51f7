import { describe, expect, it } from "vitest";
import {
  agent,
  judge,
  memory,
  supervisor,
  vote,
  type Agent,
  type ErrorRecord,
  type RunEvent,
} from "../../src/index.ts";

interface Said {
  readonly recommendation: string;
}

const failing = <const Name extends string>(
  name: Name,
  fallback: readonly Agent<string, unknown, Said>[],
  options: { readonly message?: string } = {},
): Agent<Name, unknown, Said> =>
  agent({
    name,
    retries: 0,
    fallback,
    run: (_task: unknown, { report }): Said => {
      report({ usdMicros: 10 });
      throw new Error(options.message ?? `${name} is down`);
    },
  });

/** An agent that answers, and keeps what it was shown of those that failed. */
function backup(name: string, seen: (readonly ErrorRecord[])[] = []) {
  return agent({
    name,
    run: (_task: unknown, { failed, report }): Said => {
      seen.push(failed);
      report({ usdMicros: 1 });
      return { recommendation: `of ${name}` };
    },
  }) as Agent<string, unknown, Said>;
}

describe("a fallback", () => {
  it("is asked when the agent has failed, sees what with, and speaks in its name", async () => {
    const seen: (readonly ErrorRecord[])[] = [];
    const a = failing("a", [backup("b", seen)]);
    const c = agent({ name: "c", run: () => ({ recommendation: "other" }) });
    const gate = supervisor({
      name: "gate",
      agents: { a, c },
      resolve: [vote({ weights: { a: 2 } })],
    });
    const { status, results, verdicts, bill, missing } = await gate.run("task");
    expect(seen).toMatchObject([[{ code: "AGENT_FAILED", message: "a failed: a is down" }]]);
    expect([status, missing]).toEqual(["complete", []]);
    expect(results.a).toMatchObject({
      status: "ok",
      output: { recommendation: "of b" },
      answeredBy: "a~b",
      attempts: 2,
      cost: { usdMicros: 11 },
    });
    // With the weight of the member that it stands in for.
    expect(verdicts[0]).toMatchObject({ winner: "of b", by: "vote" });
    expect(verdicts[0]?.dissent).toMatchObject([{ agent: "c", position: "other" }]);
    expect(verdicts[0]?.positions.flatMap(({ heldBy }) => heldBy.map((one) => one.agent))).toEqual([
      "a",
      "c",
    ]);
    expect(bill.calls).toBe(3);
  });

  it("is asked in its order until one answers, and each sees all before it", async () => {
    const seen: (readonly ErrorRecord[])[] = [];
    const a = failing("a", [failing("b", []), backup("c", seen), backup("d")]);
    const store = memory().store;
    const gate = supervisor({ name: "gate", agents: { a }, backend: { store } });
    const { runId, results } = await gate.run("task");
    expect(results.a).toMatchObject({ answeredBy: "a~c" });
    expect(seen.map((failed) => failed.map(({ message }) => message))).toEqual([
      ["a failed: a is down", "b failed: b is down"],
    ]);
    const events = (await store.read(runId)) as readonly RunEvent[];
    expect(
      events.flatMap((event) =>
        event.type === "call.escalated" ? [[event.callId, event.why, event.next]] : [],
      ),
    ).toEqual([
      ["a", "failed", "a~b"],
      ["a~b", "failed", "a~c"],
    ]);
  });

  it("has fallbacks of its own, which are asked before the next", async () => {
    const a = failing("a", [failing("b", [backup("c")]), backup("d")]);
    const { results } = await supervisor({ name: "gate", agents: { a } }).run("task");
    expect(results.a).toMatchObject({ answeredBy: "a~b~c", attempts: 3 });
  });

  it("is not asked where the agent has answered", async () => {
    const b = backup("b");
    const a = agent({
      name: "a",
      fallback: b,
      run: (_task: unknown): Said => ({ recommendation: "x" }),
    });
    const { results, bill } = await supervisor({ name: "gate", agents: { a } }).run("task");
    expect(results.a).not.toHaveProperty("answeredBy");
    expect(bill.calls).toBe(1);
  });

  it("that fails too leaves the agent failed with its own error, and all of it on the bill", async () => {
    const a = failing("a", [failing("b", []), failing("c", [])]);
    const { results, missing, bill } = await supervisor({ name: "gate", agents: { a } }).run(
      "task",
    );
    expect(results.a).toMatchObject({
      status: "failed",
      error: { message: "a failed: a is down" },
      attempts: 3,
      cost: { usdMicros: 30 },
    });
    expect(missing).toMatchObject([{ agent: "a", detail: "a failed: a is down" }]);
    expect(bill.calls).toBe(3);
  });

  it("is asked after the dearer tiers, at its own first tier", async () => {
    const tiers: (string | undefined)[] = [];
    const b = agent({
      name: "b",
      run: (_task: unknown, { tier, failed }): Said => {
        tiers.push(tier);
        return { recommendation: String(failed.length) };
      },
    });
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: () => ({ issues: [{ message: "no" }] }),
      },
    };
    const a = agent({
      name: "a",
      retries: 0,
      output: schema as never,
      escalateIf: ["schema-fail"],
      fallback: b as never,
      run: (_task: unknown, { tier }) => {
        tiers.push(tier);
        return { recommendation: "x" };
      },
    });
    const gate = supervisor({ name: "gate", agents: { a }, tiers: { small: 1, strong: 2 } });
    const { results } = await gate.run("task");
    expect(tiers).toEqual(["small", "strong", "small"]);
    expect(results.a).toMatchObject({ output: { recommendation: "2" }, answeredBy: "a~b" });
  });

  it("lets those go on that need the agent", async () => {
    const a = failing("a", [backup("b")]);
    const needs = agent({
      name: "needs",
      needs: { a },
      run: (_task: unknown, { results }) => results.a.output.recommendation,
    });
    const { results } = await supervisor({ name: "gate", agents: { a, needs } }).run("task");
    expect(results.needs).toMatchObject({ output: "of b" });
  });

  it("helps a judge too", async () => {
    const chief = agent({
      name: "chief",
      retries: 0,
      fallback: agent({
        name: "deputy",
        run: ({ options }: { options: readonly { id: string; position: unknown }[] }) => ({
          choice: options.find(({ position }) => position === "x")?.id ?? "",
        }),
      }) as never,
      run: (_question: unknown): { choice: string } => {
        throw new Error("ill");
      },
    });
    const one = agent({ name: "one", run: () => ({ recommendation: "x" }) });
    const two = agent({ name: "two", run: () => ({ recommendation: "y" }) });
    const gate = supervisor({
      name: "gate",
      agents: { one, two },
      resolve: [judge({ ask: chief as never })],
    });
    const { verdicts } = await gate.run("task");
    expect(verdicts[0]).toMatchObject({ status: "decided", winner: "x" });
  });

  it("is refused where a tier has its name", async () => {
    const a = failing("a", [backup("strong")]);
    const gate = supervisor({ name: "gate", agents: { a }, tiers: { small: 1, strong: 2 } });
    await expect(gate.run("task")).rejects.toThrow(/fallback "strong".*tier of that name/);
  });
});
