import { describe, expect, it } from "vitest";
import {
  agent,
  conflictsOf,
  memory,
  supervisor,
  type Agent,
  type InDoubt,
  type RunEvent,
} from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { endedCalls, faultsOf, lasting } from "./same-run.ts";

const RUN = { runId: "run" };

/** A team that counts who is asked; `b` is versioned, and says what it is told to. */
function makeTeam({
  version = "1",
  says = "ship",
  inDoubt = "retry" as InDoubt,
  route = undefined as never,
} = {}) {
  const asked: string[] = [];
  const a = agent({ name: "a", run: () => (asked.push("a"), { recommendation: "ship" }) });
  const b = agent({
    name: "b",
    version,
    inDoubt,
    run: () => (asked.push("b"), { recommendation: says }),
  });
  const clock = virtualClock();
  return {
    asked,
    clock,
    on: (store = memory({ resumable: true }).store) =>
      supervisor({
        name: "gate",
        agents: { a, b },
        mode: "sequence",
        backend: { store },
        clock,
        route,
      }),
  };
}

/** A store with a log up to and with the first event of that kind, which nobody owns. */
function cutAfter(events: readonly RunEvent[], isLast: (event: RunEvent) => boolean) {
  const store = memory({ resumable: true }).store;
  const kept = events.slice(0, events.findIndex(isLast) + 1);
  store.append(kept);
  store.release("run", 1);
  return { store, kept };
}

function never(): never {
  throw new Error("no");
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

async function wholeLog(team = makeTeam()): Promise<readonly RunEvent[]> {
  const gate = team.on();
  await gate.run(1, RUN);
  return gate.backend.store.read("run") as readonly RunEvent[];
}

describe("a run under an id of the caller's own", () => {
  it("is joined while it is under way, and each gets the same outcome", async () => {
    const team = makeTeam();
    const gate = team.on();
    const outcomes = await Promise.all([gate.run(1, RUN), gate.run(1, RUN), gate.run(1, RUN)]);
    expect(team.asked).toEqual(["a", "b"]);
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]).toEqual(outcomes[0]);
    expect(faultsOf(await gate.backend.store.read("run"))).toEqual([]);
  });

  it("shows whoever joins it the same events", async () => {
    const gate = makeTeam().on();
    const streams = [gate.stream(1, RUN), gate.stream(1, RUN)];
    const seen = await Promise.all(streams.map((stream) => all(stream)));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]).toEqual(await gate.backend.store.read("run"));
  });

  it("goes on for the others when one of those who joined it is cancelled", async () => {
    const { promise: answer, resolve } = Promise.withResolvers<number>();
    const slow = agent({ name: "slow", run: () => answer });
    const gate = supervisor({
      name: "gate",
      agents: { slow },
      backend: memory({ resumable: true }),
    });
    const controller = new AbortController();
    const first = gate.run(1, RUN);
    const second = gate.run(1, { ...RUN, signal: controller.signal });
    controller.abort(new Error("no time"));
    await expect(second).rejects.toThrow("no time");
    resolve(1);
    expect((await first).status).toBe("complete");
  });

  it("is joined also by who begins it in the same moment, with another supervisor of the same store", async () => {
    await using store = sqlite({ path: ":memory:" }).store;
    const [one, two] = [makeTeam(), makeTeam()];
    const both = Promise.all([one, two].map((team) => team.on(store as never).run(1, RUN)));
    let over = false;
    const end = (): void => {
      over = true;
    };
    both.then(end, end);
    while (!over) await Promise.all([one.clock.advance(1_000), two.clock.advance(1_000)]);
    const [first, second] = (await both).map(lasting);
    expect(second).toEqual(first);
    expect([...one.asked, ...two.asked]).toEqual(["a", "b"]);
    expect(faultsOf(await store.read("run"))).toEqual([]);
  });

  it("is refused with another task, under way, stopped and finished", async () => {
    const team = makeTeam();
    const gate = team.on();
    const taken = { code: "RUN_ID_TAKEN", message: expect.stringContaining("another input") };
    const running = gate.run(1, RUN);
    await expect(gate.run(2, RUN)).rejects.toMatchObject(taken);
    await running;
    await expect(gate.run(2, RUN)).rejects.toMatchObject(taken);
    const { store } = cutAfter(await wholeLog(), ({ type }) => type === "call.started");
    await expect(team.on(store).run(2, RUN)).rejects.toMatchObject(taken);
    expect(team.asked).toEqual(["a", "b"]);
  });

  it("is read from its log when it has finished, and nobody is asked", async () => {
    const gate = makeTeam().on();
    const first = await gate.run(1, RUN);
    const before = await gate.backend.store.read("run");
    const later = makeTeam();
    const again = later.on(gate.backend.store as never);
    expect(lasting(await again.run(1, RUN))).toEqual(lasting(first));
    expect(lasting(await again.resume("run"))).toEqual(lasting(first));
    expect(await all(again.resumeStream("run"))).toEqual(before);
    expect(later.asked).toEqual([]);
    expect(await gate.backend.store.read("run")).toEqual(before);
  });
});

describe("a run that is resumed", () => {
  const isStartOf = (agentName: string) => (event: RunEvent) =>
    event.type === "call.started" && event.agent === agentName;

  it("reuses what matches when its supervisor has changed, and says that it has", async () => {
    const { store, kept } = cutAfter(await wholeLog(), isStartOf("b"));
    const changed = makeTeam({ version: "2", says: "hold" });
    const outcome = await changed.on(store).resume("run");
    expect(changed.asked).toEqual(["b"]);
    expect(outcome.results.b).toMatchObject({ status: "ok", output: { recommendation: "hold" } });
    expect(outcome.reuse).toMatchObject({ reused: expect.any(Number), asked: 1 });
    const resumed = store.read("run").find(({ type }) => type === "run.resumed");
    expect(resumed).toMatchObject({ changed: true, fence: 2, seq: kept.length + 1 });
  });

  it("does not say so when nothing has changed", async () => {
    const { store } = cutAfter(await wholeLog(), isStartOf("b"));
    await makeTeam().on(store).resume("run");
    expect(store.read("run").find(({ type }) => type === "run.resumed")).toMatchObject({
      changed: false,
    });
  });

  it("asks an agent again that was in doubt, and one that may not be asked twice has failed", async () => {
    const log = await wholeLog();
    const again = makeTeam();
    const mended = await again.on(cutAfter(log, isStartOf("b")).store).resume("run");
    expect(again.asked).toEqual(["b"]);
    expect(mended.status).toBe("complete");

    const never = makeTeam({ inDoubt: "fail" });
    const { store } = cutAfter(log, isStartOf("b"));
    const failed = await never.on(store).resume("run");
    expect(never.asked).toEqual([]);
    expect(failed.results.b).toMatchObject({
      status: "failed",
      attempts: 1,
      error: { code: "IN_DOUBT" },
    });
    expect(failed).toMatchObject({ status: "partial", missing: [{ agent: "b", why: "failed" }] });
    expect(faultsOf(store.read("run"))).toEqual([]);
    // It had not begun: there is no doubt.
    const fresh = await never.on(cutAfter(log, isStartOf("a")).store).resume("run");
    expect(fresh.status).toBe("complete");
  });

  it("is gone on with by one of those who resume it at once, and joined by who asks for it under its id", async () => {
    const { store } = cutAfter(await wholeLog(), isStartOf("b"));
    const { on, asked, clock } = makeTeam();
    const gate = on(store);
    const resuming = Promise.allSettled([gate.resume("run"), gate.resume("run")]);
    const joining = gate.run(1, RUN);
    let over = false;
    const end = (): void => {
      over = true;
    };
    joining.then(end, end);
    while (!over) await clock.advance(1_000);
    const [first, second] = await resuming;
    if (first.status === "rejected") throw first.reason;
    expect(second).toMatchObject({ status: "rejected", reason: { code: "RUN_OWNED" } });
    expect(lasting(await joining)).toEqual(lasting(first.value));
    expect(asked).toEqual(["b"]);
    expect(faultsOf(store.read("run"))).toEqual([]);
  });

  it("shows all of its events, those before it was resumed too", async () => {
    const log = await wholeLog();
    for (let kept = 1; kept <= log.length; kept++) {
      const { store } = cutAfter(log, ({ seq }) => seq === kept);
      const stream = makeTeam().on(store).resumeStream("run");
      expect(await all(stream)).toEqual(store.read("run"));
      expect((await stream.outcome).status).toBe("complete");
    }
  });

  // Teams are known by their plans, and this one has none.
  it.each([
    ["its input", { inputs: { deep: () => never() } }, {}],
    ["its route", {}, { route: () => never() }],
  ])("has no team among the calls of its bill that failed by %s", async (_, around, own) => {
    const one = agent({ name: "one", run: () => 1 });
    const deep = supervisor({ name: "deep", agents: { one }, ...(own as object) });
    const inner = supervisor({ name: "inner", agents: { one, deep }, ...(around as object) });
    const last = agent({ name: "last", needs: { inner }, run: () => 2 });
    const on = (store = memory({ resumable: true }).store) =>
      supervisor({ name: "gate", agents: { inner, last }, backend: { store } });
    const gate = on();
    const { bill } = await gate.run(1 as never, RUN);
    expect(bill).toMatchObject({ calls: 2, attempts: 2 });
    const log = (await gate.backend.store.read("run")) as readonly RunEvent[];
    const { store } = cutAfter(log, ({ seq }) => seq === log.length - 1);
    expect((await on(store).resume("run")).bill).toEqual(bill);
  });

  it("goes on from what its owner did until it was taken", async () => {
    const log = await wholeLog();
    for (const until of [log.length - 1, log.length]) {
      const store = memory({ resumable: true }).store;
      const begun = log.findIndex(isStartOf("b"));
      store.append(log.slice(0, begun));
      const team = makeTeam();
      const late = {
        ...store,
        take(runId: string) {
          store.append(log.slice(begun, until));
          store.release(runId, 1);
          return store.take(runId);
        },
      };
      expect((await team.on(late as never).resume("run")).status).toBe("complete");
      expect(team.asked).toEqual([]);
      expect(faultsOf(store.read("run"))).toEqual([]);
      // It was let go of, however it ended.
      expect(store.take("run")).toBeGreaterThan(2);
    }
  });

  it("may be cancelled and resumed, as often as one likes", async () => {
    const asked: string[] = [];
    const controllers: AbortController[] = [];
    const one = agent({ name: "one", run: () => (asked.push("one"), 1) });
    const two = agent({
      name: "two",
      needs: { one },
      run: (_: unknown, { signal }) => {
        asked.push("two");
        const controller = controllers.pop();
        controller?.abort(new Error("stopped"));
        signal.throwIfAborted();
        return 2;
      },
    });
    const store = memory({ resumable: true }).store;
    const gate = supervisor({ name: "gate", agents: { one, two }, backend: { store } });
    for (const go of [gate.run.bind(gate, 1), gate.resume.bind(gate, "run")]) {
      const controller = new AbortController();
      controllers.push(controller);
      await expect(go({ ...RUN, signal: controller.signal })).rejects.toThrow("stopped");
      expect(store.runs()[0]?.status).toBe("cancelled");
    }
    expect((await gate.resume("run")).status).toBe("complete");
    expect(asked).toEqual(["one", "two", "two", "two"]);
    expect(store.read("run").map(({ seq }) => seq)).toEqual(
      store.read("run").map((_, index) => index + 1),
    );
  });

  it("is free again when resuming it failed before anything was done", async () => {
    const { store } = cutAfter(await wholeLog(), ({ type }) => type === "run.started");
    const lost = makeTeam({ route: (() => Promise.reject(new Error("no way"))) as never });
    await expect(lost.on(store).resume("run")).rejects.toMatchObject({ code: "BAD_ROUTE" });
    expect((await makeTeam().on(store).resume("run")).status).toBe("complete");
  });

  it("is refused where there is nothing to resume", async () => {
    const { asked, on } = makeTeam();
    await expect(on().resume("nobody")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    const forgetful = memory().store;
    const gate = on(forgetful);
    await gate.run(1, RUN);
    // A finished run is only read.
    expect((await gate.resume("run")).status).toBe("complete");
    const half = memory().store;
    half.append(forgetful.read("run").slice(0, -1));
    await expect(on(half).resume("run")).rejects.toMatchObject({ code: "NOT_RESUMABLE" });
    expect(asked).toEqual(["a", "b"]);
  });

  it("decides anew about what has changed", async () => {
    const makeNested = (version: string, says: string, asked: string[] = []) => {
      const reviewer = <const Name extends string>(
        name: Name,
        words: string,
        changing: string,
      ): Agent<Name, unknown, { recommendation: string }> =>
        agent({
          name,
          version: changing,
          run: () => (asked.push(name), { recommendation: words }),
        });
      const inner = supervisor({
        name: "inner",
        agents: { x: reviewer("x", says, version), y: reviewer("y", says, version) },
      });
      return (store = memory({ resumable: true }).store) =>
        supervisor({
          name: "gate",
          agents: { inner, z: reviewer("z", "z", "1") },
          mode: "sequence",
          backend: { store },
        });
    };
    const first = makeNested("1", "old")();
    await first.run(1, RUN);
    const log = (await first.backend.store.read("run")) as readonly RunEvent[];
    const until = [
      isStartOf("z"),
      ({ type }: RunEvent) => type === "verdict.reached",
      (event: RunEvent) => event.seq === log.length - 1,
    ];
    for (const isLast of until) {
      const { store } = cutAfter(log, isLast);
      const asked: string[] = [];
      const gate = makeNested("2", "new", asked)(store);
      const outcome = await gate.resume("run");
      expect(asked.toSorted().slice(0, 2)).toEqual(["x", "y"]);
      expect(outcome.results.inner).toMatchObject({ output: { verdicts: [{ winner: "new" }] } });
      expect(outcome.verdicts[0]?.positions.map(({ value }) => value).toSorted()).toEqual([
        "new",
        "z",
      ]);
      expect(lasting(await gate.resume("run"))).toEqual(lasting(outcome));
    }
  });

  /** `one` says ship; `two` says `before` until the run stops at its last event, and fails after that. */
  async function failingSince(before: unknown) {
    const make = (version: string, run: () => unknown) => {
      const one = agent({ name: "one", run: () => ({ recommendation: "ship" }) });
      const two = agent({ name: "two", version, run });
      return (store = memory({ resumable: true }).store) =>
        supervisor({ name: "gate", agents: { one, two }, backend: { store } });
    };
    const first = make("1", () => before)();
    await first.run(1 as never, RUN);
    const log = (await first.backend.store.read("run")) as readonly RunEvent[];
    const { store } = cutAfter(log, ({ seq }) => seq === log.length - 1);
    const gate = make("2", never)(store);
    return { gate, outcome: await gate.resume("run") };
  }

  it("says nothing more of a conflict that is none any more when it is read again", async () => {
    const { gate, outcome } = await failingSince({ recommendation: "hold" });
    expect(conflictsOf(outcome.verdicts)).toEqual([]);
    expect(lasting(await gate.resume("run"))).toEqual(lasting(outcome));
  });

  it("says in its verdicts who is missing now", async () => {
    const { outcome } = await failingSince("nothing");
    expect(outcome.missing).toMatchObject([{ agent: "two" }]);
    expect(outcome.verdicts).toMatchObject([{ winner: "ship", missing: ["two"] }]);
  });

  it("says the same of an agent that has come to be skipped when it is read again", async () => {
    const make = (version: string, broken: boolean) => {
      const need = agent({
        name: "need",
        version,
        run: () => {
          if (broken) throw new Error("no");
          return 1;
        },
      });
      const rest = agent({ name: "rest", needs: { need }, run: () => 2 });
      return (store = memory({ resumable: true }).store) =>
        supervisor({ name: "gate", agents: { need, rest }, backend: { store } });
    };
    const before = make("1", false)();
    await before.run(1, RUN);
    const log = (await before.backend.store.read("run")) as readonly RunEvent[];
    const { store } = cutAfter(log, ({ seq }) => seq === log.length - 1);
    expect(endedCalls(store.read("run"))).toEqual(new Set(["need", "rest"]));
    const after = make("2", true)(store);
    const outcome = await after.resume("run");
    expect(outcome.results.rest.status).toBe("skipped");
    expect(lasting(await after.resume("run"))).toEqual(lasting(outcome));
  });
});
