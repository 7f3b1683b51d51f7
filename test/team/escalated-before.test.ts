import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";

/** A team whose agent is asked at two tiers, in a store that has a log already. `doubts` is asked about each answer. */
function teamWith(doubts: () => boolean, log: readonly RunEvent[] = []) {
  const inMemory = memory({ resumable: true }).store;
  if (log.length > 0) {
    inMemory.append(JSON.parse(JSON.stringify(log)) as readonly RunEvent[]);
    inMemory.release("r", 1);
  }
  const store: Store = inMemory;
  const asked: (string | undefined)[] = [];
  const a = agent({
    name: "a",
    version: "1",
    retries: 0,
    escalateIf: [doubts],
    run: async (_task: string, { tier }) => {
      asked.push(tier);
      return tier === "strong" ? "hold" : "ship";
    },
  });
  const tiers = { small: "mini", strong: "maxi" };
  const team = supervisor({ name: "team", tiers, agents: { a }, backend: { store } });
  return { team, asked, log: () => inMemory.read("r") };
}

/** A log as it is when its process dies after the n-th event of that type. */
function until(log: readonly RunEvent[], type: RunEvent["type"], nth: number): readonly RunEvent[] {
  const at = log.flatMap((event, index) => (event.type === type ? [index] : []))[nth - 1] ?? -1;
  return log.slice(0, at + 1);
}

describe("an answer that escalateIf has doubted, when the run is resumed", () => {
  it.each([
    ["after the dearer answer", "call.succeeded", 2, [] as string[]],
    ["before the dearer answer", "call.started", 2, ["strong"]],
  ] as const)("stays doubted, whatever the function says now: %s", async (_, type, nth, asked) => {
    const first = teamWith(() => true);
    const { verdict } = await first.team.run("task", { runId: "r" });
    expect(verdict?.winner).toBe("hold");
    const resumed = teamWith(() => false, until(first.log(), type, nth));
    const outcome = await resumed.team.resume("r");
    expect(outcome.verdict?.winner).toBe("hold");
    expect(resumed.asked).toEqual(asked);
  });

  it("stays as it is if the function had failed", async () => {
    const first = teamWith(() => {
      throw new Error("no");
    });
    await first.team.run("task", { runId: "r" });
    const resumed = teamWith(() => true, until(first.log(), "call.escalated", 1));
    const outcome = await resumed.team.resume("r");
    expect(outcome.verdict?.winner).toBe("ship");
    expect(resumed.asked).toEqual([]);
  });
});
