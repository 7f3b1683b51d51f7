import { describe, expect, it } from "vitest";
import { agent, judge, memory, supervisor, type InDoubt } from "../../src/index.ts";

/** A run whose process died while `agent` was being asked: the log ends with its call.started. */
async function died(inDoubt: InDoubt | undefined) {
  const asked: string[] = [];
  const make = (store: ReturnType<typeof memory>["store"]) => {
    const sure = agent({ name: "sure", run: (_task: number) => asked.push("sure") });
    const payer = agent({
      name: "payer",
      ...(inDoubt !== undefined && { inDoubt }),
      run: (_task: number, { attempt, idempotencyKey }) => {
        asked.push("payer");
        return { attempt, idempotencyKey };
      },
    });
    const after = agent({ name: "after", needs: { payer }, run: () => asked.push("after") });
    return supervisor({ name: "team", agents: { sure, payer, after }, backend: { store } });
  };
  const first = memory({ resumable: true }).store;
  const whole = await make(first).run(1, { runId: "r" });
  const events = first.read("r");
  const cut = events.findIndex(
    (event) => event.type === "call.succeeded" && event.callId === "payer",
  );
  const store = memory({ resumable: true }).store;
  store.append(events.slice(0, cut));
  store.release("r", 1);
  asked.length = 0;
  return { asked, store, team: make(store), whole };
}

describe("a call that had begun when the process died", () => {
  it("is asked again where nothing else is said, under the same idempotency key", async () => {
    const { team, asked, whole } = await died(undefined);
    const outcome = await team.resume("r");
    expect(asked).toEqual(["payer", "after"]);
    expect(outcome.status).toBe("complete");
    expect(outcome.results.payer).toMatchObject({ output: { attempt: 1 } });
    const keyOf = (result: (typeof whole)["results"]["payer"]) =>
      result.status === "ok" && result.output.idempotencyKey;
    expect(keyOf(outcome.results.payer)).toBe(keyOf(whole.results.payer));
  });

  it('has failed with IN_DOUBT where its agent says "fail"', async () => {
    const { team, asked } = await died("fail");
    const outcome = await team.resume("r");
    expect(asked).toEqual([]);
    expect(outcome).toMatchObject({
      status: "partial",
      results: {
        payer: { status: "failed", error: { code: "IN_DOUBT" }, attempts: 1 },
        after: { status: "skipped" },
      },
    });
    // And stays so.
    expect((await team.resume("r")).results.payer.status).toBe("failed");
  });

  it.each([
    ["retry", ["payer", "after"], "complete"],
    ["fail", [], "partial"],
  ])(
    'is put to a person where its agent says "ask", who says %s',
    async (winner, calls, status) => {
      const { team, asked } = await died("ask");
      const waiting = await team.resume("r");
      expect(waiting).toMatchObject({
        status: "waiting",
        results: {
          payer: { status: "waiting" },
          after: { status: "waiting" },
          sure: { status: "ok" },
        },
      });
      expect(asked).toEqual([]);
      const decision = { subject: "May payer be asked again?", winner, why: "seen at the bank" };
      expect((await team.decide("r", decision)).status).toBe(status);
      expect(asked).toEqual(calls);
    },
  );
});

it("a judge that may not be asked twice and cannot wait defers, and says why", async () => {
  const ask = agent({
    name: "referee",
    inDoubt: "ask",
    run: () => ({ choice: "A", reasoning: "" }),
  });
  const make = (store: ReturnType<typeof memory>["store"]) => {
    const a = agent({ name: "a", run: () => ({ recommendation: 1 }) });
    const b = agent({ name: "b", run: () => ({ recommendation: 2 }) });
    return supervisor({
      name: "team",
      agents: { a, b },
      resolve: [judge({ ask })],
      backend: { store },
    });
  };
  const first = memory({ resumable: true }).store;
  await make(first).run(1, { runId: "r" });
  const events = first.read("r");
  const cut = events.findIndex(
    (event) => event.type === "call.succeeded" && event.agent === "referee",
  );
  const store = memory({ resumable: true }).store;
  store.append(events.slice(0, cut));
  store.release("r", 1);
  const outcome = await make(store).resume("r");
  expect(outcome.verdicts).toMatchObject([{ status: "undecided" }]);
  expect(outcome.verdicts[0]?.reasoning).toContain("must not be asked twice");
});
