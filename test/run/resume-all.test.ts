import { describe, expect, it } from "vitest";
import {
  agent,
  decide,
  human,
  memory,
  supervisor,
  unanimous,
  type MemoryBackend,
  type ResumedRun,
  type RunEvent,
  type WaitingRun,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

/** A desk of agents that answer when they are let, and what is in the store of it. */
function desk(backend: MemoryBackend, name = "desk") {
  let atWork = 0;
  let most = 0;
  const answering = agent({
    name: "answering",
    run: async (task: number) => {
      most = Math.max(most, ++atWork);
      await new Promise(setImmediate);
      atWork--;
      return { recommendation: task };
    },
  });
  const team = supervisor({ name, agents: { answering }, backend, graceMs: 0 });
  return { team, most: () => most };
}

/** Runs as a process leaves them that has died: begun, and let go of. */
async function interrupted(
  backend: MemoryBackend,
  runIds: readonly string[],
  { name = "desk", tenant }: { readonly name?: string; readonly tenant?: string } = {},
): Promise<void> {
  const other = memory({ resumable: true });
  await desk(other, name).team.run(7, { runId: "model", ...(tenant !== undefined && { tenant }) });
  const log = (other.store.read("model") as readonly RunEvent[]).slice(0, 2);
  for (const runId of runIds) {
    await backend.store.append(log.map((event) => ({ ...event, runId })));
    await backend.store.release(runId, 1);
  }
}

const statusOf = async (backend: MemoryBackend, runId: string) =>
  (await backend.store.run(runId))?.status;

describe("resumeAll", () => {
  it("goes on with every interrupted run of its own, and with no other", async () => {
    const backend = memory({ resumable: true });
    await interrupted(backend, ["a", "b"]);
    await interrupted(backend, ["foreign"], { name: "others" });
    const { team } = desk(backend);
    await team.run(1, { runId: "done" });
    const before = await backend.store.read("done");
    const resumed = await team.resumeAll();
    expect(resumed).toMatchObject([
      { runId: "a", outcome: { status: "complete", verdict: { winner: 7 } } },
      { runId: "b", outcome: { status: "complete" } },
    ]);
    expect(await statusOf(backend, "foreign")).toBe("interrupted");
    expect(await backend.store.read("done")).toEqual(before);
    expect(await team.resumeAll()).toEqual([]);
  });

  it("has no more runs under way at once than it is told, and reaches all of them", async () => {
    const backend = memory({ resumable: true });
    await interrupted(
      backend,
      Array.from({ length: 9 }, (_, index) => `run-${index}`),
    );
    const { team, most } = desk(backend);
    expect(await team.resumeAll({ atOnce: 3 })).toHaveLength(9);
    expect(most()).toBe(3);
  });

  it("goes on with the runs of one tenant alone where one is named", async () => {
    const backend = memory({ resumable: true });
    await interrupted(backend, ["a"], { tenant: "acme" });
    await interrupted(backend, ["b"], { tenant: "other" });
    const { team } = desk(backend);
    expect((await team.resumeAll({ tenant: "acme" })).map(({ runId }) => runId)).toEqual(["a"]);
    expect(await statusOf(backend, "b")).toBe("interrupted");
  });

  it("says of a run that cannot be gone on with why, and goes on with the others", async () => {
    const backend = memory({ resumable: true });
    await interrupted(backend, ["a", "secret"]);
    const [first, ...rest] = backend.store.read("secret");
    const redacted = memory({ resumable: true });
    for (const runId of ["a", "secret"]) {
      const log = runId === "a" ? backend.store.read("a") : [{ ...first, redacted: true }, ...rest];
      await redacted.store.append(log as readonly RunEvent[]);
      await redacted.store.release(runId, 1);
    }
    expect(await desk(redacted).team.resumeAll()).toMatchObject([
      { runId: "a", outcome: { status: "complete" } },
      { runId: "secret", error: { code: "NOT_RESUMABLE" } },
    ]);
  });

  it("leaves alone what somebody drives, and what was cancelled", async () => {
    const backend = memory({ resumable: true });
    const { team } = desk(backend);
    const running = team.run(1, { runId: "driven" });
    await interrupted(backend, ["stopped"]);
    await team.cancel("stopped");
    expect(await team.resumeAll()).toEqual([]);
    expect((await running).status).toBe("complete");
    expect(await statusOf(backend, "stopped")).toBe("cancelled");
  });

  it("is refused for a backend that runs cannot be resumed from", async () => {
    const { team } = desk(memory());
    await expect(team.resumeAll()).rejects.toMatchObject({ code: "NOT_RESUMABLE" });
    expect(() => team.keepResuming()).toThrow("cannot be resumed from this backend");
  });
});

/** A gate whose two reviewers disagree, so that it waits for a person. */
function gate({ withinMs }: { readonly withinMs?: number } = {}) {
  const clock = virtualClock();
  const backend = memory({ resumable: true, clock });
  const told: WaitingRun[] = [];
  const says = <Name extends string>(name: Name, recommendation: string) =>
    agent({ name, run: (_task: number) => ({ recommendation }) });
  const make = () =>
    supervisor({
      name: "gate",
      agents: { a: says("a", "ship"), b: says("b", "hold") },
      resolve: [
        unanimous(),
        human({ ...(withinMs !== undefined && { withinMs, otherwise: "hold" }) }),
      ],
      backend,
      clock,
      onWaiting: (waiting) => told.push(waiting),
    });
  return { clock, backend, told, make };
}

const decision = { subject: "task", winner: "ship", why: "it is Friday" };

describe("keepResuming", () => {
  it("wakes a run whose time to wait is over, at that time, also where another process put it to sleep", async () => {
    const { clock, backend, make } = gate({ withinMs: 12_345 });
    expect((await make().run(1, { runId: "r" })).status).toBe("waiting");
    const resumed: ResumedRun[] = [];
    await using _kept = make().keepResuming({ onResumed: (run) => resumed.push(run) });
    await clock.advance(12_344);
    expect(resumed).toEqual([]);
    expect(await statusOf(backend, "r")).toBe("waiting");
    await clock.advance(1);
    expect(resumed).toMatchObject([
      { runId: "r", outcome: { status: "complete", verdict: { winner: "hold" } } },
    ]);
  });

  it("wakes a run that this process puts to sleep later, at its time", async () => {
    const { clock, backend, make } = gate({ withinMs: 100 });
    const team = make();
    await using _kept = team.keepResuming({ everyMs: 60_000 });
    await clock.advance(1_000);
    expect((await team.run(1, { runId: "r" })).status).toBe("waiting");
    await clock.advance(99);
    expect(await statusOf(backend, "r")).toBe("waiting");
    await clock.advance(1);
    expect(await statusOf(backend, "r")).toBe("complete");
  });

  it("goes on with a run as soon as it sees that a person has decided elsewhere", async () => {
    const { clock, backend, make } = gate();
    const team = make();
    await team.run(1, { runId: "r" });
    await using _kept = team.keepResuming({ everyMs: 1_000 });
    await clock.advance(10_000);
    expect(await statusOf(backend, "r")).toBe("waiting");
    await decide(backend, "r", decision);
    await clock.advance(1_000);
    expect(await statusOf(backend, "r")).toBe("complete");
  });

  it("goes on with what another process leaves behind, and with nothing after it was closed", async () => {
    const { clock, backend, make } = gate();
    const team = make();
    const kept = team.keepResuming({ everyMs: 1_000 });
    await team.run(1, { runId: "model" });
    const log = backend.store.read("model").slice(0, 2);
    const leave = async (runId: string): Promise<void> => {
      await backend.store.append(log.map((event) => ({ ...event, runId })));
      await backend.store.release(runId, 1);
    };
    await leave("early");
    await clock.advance(1_000);
    expect(await statusOf(backend, "early")).toBe("waiting");
    await kept.close();
    await leave("late");
    await clock.advance(10_000);
    expect(await statusOf(backend, "late")).toBe("interrupted");
    expect(clock.pending).toBe(0);
  });

  it("tells once of a run that it cannot go on with, tries it again ever more seldom, and at once where it has changed", async () => {
    const { clock, backend, make } = gate();
    const team = make();
    let tries = 0;
    const { store } = backend;
    const counted = {
      store: {
        ...store,
        take: (runId: string) => {
          tries++;
          throw new Error(`no disk for ${runId}`);
        },
      },
    };
    await team.run(1, { runId: "r" });
    await decide(backend, "r", decision);
    const resumed: ResumedRun[] = [];
    await using _kept = team.keepResuming({
      backend: counted,
      everyMs: 1_000,
      onResumed: (run) => resumed.push(run),
    });
    await clock.advance(15_500);
    // At 0 s, 1 s, 3 s, 7 s and 15 s.
    expect(tries).toBe(5);
    expect(resumed).toMatchObject([{ runId: "r", error: { code: "STORE_FAILED" } }]);
  });

  it("looks again after the store has failed, and warns of it once", async () => {
    const { clock, backend, make } = gate();
    const team = make();
    const warnings: string[] = [];
    const warned = ({ name, message }: Error): void => {
      if (name === "QuorateWarning") warnings.push(message);
    };
    process.on("warning", warned);
    try {
      let works = false;
      const { store } = backend;
      const runs: typeof store.runs = (query) => {
        if (!works) throw new Error("no disk");
        return store.runs(query);
      };
      await team.run(1, { runId: "r" });
      await decide(backend, "r", decision);
      await using _kept = team.keepResuming({
        backend: { store: { ...store, runs } },
        everyMs: 1_000,
      });
      await clock.advance(3_000);
      works = true;
      await clock.advance(1_000);
      expect(await statusOf(backend, "r")).toBe("complete");
    } finally {
      process.off("warning", warned);
    }
    expect(warnings).toEqual([expect.stringContaining("it could not look for runs")]);
  });
});

describe("onWaiting", () => {
  it("hears what is asked, whose run it is and until when it waits, once for each time", async () => {
    const { clock, told, make } = gate({ withinMs: 1_000 });
    const team = make();
    const beganMs = clock.now();
    await team.run(1, { runId: "r", tenant: "acme", tags: { pull: "7" } });
    expect(told).toMatchObject([
      {
        runId: "r",
        tenant: "acme",
        tags: { pull: "7" },
        questions: [{ verdict: { subject: "task", status: "waiting" } }],
        untilMs: beganMs + 1_000,
      },
    ]);
    await team.resume("r");
    await using _kept = team.keepResuming({ everyMs: 100 });
    await clock.advance(500);
    expect(told).toHaveLength(1);
  });

  it("hears again, after a restart, of runs that wait already: what it was told is not lost with its process", async () => {
    const { clock, told, make } = gate();
    await make().run(1, { runId: "r" });
    told.length = 0;
    await using _kept = make().keepResuming({ everyMs: 100 });
    await clock.advance(1_000);
    expect(told.map(({ runId, askedAt }) => [runId, askedAt > 2])).toEqual([["r", true]]);
  });

  it("harms no run by what it throws", async () => {
    const backend = memory({ resumable: true });
    const warnings: string[] = [];
    const warned = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", warned);
    try {
      const says = (recommendation: string) =>
        agent({ name: recommendation, run: () => ({ recommendation }) });
      const team = supervisor({
        name: "team",
        agents: { ship: says("ship"), hold: says("hold") },
        resolve: [human()],
        backend,
        onWaiting: async () => {
          throw new Error("no network");
        },
      });
      expect((await team.run(1)).status).toBe("waiting");
      await new Promise(setImmediate);
    } finally {
      process.off("warning", warned);
    }
    expect(warnings).toEqual([
      expect.stringContaining('supervisor "team": onWaiting failed with no network'),
    ]);
  });
});
