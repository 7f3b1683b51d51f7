import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  agent,
  conflictsOf,
  memory,
  supervisor,
  vote,
  type Agent,
  type Outcome,
  type RunEvent,
} from "../../src/index.ts";
import type { Durable } from "./processes/teams.ts";
import { faultsOf, lasting } from "./same-run.ts";

/** What of a team a test may want otherwise. */
interface Changes {
  /** By agent: its version, which it also says. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly store?: ReturnType<typeof memory>["store"];
  /** Asked at this place, an agent throws. */
  readonly broken?: string;
}

/**
 * A root of `a`, of `inner` with `x` and `y` (which needs `x`), and of `last`, which needs all of them. Agents say their
 * version, and cost 100.
 */
function makeTeam({
  versions = {},
  store = memory({ resumable: true }).store,
  broken = "",
}: Changes = {}) {
  const asked: string[] = [];
  const makeAgent = <const Name extends string>(name: Name, needs: object = {}) => {
    const version = versions[name] ?? "1";
    return agent({
      name,
      version,
      needs: needs as never,
      run: (task: unknown, { callId, report }) => {
        asked.push(callId);
        report({ usdMicros: 100, inputTokens: 1, outputTokens: 1 });
        if (callId === broken) throw Object.assign(new Error("no"), { retryable: false });
        return { recommendation: `${name} ${version} ${JSON.stringify(task)}` };
      },
    }) as Agent<Name, unknown>;
  };
  const [a, x] = [makeAgent("a"), makeAgent("x")];
  const inner = supervisor({ name: "inner", agents: { x, y: makeAgent("y", { x }) } });
  const last = makeAgent("last", { a, inner });
  const gate = supervisor({ name: "gate", agents: { a, inner, last }, backend: { store } });
  return {
    asked,
    store,
    gate: gate as typeof gate & Durable,
    /** Who was asked since this was called last. */
    since: () => asked.splice(0).toSorted(),
  };
}

const ALL = ["a", "inner/x", "inner/y", "last"];

async function done(changes?: Changes) {
  const team = makeTeam(changes);
  await team.gate.run({ n: 1 }, { runId: "run" });
  expect(team.since()).toEqual(ALL);
  return team;
}

function spent({ bill }: Outcome): unknown {
  return bill.spent.usdMicros;
}

describe("a fork", () => {
  it("of a run that nothing has changed for asks nobody, costs nothing and comes to the same", async () => {
    const { gate, since, store } = await done();
    const first = await gate.resume("run");
    const before = store.read("run");
    const fork = await gate.fork("run");
    expect(since()).toEqual([]);
    expect(spent(fork)).toBe(0);
    expect(fork.reuse).toMatchObject({ asked: 0 });
    expect(fork.runId).not.toBe("run");
    expect([fork.verdicts, conflictsOf(fork.verdicts), fork.status]).toEqual([
      first.verdicts,
      conflictsOf(first.verdicts),
      first.status,
    ]);
    for (const [name, result] of Object.entries(fork.results)) {
      expect(result).toMatchObject({
        status: "ok",
        output: (first.results as never)[name]["output"],
        cost: { usdMicros: 0, inputTokens: 0, outputTokens: 0 },
      });
    }
    expect(faultsOf(store.read(fork.runId))).toEqual([]);
    expect(store.read(fork.runId)[0]).toMatchObject({ forkOf: { runId: "run" } });
    expect(store.read("run")).toEqual(before);
  });

  it.each([
    ["the last agent", { last: "2" }, ["last"]],
    ["an agent that the last one needs", { a: "2" }, ["a", "last"]],
    ["an agent of a team", { y: "2" }, ["inner/y", "last"]],
    ["an agent of a team that another one of it needs", { x: "2" }, ["inner/x", "inner/y", "last"]],
    ["two of them", { a: "2", y: "2" }, ["a", "inner/y", "last"]],
  ])(
    "pays for %s when its version has changed, and for who sees its answer",
    async (_, versions, names) => {
      const { store } = await done();
      const changed = makeTeam({ versions, store });
      const fork = await changed.gate.fork("run");
      expect(changed.since()).toEqual(names);
      expect(spent(fork)).toBe(100 * names.length);
      expect(fork.reuse).toMatchObject({ asked: names.length });
      expect(faultsOf(store.read(fork.runId))).toEqual([]);
      const whole = makeTeam({ versions });
      expect(fork.verdicts).toEqual((await whole.gate.run({ n: 1 })).verdicts);
    },
  );

  it.each([
    ["a", ["a"]],
    ["inner", ["inner/x", "inner/y"]],
    ["inner/y", ["inner/y"]],
    // It says the same as before, so nobody after it is asked.
    ["inner/x", ["inner/x"]],
    ["last", ["last"]],
  ] as const)(
    "asks the agent at %s anew, and nobody whose input is still the same",
    async (from, names) => {
      const { gate, since, store } = await done();
      const fork = await gate.fork("run", { from } as never);
      expect(since()).toEqual(names);
      expect(spent(fork)).toBe(100 * names.length);
      expect(store.read(fork.runId)[0]).toMatchObject({ forkOf: { runId: "run", from } });
    },
  );

  it("asks everybody when the task is another one", async () => {
    const { gate, since, store } = await done();
    const fork = await gate.fork("run", { input: { n: 2 } });
    expect(since()).toEqual(ALL);
    expect(store.read(fork.runId)[0]).toMatchObject({ input: { n: 2 } });
    await gate.fork("run", { input: { n: 1 } });
    expect(since()).toEqual([]);
  });

  it("asks again who had failed", async () => {
    const { store } = await done({ broken: "last" });
    const mended = makeTeam({ store });
    const fork = await mended.gate.fork("run");
    expect(mended.since()).toEqual(["last"]);
    expect(fork.status).toBe("complete");
  });

  it("of a run that was stopped takes over what had been answered, and leaves that run as it is", async () => {
    const whole = await done();
    const log = whole.store.read("run");
    for (let kept = 1; kept < log.length; kept++) {
      const store = memory({ resumable: true }).store;
      const cut = log.slice(0, kept);
      store.append(cut);
      store.release("run", 1);
      const { gate, since } = makeTeam({ store });
      const fork = await gate.fork("run");
      const answered = cut.flatMap((event) =>
        event.type === "call.succeeded" ? [event.callId] : [],
      );
      expect(since()).toEqual(ALL.filter((callId) => !answered.includes(callId)));
      expect(fork.status).toBe("complete");
      expect(faultsOf(store.read(fork.runId))).toEqual([]);
      expect(store.read("run")).toEqual(cut);
      // And that run may still be resumed.
      expect((await gate.resume("run")).status).toBe("complete");
    }
  });

  it("of a run that somebody drives leaves it to them", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const slow = agent({ name: "slow", run: () => promise });
    const quick = agent({ name: "quick", run: () => 1 });
    const gate = supervisor({
      name: "gate",
      agents: { quick, slow },
      backend: memory({ resumable: true }),
    });
    const running = gate.run(1, { runId: "run" });
    await setImmediate();
    const fork = gate.fork("run", { from: "slow" });
    resolve(2);
    expect((await fork).status).toBe("complete");
    expect((await running).status).toBe("complete");
  });

  it("that is killed is resumed like any run, at whichever event, and pays once for what differs", async () => {
    const versions = { x: "2" };
    const { store: before } = await done();
    const whole = makeTeam({ versions, store: before });
    const outcome = await whole.gate.fork("run", { runId: "fork", from: "last" });
    expect(whole.since()).toEqual(["inner/x", "inner/y", "last"]);
    const log = before.read("fork");
    for (let kept = 1; kept < log.length; kept++) {
      const store = memory({ resumable: true }).store;
      store.append(before.read("run"));
      const cut = log.slice(0, kept);
      store.append(cut);
      store.release("fork", 1);
      const { gate, since } = makeTeam({ versions, store });
      const resumed = await gate.resume("fork");
      expect(lasting(resumed), `cut after ${kept}`).toEqual(lasting(outcome));
      const answered = cut.flatMap((event) =>
        event.type === "call.succeeded" ? [event.callId] : [],
      );
      expect(since()).toEqual(
        ["inner/x", "inner/y", "last"].filter((callId) => !answered.includes(callId)),
      );
      expect(faultsOf(store.read("fork"))).toEqual([]);
    }
  });

  it("that is resumed when its origin is gone asks who had not answered yet", async () => {
    const { store: before } = await done();
    await makeTeam({ store: before }).gate.fork("run", { runId: "fork" });
    const store = memory({ resumable: true }).store;
    const isReused = ({ type }: RunEvent): boolean => type === "call.reused";
    store.append(before.read("fork").slice(0, before.read("fork").findIndex(isReused) + 1));
    store.release("fork", 1);
    const { gate, since } = makeTeam({ store });
    expect((await gate.resume("fork")).status).toBe("complete");
    expect(since()).toEqual(["inner/x", "inner/y", "last"]);
  });

  it("of a fork takes over what that one had taken over", async () => {
    const { gate, since } = await done();
    await gate.fork("run", { runId: "child", from: "a" });
    since();
    const fork = await gate.fork("child");
    expect(since()).toEqual([]);
    expect(fork.status).toBe("complete");
  });

  it("from a team, or from an agent of it, asks anew also where the team was repeated", async () => {
    const asked: string[] = [];
    const agents = (fails: boolean) => {
      const x = agent({
        name: "x",
        retries: 0,
        run: (_: unknown, { callId }) => {
          asked.push(callId);
          if (fails && !callId.includes("~2")) throw new Error("no");
          return 1;
        },
      });
      const y = agent({ name: "y", run: (_: unknown, { callId }) => (asked.push(callId), 1) });
      const inner = supervisor({
        name: "inner",
        agents: { x, y },
        required: ["x"],
        asWorker: { retries: 1 },
        backoff: { baseMs: 0 },
      });
      return { inner };
    };
    const gate = supervisor({
      name: "gate",
      agents: agents(true),
      backend: memory({ resumable: true }),
    });
    await gate.run(1, { runId: "run" });
    asked.length = 0;
    await gate.fork("run", { from: "inner" });
    expect(asked.toSorted()).toEqual(["inner/x", "inner/y", "inner~2/x", "inner~2/y"]);
    asked.length = 0;
    await gate.fork("run", { from: "inner/y" } as never);
    expect(asked).toContain("inner~2/y");
  });

  it("is refused from nobody, of nothing, and where nothing is kept", async () => {
    const { gate, asked, store } = await done();
    await expect(gate.fork("run", { from: "inner/z" } as never)).rejects.toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringMatching(/"a".*"inner".*"inner\/x"/),
    });
    await expect(gate.fork("nothing")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    await expect(gate.fork("run", { runId: "run" })).rejects.toMatchObject({
      code: expect.stringMatching(/RUN_ID_TAKEN|SEQ_TAKEN/),
    });
    await expect(gate.fork("run", { backend: memory() })).rejects.toMatchObject({
      code: "NOT_RESUMABLE",
      message: expect.stringMatching(/^run "run" cannot be forked from this backend; use sqlite/),
    });
    expect(asked).toEqual([]);
    expect(faultsOf(store.read("run"))).toEqual([]);
  });
});

describe("a fork, and a team in the team that answered without one of its members", () => {
  /** A root of `inner`, whose `y` fails the first time. */
  function teamWithoutOne() {
    const store = memory({ resumable: true }).store;
    const asked: string[] = [];
    const member = <const Name extends string>(name: Name) =>
      agent({
        name,
        version: "1",
        retries: 0,
        run: () => {
          asked.push(name);
          if (name === "y" && asked.filter((one) => one === "y").length === 1)
            throw new Error("no");
          return { recommendation: name === "x" ? "hold" : "ship" };
        },
      });
    const inner = supervisor({
      name: "inner",
      agents: { w: member("w"), x: member("x"), v: member("v"), u: member("u"), y: member("y") },
      mode: "sequence",
      minAnswers: 1,
      resolve: [vote()],
    });
    return {
      asked,
      store,
      gate: supervisor({ name: "gate", agents: { inner }, backend: { store } }),
    };
  }

  it("asks the member that failed once more, and takes over what the others said", async () => {
    const { asked, gate } = teamWithoutOne();
    await gate.run("task", { runId: "run" });
    expect(asked.splice(0)).toEqual(["w", "x", "v", "u", "y"]);
    await gate.fork("run");
    expect(asked).toEqual(["y"]);
  });
});
