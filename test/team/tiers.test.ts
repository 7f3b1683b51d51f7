import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  agent,
  conflictsOf,
  memory,
  QuorateError,
  supervisor,
  unanimous,
  vote,
  type Agent,
  type AgentContext,
  type EscalateIf,
  type RunEvent,
} from "../../src/index.ts";

const TIERS = { small: "mini", middle: { modelId: "midi" }, strong: { modelId: "maxi" } };
const Answer = z.object({ recommendation: z.string() });

/** What an agent says at each tier: a text is what it recommends, anything else fails its schema. */
type Sayings = Readonly<Record<string, unknown>>;

/** An agent that says one thing per tier, for 100 a call. */
function speaker<const Name extends string>(
  name: Name,
  sayings: Sayings,
  options: {
    readonly escalateIf?: readonly EscalateIf<{ recommendation: string }>[];
    readonly tier?: string;
    readonly version?: string;
  } = {},
): Agent<Name, unknown, { recommendation: string }> {
  return agent({
    name,
    output: Answer,
    retries: 0,
    ...options,
    run: (_task: unknown, { tier = "", report }) => {
      report({ usdMicros: 100, inputTokens: 1, outputTokens: 1 });
      const said = sayings[tier];
      if (said instanceof Error) throw said;
      return { recommendation: said as string };
    },
  });
}

async function logOf(store: ReturnType<typeof memory>["store"], runId: string) {
  return (await store.read(runId)) as readonly RunEvent[];
}

/** `CALL TIER` of every call that was begun, in their order. */
function begun(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === "call.started" ? [`${event.callId} ${event.tier}`] : [],
  );
}

function doubts(events: readonly RunEvent[]): readonly unknown[] {
  return events.flatMap((event) =>
    event.type === "call.escalated" ? [[event.callId, event.why, event.next ?? event.detail]] : [],
  );
}

describe("an agent's tier", () => {
  it("is the first of its team's where it says nothing, and gets what the team has for it", async () => {
    const seen: unknown[] = [];
    const look = (_task: unknown, { tier, model }: AgentContext) => void seen.push([tier, model]);
    const a = agent({ name: "a", run: look });
    const b = agent({ name: "b", tier: "strong", run: look });
    const gate = supervisor({ name: "gate", agents: { a, b }, tiers: TIERS });
    await gate.run("task");
    expect(seen).toEqual([
      ["small", "mini"],
      ["strong", TIERS.strong],
    ]);
  });

  it("is refused where its team has none of that name", async () => {
    const a = agent({ name: "a", tier: "huge", run: () => 1 });
    const gate = supervisor({ name: "gate", agents: { a }, tiers: TIERS });
    await expect(gate.run("task")).rejects.toMatchObject({ code: "BAD_OPTIONS" });
  });

  it("is not called as a rerun is, or a repetition", () => {
    for (const tier of ["rerun", "2", "2nd", "a~b", "a/b"]) {
      expect(() => agent({ name: "a", tier, run: () => 1 })).toThrow(/tier is/);
    }
  });
});

describe("an agent whose output fails its schema", () => {
  it("is asked at the next tier, and both calls are on the bill", async () => {
    const store = memory().store;
    const a = speaker("a", { small: 1, middle: "ship" }, { escalateIf: ["schema-fail"] });
    const gate = supervisor({ name: "gate", agents: { a }, tiers: TIERS, backend: { store } });
    const { runId, results, bill, status } = await gate.run("task");
    expect(status).toBe("complete");
    expect(results.a).toMatchObject({
      status: "ok",
      output: { recommendation: "ship" },
      attempts: 2,
      cost: { usdMicros: 200, inputTokens: 2, outputTokens: 2 },
      answeredBy: "a~middle",
    });
    expect(bill).toMatchObject({ calls: 2, attempts: 2, spent: { usdMicros: 200 } });
    const events = await logOf(store, runId);
    expect(begun(events)).toEqual(["a small", "a~middle middle"]);
    expect(doubts(events)).toEqual([["a", "schema-fail", "a~middle"]]);
  });

  it("goes on to the last tier, and has failed then with what it failed with last", async () => {
    const store = memory().store;
    const a = speaker(
      "a",
      { small: 1, middle: 2, strong: new TypeError("broken") },
      { escalateIf: ["schema-fail"] },
    );
    const gate = supervisor({
      name: "gate",
      agents: { a },
      tiers: TIERS,
      backend: { store },
      minAnswers: 0,
    });
    const { runId, results, missing } = await gate.run("task");
    expect(results.a).toMatchObject({
      status: "failed",
      error: { code: "AGENT_FAILED" },
      attempts: 3,
      cost: { usdMicros: 300 },
    });
    expect(missing).toMatchObject([{ agent: "a", why: "failed" }]);
    expect(begun(await logOf(store, runId))).toHaveLength(3);
  });

  it("stays failed where nobody says otherwise, and where it failed with something else", async () => {
    const a = speaker("a", { small: 1 });
    const b = speaker("b", { small: new Error("no") }, { escalateIf: ["schema-fail"] });
    const store = memory().store;
    const gate = supervisor({ name: "gate", agents: { a, b }, tiers: TIERS, backend: { store } });
    const { runId, results } = await gate.run("task");
    expect([results.a.status, results.b.status]).toEqual(["failed", "failed"]);
    expect(begun(await logOf(store, runId))).toEqual(["a small", "b small"]);
  });

  it("takes its supervisor's word where it has none, and nothing of an empty list of its own", async () => {
    const a = speaker("a", { small: 1, middle: "ship" });
    const b = speaker("b", { small: 1, middle: "ship" }, { escalateIf: [] });
    const gate = supervisor({
      name: "gate",
      agents: { a, b },
      tiers: TIERS,
      escalateIf: ["schema-fail"],
    });
    const { results } = await gate.run("task");
    expect([results.a.status, results.b.status]).toEqual(["ok", "failed"]);
  });
});

describe("an output that the agent's own function doubts", () => {
  it("is asked for once more at each tier, until it does not", async () => {
    const store = memory().store;
    const a = speaker(
      "a",
      { small: "?", middle: "?", strong: "ship" },
      { escalateIf: [({ recommendation }) => recommendation === "?"] },
    );
    const gate = supervisor({ name: "gate", agents: { a }, tiers: TIERS, backend: { store } });
    const { runId, results, verdicts } = await gate.run("task");
    expect(results.a).toMatchObject({ answeredBy: "a~strong", attempts: 3 });
    expect(verdicts[0]?.winner).toBe("ship");
    expect(doubts(await logOf(store, runId))).toEqual([
      ["a", "output", "a~middle"],
      ["a~middle", "output", "a~strong"],
    ]);
  });

  it("stands when the dearer tier fails, and says so by its id", async () => {
    const a = speaker(
      "a",
      { small: "ship", middle: new Error("no") },
      { escalateIf: [() => true] },
    );
    const gate = supervisor({ name: "gate", agents: { a }, tiers: TIERS });
    const { status, results, bill } = await gate.run("task");
    expect(status).toBe("complete");
    expect(results.a).toMatchObject({ output: { recommendation: "ship" }, attempts: 2 });
    expect(results.a).not.toHaveProperty("answeredBy");
    expect(bill.spent.usdMicros).toBe(200);
  });

  it("stands where that function throws, and that is noted", async () => {
    const store = memory().store;
    const a = speaker(
      "a",
      { small: "ship" },
      {
        escalateIf: [
          () => {
            throw new Error("cannot tell");
          },
        ],
      },
    );
    const gate = supervisor({ name: "gate", agents: { a }, tiers: TIERS, backend: { store } });
    const { runId, results } = await gate.run("task");
    expect(results.a).toMatchObject({ status: "ok", attempts: 1 });
    expect(doubts(await logOf(store, runId))).toEqual([
      ["a", "output", "escalateIf failed: cannot tell"],
    ]);
  });

  it("is not doubted by anything but true", async () => {
    const a = speaker("a", { small: "ship" }, { escalateIf: [(() => "yes") as never] });
    const { results } = await supervisor({ name: "gate", agents: { a }, tiers: TIERS }).run("task");
    expect(results.a).toMatchObject({ attempts: 1 });
  });
});

describe("agents that contradict each other", () => {
  const on: readonly EscalateIf[] = ["conflict"];
  const tiers = { small: "mini", strong: "maxi" };

  it("are all asked at the next tier at once, and only their last word counts", async () => {
    const store = memory().store;
    const gate = supervisor({
      name: "gate",
      agents: {
        a: speaker("a", { small: "ship", strong: "hold" }),
        b: speaker("b", { small: "hold", strong: "hold" }),
        c: speaker("c", { small: "hold", strong: "ship" }, { escalateIf: [] }),
      },
      tiers,
      escalateIf: ["conflict"],
      backend: { store },
    });
    const { runId, verdicts, results, bill } = await gate.run("task");
    expect(verdicts).toMatchObject([{ status: "unanimous", winner: "hold" }]);
    expect(conflictsOf(verdicts)).toEqual([]);
    expect(results.a).toMatchObject({ answeredBy: "a~strong", attempts: 2 });
    expect(results.c).not.toHaveProperty("answeredBy");
    expect(bill.calls).toBe(5);
    const events = await logOf(store, runId);
    expect(begun(events).slice(3).toSorted()).toEqual(["a~strong strong", "b~strong strong"]);
    expect(events.some(({ type }) => type === "conflict.found")).toBe(false);
  });

  it("are left alone where they agree, or where nobody of them claims what is contested", async () => {
    const silent = agent({ name: "silent", run: () => ({}), escalateIf: on });
    const store = memory().store;
    const gate = supervisor({
      name: "gate",
      agents: { silent, a: speaker("a", { small: "ship" }), b: speaker("b", { small: "Ship " }) },
      tiers,
      escalateIf: ["conflict"],
      backend: { store },
    });
    const { runId } = await gate.run("task");
    expect(begun(await logOf(store, runId))).toHaveLength(3);
  });

  it("keep what they said where the dearer tier fails", async () => {
    const gate = supervisor({
      name: "gate",
      agents: {
        a: speaker("a", { small: "ship", strong: new Error("no") }),
        b: speaker("b", { small: "hold", strong: 5 }),
        c: speaker("c", { small: "hold", strong: "hold" }),
      },
      tiers,
      escalateIf: ["conflict"],
    });
    const { status, verdicts, missing } = await gate.run("task");
    expect(status).toBe("complete");
    expect(missing).toEqual([]);
    expect(verdicts).toMatchObject([{ status: "decided", winner: "hold", by: "vote" }]);
  });

  it("go on from the dearer tier by its own reasons, once per tier", async () => {
    const store = memory().store;
    const doubt: EscalateIf<{ recommendation: string }> = ({ recommendation }) =>
      recommendation === "?";
    const gate = supervisor({
      name: "gate",
      agents: {
        a: speaker(
          "a",
          { small: "ship", middle: "?", strong: "hold" },
          { escalateIf: ["conflict", doubt] },
        ),
        b: speaker("b", { small: "hold" }),
      },
      tiers: TIERS,
      backend: { store },
    });
    const { runId, verdicts } = await gate.run("task");
    expect(verdicts[0]).toMatchObject({ status: "unanimous", winner: "hold" });
    expect(begun(await logOf(store, runId))).toEqual([
      "a small",
      "b small",
      "a~middle middle",
      "a~strong strong",
    ]);
  });

  it("are asked once more only where the first leads by less than a fifth, for low-margin", async () => {
    const make = (weights: Readonly<Record<string, number>>) => {
      const store = memory().store;
      const agents = {
        a: speaker("a", { small: "ship", strong: "ship" }),
        b: speaker("b", { small: "hold", strong: "ship" }),
      };
      const gate = supervisor({
        name: "gate",
        agents,
        tiers,
        escalateIf: ["low-margin"],
        resolve: [unanimous(), vote({ weights })],
        backend: { store },
      });
      return { gate, store };
    };
    // A lead of 1 of 5 is a fifth, and of 1.9 of 9.9 less.
    for (const [weights, calls] of [
      [{ a: 3, b: 2 }, 2],
      [{ a: 5.9, b: 4 }, 4],
      [{}, 4],
    ] as const) {
      const { gate, store } = make(weights);
      const { runId } = await gate.run("task");
      expect(begun(await logOf(store, runId))).toHaveLength(calls);
    }
  });

  it("are asked what they were asked before, also where another has changed its mind by then", async () => {
    const seen: unknown[] = [];
    const first = speaker("first", { small: "ship", strong: "wait" });
    const second = agent({
      name: "second",
      run: (_task: unknown, { results, tier }) => {
        seen.push([tier, (results["first"] as { output: unknown }).output, Object.keys(results)]);
        return { recommendation: "hold" };
      },
    });
    const third = speaker("third", { small: "hold", strong: "hold" });
    const gate = supervisor({
      name: "gate",
      agents: { first, second, third },
      mode: "sequence",
      tiers,
      escalateIf: ["conflict"],
    });
    const { results } = await gate.run("task");
    expect(seen).toEqual([
      ["small", { recommendation: "ship" }, ["first"]],
      ["strong", { recommendation: "ship" }, ["first"]],
    ]);
    expect(results.first).toMatchObject({ output: { recommendation: "wait" } });
  });

  it("are asked in a nested team too, by its own subjects", async () => {
    const store = memory().store;
    const inner = supervisor({
      name: "inner",
      agents: {
        x: speaker("x", { small: "ship", strong: "hold" }),
        y: speaker("y", { small: "hold", strong: "hold" }),
      },
      escalateIf: ["conflict"],
    });
    const a = speaker("a", { small: "ship" });
    const gate = supervisor({ name: "gate", agents: { inner, a }, tiers, backend: { store } });
    const { runId, verdicts } = await gate.run("task");
    expect(begun(await logOf(store, runId))).toContain("inner/x~strong strong");
    expect(verdicts[0]?.positions).toMatchObject([
      { value: "hold", heldBy: [{ agent: "inner" }] },
      { value: "ship", heldBy: [{ agent: "a" }] },
    ]);
  });
});

describe("a run that is cancelled while dearer tiers are asked", () => {
  it("rejects with the reason, once all have stopped", async () => {
    const controller = new AbortController();
    const stopped: string[] = [];
    const hanging = <const Name extends string>(name: Name) =>
      agent({
        name,
        run: (_task: unknown, { tier, signal }) => {
          if (tier === "small") return { recommendation: name };
          return new Promise<{ recommendation: string }>((_, reject) => {
            signal.addEventListener("abort", () => {
              stopped.push(name);
              reject(signal.reason);
            });
          });
        },
      });
    const gate = supervisor({
      name: "gate",
      agents: { a: hanging("a"), b: hanging("b") },
      tiers: { small: 1, strong: 2 },
      escalateIf: ["conflict"],
    });
    const running = gate.run("task", { signal: controller.signal });
    await setImmediate();
    controller.abort(new QuorateError("CANCELLED", "enough"));
    await expect(running).rejects.toThrow("enough");
    expect(stopped).toEqual(["a", "b"]);
  });
});
