import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type RunEvent, type Supervisor } from "../../src/index.ts";
import { eventText } from "../../src/cli/shown/event-line.ts";
import { virtualClock } from "../../src/testing/index.ts";

/** What a run of two agents that take 10 ms each has in its log about waiting. */
async function waitsIn(options: object): Promise<readonly RunEvent[]> {
  const clock = virtualClock();
  const store = memory({ clock }).store;
  const worker = (name: string) =>
    agent({
      name,
      maxCost: { usd: 0.6 },
      run: async (_: unknown, { report }) => {
        await new Promise<void>((resolve) => void clock.timer(10, resolve));
        report({ usdMicros: 1 });
        return name;
      },
    });
  const agents = { a: worker("a"), b: worker("b") };
  const team: Supervisor = supervisor({
    name: "team",
    agents,
    backend: { store },
    clock,
    ...options,
  }) as never;
  const running = team.run("task" as never, { runId: "run" });
  await clock.advance(1_000);
  expect((await running).status).toBe("complete");
  const log = await store.read("run");
  return log.filter(({ type }) => type === "call.queued");
}

describe("the log", () => {
  it("says nothing of waiting where there is room", async () => {
    expect(await waitsIn({})).toEqual([]);
  });

  it.each([
    [{ concurrency: 1 }, { kind: "concurrency", name: "team" }],
    [
      { limiters: { provider: { concurrency: 1, everybody: true } } },
      { kind: "limiter", name: "provider" },
    ],
    [
      { limiters: { provider: { scope: "all", concurrency: 1, everybody: true } } },
      { kind: "limiter", name: "provider" },
    ],
    [{ budget: { usd: 1 } }, { kind: "budget", name: 'a run of "team"' }],
    [{ budget: { usd: 1, scope: "today" } }, { kind: "budget", name: "today" }],
  ] as const)("says once for what an attempt waits under %j", async (options, waitsFor) => {
    expect(await waitsIn(options)).toMatchObject([
      { type: "call.queued", callId: "b", agent: "b", role: "agent", attempt: 1, waitsFor },
    ]);
  });

  it("is shown with what an attempt waits for", async () => {
    const [event] = await waitsIn({ concurrency: 1 });
    expect(event && eventText(event)).toContain("b waits for a slot of team");
  });
});
