import { describe, expect, it } from "vitest";
import { agent, billOf, memory, supervisor } from "../../src/index.ts";
import type { RunEvent } from "../../src/index.ts";

// Nothing of the library writes such a log: a file that is imported may have it.
describe("a log whose calls refer to each other in a circle", () => {
  it("is planned with, and billed, as any other", async () => {
    const backend = memory({ resumable: true });
    const team = supervisor({
      name: "team",
      agents: { one: agent({ run: async () => "ship" }), two: agent({ run: async () => "ship" }) },
      backend,
    });
    const { runId } = await team.run("a change");
    const [...whole] = await backend.store.read(runId);
    const other = (callId: string) => (callId === "one" ? "two" : "one");
    const circular = whole.map((event): RunEvent => {
      const copy = { ...event, runId: "circular" };
      if (!("callId" in copy)) return copy;
      const via = { callId: other(copy.callId), why: "fallback" } as const;
      return { ...copy, via, team: other(copy.callId) } as RunEvent;
    });
    await backend.store.append(circular);
    const plan = await team.plan("a change");
    expect(plan.agents).toHaveLength(2);
    expect(billOf(circular).attempts).toBe(2);
  });
});
