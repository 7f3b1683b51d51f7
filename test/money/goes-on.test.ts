import { describe, expect, it } from "vitest";
import {
  agent,
  budgets,
  memory,
  supervisor,
  type Attempt,
  type Executor,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

const BOUND = 1_000_000;

/** A run whose store cannot keep any event for a while, and whose attempt stays at work elsewhere in the meantime. */
async function leftAtWork() {
  const clock = virtualClock();
  const { store: inner } = memory({ resumable: true, clock });
  let isDown = false;
  const store: Store = {
    ...inner,
    append(...given) {
      if (isDown) throw new Error("down");
      return inner.append(...given);
    },
  };
  const atWork = new Map<string, Attempt>();
  const sent: string[] = [];
  const executor: Executor = {
    start(attempt) {
      sent.push(attempt.attemptId);
      atWork.set(attempt.attemptId, attempt);
      attempt.hear({ type: "started", seq: 1 });
    },
    attach(attempt) {
      const isKnown = atWork.has(attempt.attemptId);
      if (isKnown) atWork.set(attempt.attemptId, attempt);
      return isKnown;
    },
    cancel() {},
    close() {},
  };
  const payer = agent({
    name: "payer",
    maxCost: { usd: 1 },
    timeoutMs: 600_000,
    retries: 0,
    run: () => "never here",
  });
  const team = supervisor({
    name: "team",
    agents: { payer },
    budget: [{ usd: 2.5, scope: "day" }, { usd: 2.5 }],
    backend: { store },
    clock,
    executor: () => executor,
  });
  const first = team.run("task", { runId: "r" });
  first.catch(() => {});
  await clock.advance(1_000);
  isDown = true;
  for (const attempt of atWork.values()) attempt.hear({ type: "checkpoint", seq: 2, value: 1 });
  await clock.advance(20_000);
  isDown = false;
  await expect(first).rejects.toMatchObject({ code: "STORE_FAILED" });
  const day = budgets({ store: inner });
  return {
    clock,
    team,
    sent,
    forget: () => atWork.clear(),
    reset: () => day.reset("day"),
    state: () => day.of("day"),
    /** The attempt reports what it cost, and answers. */
    async answers(usdMicros: number) {
      for (const attempt of atWork.values()) {
        attempt.hear({ type: "report", seq: 3, usage: { usdMicros } });
        attempt.hear({ type: "answer", seq: 4, output: "done", stopped: true });
      }
      await clock.advance(1_000);
    },
  };
}

describe("an attempt under a shared budget that goes on after its run was given up", () => {
  it.each([
    ["while its permit lives", 1_000],
    ["after that has expired", 900_000],
    ["days later", 300_000_000],
  ])("is charged what it cost, if its run is resumed %s", async (_, afterMs) => {
    const { clock, team, sent, state, answers } = await leftAtWork();
    await clock.advance(afterMs);
    const resumed = team.resume("r");
    await clock.advance(1_000);
    const isKnown = afterMs < 100_000_000;
    expect(await state()).toEqual({
      spentMicros: isKnown ? 0 : BOUND,
      reservedMicros: isKnown ? BOUND : 0,
      overran: false,
    });
    await answers(10);
    expect((await resumed).status).toBe("complete");
    // One of which nothing was heard for days stays charged in full.
    expect(await state()).toMatchObject({ spentMicros: isKnown ? 10 : BOUND, reservedMicros: 0 });
    expect(sent).toHaveLength(1);
  });

  it("closes the budget for all if it cost more than it was said to", async () => {
    const { clock, team, sent, state, answers } = await leftAtWork();
    const resumed = team.resume("r");
    await clock.advance(1_000);
    await answers(5_000_000);
    expect((await resumed).bill.spent.usdMicros).toBe(5_000_000);
    expect(await state()).toEqual({ spentMicros: 5_000_000, reservedMicros: 0, overran: true });
    const next = await team.run("next");
    expect(next.missing).toMatchObject([{ agent: "payer", why: "budget" }]);
    expect(sent).toHaveLength(1);
  });

  it("stays charged in full if nobody knows what became of it, and is charged again as it is made again", async () => {
    const { clock, team, sent, forget, state, answers } = await leftAtWork();
    forget();
    const resumed = team.resume("r");
    await clock.advance(1_000);
    expect(await state()).toMatchObject({ spentMicros: BOUND, reservedMicros: BOUND });
    await answers(10);
    expect((await resumed).status).toBe("complete");
    expect(await state()).toMatchObject({ spentMicros: BOUND + 10, reservedMicros: 0 });
    expect(sent).toHaveLength(2);
  });

  it("keeps its money reserved if the run that goes on with it is cancelled or loses its store, too", async () => {
    const { clock, team, state, answers } = await leftAtWork();
    const controller = new AbortController();
    controller.abort("enough");
    await expect(team.resume("r", { signal: controller.signal })).rejects.toBe("enough");
    expect(await state()).toMatchObject({ spentMicros: 0, reservedMicros: BOUND });
    const resumed = team.resume("r");
    await clock.advance(1_000);
    await answers(10);
    expect((await resumed).status).toBe("complete");
    expect(await state()).toMatchObject({ spentMicros: 10, reservedMicros: 0 });
  });

  it("is charged to the budget that was reset while nothing was heard of it", async () => {
    const { clock, team, reset, state, answers } = await leftAtWork();
    await clock.advance(900_000);
    await reset();
    expect(await state()).toMatchObject({ spentMicros: 0, reservedMicros: 0 });
    const resumed = team.resume("r");
    await clock.advance(1_000);
    expect(await state()).toMatchObject({ spentMicros: 0, reservedMicros: BOUND });
    await answers(10);
    expect((await resumed).status).toBe("complete");
    expect(await state()).toMatchObject({ spentMicros: 10, reservedMicros: 0 });
  });
});

describe("a shared budget that is reset", () => {
  it("forgets what a process that has died had reserved, whether or not anybody has looked since", async () => {
    for (const looks of [true, false]) {
      const [clock, dead] = [virtualClock(), virtualClock()];
      const { store } = memory({ clock });
      const budget = { usd: 1, scope: "day" };
      const hang = agent({
        name: "hang",
        maxCost: { usd: 1 },
        timeoutMs: 1_000,
        run: () => new Promise<never>(() => {}),
      });
      const lost = supervisor({
        name: "lost",
        agents: { hang },
        budget,
        backend: { store },
        clock: dead,
      });
      lost.run("task").catch(() => {});
      await clock.advance(600_000);
      const payer = agent({ name: "payer", maxCost: { usd: 1 }, run: () => "done" });
      const team = supervisor({
        name: "team",
        agents: { payer },
        budget,
        backend: { store },
        clock,
      });
      if (looks) expect((await team.run("refused")).status).toBe("failed");
      await budgets({ store }).reset("day");
      expect(await budgets({ store }).of("day")).toMatchObject({
        spentMicros: 0,
        reservedMicros: 0,
      });
      expect((await team.run("task")).status).toBe("complete");
    }
  });
});
