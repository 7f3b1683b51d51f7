import { writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { agent, memory, supervisor, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import {
  farExecutor,
  virtualClock,
  type ContractStep,
  type FarExecutor,
} from "../../src/testing/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";

// What a team makes of attempts that are carried out in another process, one after another.

const tempPath = tempPaths();
const opened: FarExecutor[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((far) => far.close()));
});

function far(): FarExecutor {
  const made = farExecutor(new URL("./processes/team-worker.ts", import.meta.url));
  opened.push(made);
  return made;
}

type Task = Readonly<Record<string, readonly ContractStep[]>>;
type Options = Readonly<Record<string, unknown>>;

const WORKS: ContractStep = { do: "emit", value: "at work" };
const answer = (value: string): ContractStep => ({
  do: "answer",
  value: { recommendation: value },
});

/** An agent that does elsewhere what its task says. */
function elsewhere(name: string, options: Options = {}) {
  return agent({
    name,
    ...options,
    run: (_task: Task): { readonly recommendation: string } => {
      throw new Error("nobody is to be asked here");
    },
  } as never) as never;
}

/** A file for which a step waits, and how it is made. */
function gate(): { readonly step: ContractStep; readonly open: () => void } {
  const file = tempPath();
  return { step: { do: "wait", file }, open: () => writeFileSync(file, "") };
}

/** Waits for what another process has to bring about. */
async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 2 }).toBe(true);
}

function typesOf(events: readonly RunEvent[], agentName: string): readonly string[] {
  return events.flatMap((event) =>
    "agent" in event && event.agent === agentName ? [event.type] : [],
  );
}

/** A store that takes nothing more once it is told so, as if the process of the run had died. */
function mortalStore(store: Store): { readonly store: Store; readonly die: () => void } {
  let dead = false;
  return {
    store: {
      ...store,
      append(events, fence) {
        if (dead) throw new Error("dead");
        return store.append(events, fence);
      },
    },
    die() {
      dead = true;
    },
  };
}

describe("a team whose agents are at work elsewhere", () => {
  it("does not count the time that an attempt waits there for its turn", async () => {
    const executor = far();
    const clock = virtualClock();
    const [hold, works] = [gate(), Promise.withResolvers<void>()];
    const team = supervisor({
      name: "team",
      agents: {
        first: elsewhere("first", { timeoutMs: Infinity }),
        second: elsewhere("second", { timeoutMs: 1_000, retries: 0 }),
      },
      clock,
      executor: () => executor,
    });
    const stream = team.stream({
      first: [WORKS, hold.step, answer("ship")],
      second: [answer("ship")],
    } as never);
    const reading = (async () => {
      for await (const { type } of stream) if (type === "call.progress") works.resolve();
    })();
    await works.promise;
    await clock.advance(600_000);
    hold.open();
    const outcome = await stream.outcome;
    await reading;
    expect(outcome.status).toBe("complete");
    expect(outcome.results).toMatchObject({
      first: { status: "ok" },
      second: { status: "ok", attempts: 1, output: { recommendation: "ship" } },
    });
  });

  it("begins nothing more where the line to an attempt is lost, and hears its answer when it is there again", async () => {
    const executor = far();
    const hold = gate();
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "team",
      agents: { first: elsewhere("first", { retries: 3 }), second: elsewhere("second") },
      concurrency: 1,
      backend: { store },
      executor: () => executor,
    });
    const progress: string[] = [];
    const stream = team.stream({
      first: [WORKS, hold.step, answer("ship")],
      second: [answer("ship")],
    } as never);
    const reading = (async () => {
      for await (const event of stream) if (event.type === "call.progress") progress.push("");
    })();
    await until(() => progress.length === 1);
    executor.link.cut();
    hold.open();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const events = await store.read(stream.runId);
    expect(events.filter(({ type }) => type === "call.started")).toHaveLength(1);
    executor.link.mend();
    const outcome = await stream.outcome;
    await reading;
    expect(outcome.results).toMatchObject({
      first: { status: "ok", attempts: 1 },
      second: { status: "ok", attempts: 1 },
    });
  });

  it("asks once more where the process has died that an attempt was at work in", async () => {
    const executor = far();
    const hold = gate();
    const progress: string[] = [];
    const team = supervisor({
      name: "team",
      agents: { first: elsewhere("first", { backoff: { baseMs: 0 } }) },
      executor: () => executor,
    });
    const stream = team.stream({ first: [WORKS, hold.step, answer("ship")] } as never);
    const reading = (async () => {
      for await (const event of stream) if (event.type === "call.progress") progress.push("");
    })();
    await until(() => progress.length === 1);
    await executor.link.restart();
    hold.open();
    const outcome = await stream.outcome;
    await reading;
    expect(outcome.results).toMatchObject({ first: { status: "ok", attempts: 2 } });
  });
});

describe("a run that is gone on with while its agents are at work elsewhere", () => {
  /** A run whose process dies while its first agent is at work, and another one that may go on with it. */
  async function dying(options: Options, more: object = {}) {
    const executor = far();
    const kept = memory({ resumable: true }).store;
    const { store, die } = mortalStore(kept);
    const [dies, hold] = [gate(), gate()];
    const teamIn = (where: Store) =>
      supervisor({
        name: "team",
        agents: { first: elsewhere("first", options), second: elsewhere("second", options) },
        mode: "sequence",
        backend: { store: where },
        executor: () => executor,
        ...more,
      });
    const steps: readonly ContractStep[] = [
      WORKS,
      dies.step,
      { do: "checkpoint", value: { id: 7 } },
      hold.step,
      { do: "report", usage: { usdMicros: 5 } },
      answer("ship"),
    ];
    const progress: string[] = [];
    const stream = teamIn(store).stream({ first: steps, second: [answer("ship")] } as never, {
      runId: "run",
    });
    const reading = (async () => {
      for await (const event of stream) if (event.type === "call.progress") progress.push("");
    })().catch(() => {});
    await until(() => progress.length === 1);
    die();
    dies.open();
    await expect(stream.outcome).rejects.toMatchObject({ code: "STORE_FAILED" });
    await reading;
    return { executor, hold, kept, again: teamIn(kept) };
  }

  it("hears the answer of the attempt that is at work, which is neither begun nor paid a second time", async () => {
    const { hold, kept, again } = await dying({ inDoubt: "fail" });
    const resumed = again.resume("run");
    hold.open();
    const outcome = await resumed;
    expect(outcome.status).toBe("complete");
    expect(outcome.results).toMatchObject({
      first: { status: "ok", attempts: 1, cost: { usdMicros: 5 } },
    });
    expect(outcome.bill.calls).toBe(2);
    expect(typesOf(await kept.read("run"), "first")).toEqual([
      "call.started",
      "call.checkpointed",
      "call.succeeded",
    ]);
  });

  it("hears an answer that was given while nobody was there", async () => {
    const { hold, again } = await dying({});
    hold.open();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await again.resume("run")).results).toMatchObject({
      first: { status: "ok", attempts: 1, cost: { usdMicros: 5 } },
    });
  });

  it("charges its budget with what the attempt cost, and not with what was reserved besides", async () => {
    const { hold, again } = await dying({ maxCost: { usd: 0.00008 } }, { budget: { usd: 0.0001 } });
    const resumed = again.resume("run");
    hold.open();
    const outcome = await resumed;
    // 80 were reserved of 100: the second would not have been asked.
    expect(outcome.results).toMatchObject({
      first: { status: "ok", cost: { usdMicros: 5 } },
      second: { status: "ok" },
    });
  });

  it("begins nothing new under its budget once the attempt has cost more than its maxCost", async () => {
    const { hold, again } = await dying({ maxCost: { usd: 0.000001 } }, { budget: { usd: 1 } });
    const resumed = again.resume("run");
    hold.open();
    const outcome = await resumed;
    expect(outcome.results).toMatchObject({
      first: { status: "ok", cost: { usdMicros: 5 } },
      second: { status: "failed", error: { code: "BUDGET_EXCEEDED" } },
    });
  });

  it.each([
    ["is asked again", {}, { status: "ok", attempts: 1 }],
    ["fails", { inDoubt: "fail" }, { status: "failed", error: { code: "IN_DOUBT" } }],
  ] as const)(
    "%s as the agent's inDoubt says, where nobody there knows of the attempt",
    async (_, options, expected) => {
      const { executor, hold, again } = await dying(options);
      await executor.link.restart();
      hold.open();
      expect((await again.resume("run")).results).toMatchObject({ first: expected });
    },
    30_000,
  );
});
