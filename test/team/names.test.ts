import { describe, expect, it } from "vitest";
import { commandAgent } from "../../src/command/index.ts";
import { agent, memory, supervisor } from "../../src/index.ts";

const ship = () => agent({ run: async () => "ship" });

describe("an agent without a name", () => {
  it("is called by its key: in the outcome, in the log, and in what is said of it", async () => {
    const broken = agent({
      retries: 0,
      run: async () => {
        throw new Error("no connection");
      },
    });
    const backend = memory();
    const team = supervisor({ name: "team", agents: { security: ship(), style: broken }, backend });
    const { results, missing, runId, verdict } = await team.run("a change");
    expect(Object.keys(results)).toEqual(["security", "style"]);
    expect(missing).toEqual([expect.objectContaining({ agent: "style" })]);
    expect(verdict?.positions[0]?.heldBy).toEqual([{ agent: "security" }]);
    const events = await backend.store.read(runId);
    const started = events.filter(({ type }) => type === "call.started");
    expect(started).toEqual([
      expect.objectContaining({ agent: "security", callId: "security" }),
      expect.objectContaining({ agent: "style", callId: "style" }),
    ]);
  });

  it("may be needed by others under that key, and seen there", async () => {
    const review = agent({ run: async () => ({ recommendation: "hold" as const }) });
    const summary = agent({
      needs: { review },
      run: async (_task: unknown, { results }) => results.review.output.recommendation,
    });
    const { results } = await supervisor({ name: "team", agents: { review, summary } }).run(1);
    expect(results.summary).toMatchObject({ status: "ok", output: "hold" });
  });

  it("may be in several teams, under other keys", async () => {
    const one = ship();
    const inner = supervisor({ name: "inner", agents: { first: one } });
    const { results } = await supervisor({ name: "outer", agents: { inner, second: one } }).run(1);
    expect(results.second).toMatchObject({ status: "ok", output: "ship" });
    expect(results.inner).toMatchObject({ status: "ok" });
  });

  it("keeps its answers by its key, so that a run that is resumed asks nobody again", async () => {
    let asked = 0;
    const counting = () => {
      asked++;
      return "ship";
    };
    const backend = memory({ resumable: true });
    const make = () =>
      supervisor({ name: "team", agents: { counted: agent({ run: counting }) }, backend });
    const { runId } = await make().run(1);
    const again = await make().run(1, { runId });
    expect(again.results.counted).toMatchObject({ status: "ok", output: "ship" });
    expect(asked).toBe(1);
  });

  it("is refused under two keys of one team, and under a key that can be no name", () => {
    const one = ship();
    expect(() => supervisor({ name: "team", agents: { a: one, b: one } })).toThrow(
      expect.objectContaining({
        code: "BAD_OPTIONS",
        message:
          'supervisor "team" has one agent under the keys "a" and "b"; make an agent for each key',
      }),
    );
    expect(() => supervisor({ name: "team", agents: { "a/b": one } })).toThrow(/key .*"a\/b"/);
  });

  it("is called by what it asks where no key names it, and by its key where one does", async () => {
    const types = commandAgent({ command: process.execPath, args: ["-e", ""], cost: "free" });
    expect(types.name).toBe("node");
    const { results } = await supervisor({ name: "team", agents: { types } }).run(1);
    expect(results.types.status).toBe("ok");
  });
});

describe("an agent with a name", () => {
  it("is refused under another key", () => {
    const named = agent({ name: "security", run: async () => "ship" });
    const agents: Record<string, typeof named> = { safety: named };
    expect(() => supervisor({ name: "team", agents })).toThrow(
      'has the agent "security" under the key "safety"; the key must be its name',
    );
  });
});
