import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  agent,
  human,
  judge,
  memoryStore,
  prefer,
  rerun,
  supervisor,
  support,
  unanimous,
  vote,
  within,
  type Outcome,
  type RunEvent,
  type Store,
} from "../../src/index.ts";
import { reliability } from "../../src/learning/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { faultsOf, lasting } from "../durable/same-run.ts";
import {
  CAN_ASK_FEWER,
  fewer,
  FIVE,
  makeAgent,
  outcomeOf,
  own,
  teamOf,
  teams,
  type Options,
} from "./asking-fewer.ts";

// Ask fewer: what held of early stop, which was removed, and is to hold of whatever asks fewer agents. Skipped until there is that.

// Whatever the team, its votes and its chain: who is stopped early would have changed neither status nor winner.
describe.skipIf(!CAN_ASK_FEWER)("a team that stops early", () => {
  it("comes to the same status and winner as one that waits for all", async () => {
    let stopped = 0;
    await fc.assert(
      fc.asyncProperty(teams, async (spec) => {
        const [full, early] = [await outcomeOf(spec, false), await outcomeOf(spec, true)];
        const left = early.missing.filter(({ why }) => why === "early-stop");
        if (left.length === 0) {
          expect(early.verdicts).toEqual(full.verdicts);
          expect(early.missing).toEqual(full.missing);
        } else stopped++;
        const known = (outcome: Outcome): unknown =>
          outcome.verdicts
            .filter(({ subject }) => subject === "x" || (spec.both && subject === "y"))
            .map(({ subject, status, winner, by }) => [subject, status, winner, by]);
        if (left.length > 0) expect(known(early)).toEqual(known(full));
        if (full.status !== "failed") expect(early.status).not.toBe("failed");
        if (full.status === "failed") expect(early.status).toBe("failed");
        for (const { agent: name } of left) {
          expect(early.results[name]).toMatchObject({ status: "skipped", reason: "early-stop" });
          expect(spec.members[Number(name.slice(1))]?.required).toBe(false);
        }
      }),
      { numRuns: Math.max(300, fc.readConfigureGlobal().numRuns ?? 0) },
    );
    // A law about nothing would hold too: about one team in twelve is stopped.
    expect(stopped).toBeGreaterThan(0);
  });
});

describe.skipIf(!CAN_ASK_FEWER)("early stop", () => {
  it("stops those whose answers cannot change the verdict any more, and says so", async () => {
    // 3 to 1 with 2 to come: they could tie. 4 to 1 with 1 to come: it could not.
    const said = [...FIVE.slice(0, 4), [5, "hold"], [90, "ship"]] as const;
    const { run, clock, stopped, store } = teamOf(said);
    const { runId, status, verdicts, missing, results, bill } = await run();
    expect(clock.monotonic()).toBeLessThan(90);
    expect(status).toBe("complete");
    expect(verdicts).toMatchObject([
      { status: "decided", winner: "hold", by: "vote", missing: ["a5"] },
    ]);
    const detail = "its answer could not change a verdict any more";
    expect(missing).toEqual([{ agent: "a5", why: "early-stop", detail }]);
    expect(results["a5"]).toEqual({ status: "skipped", reason: "early-stop", detail });
    expect(stopped).toEqual([["a5", detail]]);
    // What was asked is on the bill, and its end in the log.
    expect(bill).toMatchObject({ calls: 6, spent: { usdMicros: 30 } });
    const events = (await store.read(runId)) as readonly RunEvent[];
    expect(events.filter((event) => "callId" in event && event.callId === "a5")).toMatchObject([
      { type: "call.started" },
      { type: "call.failed", stopped: true, cost: { usdMicros: 5 } },
    ]);
  });

  it("does not ask who has not been asked yet", async () => {
    const { run, asked, store } = teamOf([...FIVE.slice(1, 4), [1, "ship"], [1, "ship"]], {
      mode: "sequence",
      resolve: [vote({ weights: { a3: 2, a4: 0.5 } })],
    });
    const { runId, missing, results } = await run();
    expect(asked).toEqual(["a0", "a1", "a2", "a3"]);
    expect(missing).toMatchObject([{ agent: "a4", why: "early-stop" }]);
    expect(results["a4"]).toMatchObject({ status: "skipped", reason: "early-stop" });
    const events = (await store.read(runId)) as readonly RunEvent[];
    expect(events.filter((event) => "callId" in event && event.callId === "a4")).toMatchObject([
      { type: "call.skipped", reason: "early-stop" },
    ]);
  });

  it("is off where nobody asks for it", async () => {
    const { run, clock } = teamOf(FIVE, { earlyStop: undefined } as never);
    await run();
    expect(clock.monotonic()).toBe(90);
  });

  const never: readonly (readonly [string, Options])[] = [
    ["while all agree", { resolve: [unanimous(), prefer(["ship", "hold"])] }],
    ["while a required agent is to come", { required: ["a6"] as never }],
    ["while fewer than minAnswers have answered", { minAnswers: 6 }],
    ["with a subject that nobody speaks about", fewer(["task", "other"])],
    ["with a link that cannot say", { resolve: [unanimous(), vote(), own()] }],
    ["with a rerun in the chain", { resolve: [unanimous(), vote(), rerun()] }],
    ["with weights that are learned", { resolve: [unanimous(), reliability({ labels: "open" })] }],
    ["where the margin can still be missed", { resolve: [unanimous(), vote({ margin: 0.9 })] }],
    ["where more are needed for a quorum", { resolve: [unanimous(), vote({ quorum: 6 })] }],
    ["where values are grouped anew with each", { compare: { task: within({ percent: 1 }) } }],
    [
      "where what was said may be said anew",
      { tiers: { one: 1 }, escalateIf: ["conflict"] } as Options,
    ],
  ];

  it.each(never)("never stops %s", async (why, options) => {
    const agree = why === "while all agree";
    const said = FIVE.map(([afterMs, says]) => [afterMs, agree ? "ship" : says] as const);
    const { run, clock } = teamOf(
      [...said.slice(0, 5), [5, agree ? "ship" : "hold"], [90, "hold"]],
      options,
    );
    await run();
    expect(clock.monotonic()).toBe(90);
  });

  it("can be certain before a judge would be asked, and not where it might be", async () => {
    const chief = judge({ ask: ({ options }) => ({ choice: options[0]?.id ?? "" }) });
    const said = [...FIVE.slice(0, 4), [5, "hold"], [90, "ship"]] as const;
    const sure = teamOf(said, { resolve: [unanimous(), vote(), chief] });
    await sure.run();
    expect(sure.clock.monotonic()).toBe(5);
    const open = teamOf(said, { resolve: [unanimous(), vote({ margin: 0.8 }), chief] });
    await open.run();
    expect(open.clock.monotonic()).toBe(90);
  });

  it("knows what support and prefer know", async () => {
    const said = [
      [1, "hold"],
      [2, "ship"],
      [3, "ship"],
      [90, "hold"],
    ] as const;
    const preferred = teamOf(said, { resolve: [prefer(["hold"])] });
    await preferred.run();
    // Those to come may spell it otherwise, and more of them than those who hold it now.
    expect(preferred.clock.monotonic()).toBe(90);
    const second = teamOf([[0, "hold"], ...said], { resolve: [prefer(["hold"])] });
    await second.run();
    expect(second.clock.monotonic()).toBe(3);

    const supported = teamOf(
      [
        [1, "x"],
        [2, "y"],
        [3, "y"],
        [4, "y"],
        [90, "x"],
      ],
      { resolve: [support({ atLeast: 3 })] },
    );
    await supported.run();
    expect(supported.clock.monotonic()).toBe(4);
  });

  it("asks nobody anew, after a crash, whom those who had answered make needless", async () => {
    const said = [...FIVE.slice(0, 4), [5, "hold"], [90, "ship"]] as const;
    const whole = teamOf(said);
    const { runId } = await whole.run();
    const events = (await whole.store.read(runId)) as readonly RunEvent[];
    // The last answer is kept, and not yet that this was enough.
    const last = events.findIndex((e) => e.type === "call.succeeded" && e.callId === "a4");
    const again = teamOf(said);
    again.store.append(JSON.parse(JSON.stringify(events.slice(0, last + 1))));
    again.store.release(runId, 1);
    const { missing, verdicts } = (await again.gate.resume(runId)) as Outcome;
    expect(again.asked).toEqual([]);
    expect(missing).toMatchObject([{ agent: "a5", why: "early-stop" }]);
    expect(verdicts).toMatchObject([{ status: "decided", winner: "hold" }]);
  });

  it("stops a nested team with all that it asks, and waits until they have stopped", async () => {
    const clock = virtualClock();
    const stopped: string[] = [];
    const slow = <const Name extends string>(name: Name) =>
      agent({
        name,
        run: (_task: unknown, { signal, report }) => {
          report({ usdMicros: 7, inputTokens: 0, outputTokens: 0 });
          return new Promise<Readonly<{ recommendation: string }>>((_, reject) => {
            signal.addEventListener("abort", () => {
              clock.timer(10, () => {
                stopped.push(name);
                reject(signal.reason);
              });
            });
          });
        },
      });
    const says = <const Name extends string>(name: Name, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    const inner = supervisor({
      name: "inner",
      agents: { x: slow("x"), y: slow("y") },
      minAnswers: 0,
    });
    const store = memoryStore({ clock });
    const gate = supervisor({
      name: "gate",
      agents: { inner, a: says("a", "x"), b: says("b", "y"), c: says("c", "y"), d: says("d", "y") },
      ...fewer(),
      clock,
      store,
      timeoutMs: Infinity,
    });
    const running = gate.run("task");
    await clock.advance(50);
    const { runId, status, results, bill } = await running;
    expect(stopped).toEqual(["x", "y"]);
    expect(status).toBe("complete");
    expect(results.inner).toMatchObject({ status: "skipped", reason: "early-stop" });
    expect(bill.spent).toMatchObject({ inputTokens: "unknown" });
    const events = (await store.read(runId)) as readonly RunEvent[];
    const ends = events.flatMap((event) =>
      event.type === "call.failed" ? [[event.callId, event.stopped, event.cost.usdMicros]] : [],
    );
    expect(ends).toEqual([
      ["inner/x", true, 7],
      ["inner/y", true, 7],
      ["inner", true, 14],
    ]);
    expect(clock.pending + clock.pendingUnheld).toBe(0);
  });

  it("counts who waits for a person as still to answer", async () => {
    const says = <const Name extends string>(name: Name, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    const inner = supervisor({
      name: "inner",
      agents: { x: says("x", "ship"), y: says("y", "hold") },
      resolve: [human()],
    });
    const last = agent({
      name: "last",
      run: async () => {
        await setImmediate();
        return { recommendation: "ship" };
      },
    });
    const gate = supervisor({
      name: "gate",
      agents: { inner, a: says("a", "ship"), b: says("b", "hold"), c: says("c", "hold"), last },
      ...fewer(),
      resolve: [vote({ weights: { last: 0.5 } })],
      store: memoryStore({ resumable: true }),
    });
    const asleep = await gate.run("task");
    expect(asleep.status).toBe("waiting");
    const decision = { subject: "task", winner: "ship", why: "it can be undone" };
    const { verdicts, missing } = await gate.decide(asleep.runId, decision);
    expect(missing).toEqual([]);
    expect(verdicts).toMatchObject([{ status: "decided", winner: "ship" }]);
  });

  it("gives way to whoever cancels the run meanwhile", async () => {
    const clock = virtualClock();
    const controller = new AbortController();
    const deaf = agent({ name: "deaf", graceMs: 100, run: () => new Promise<string>(() => {}) });
    const says = <const Name extends string>(name: Name, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    const gate = supervisor({
      name: "gate",
      agents: { deaf, a: says("a", "x"), b: says("b", "y"), c: says("c", "y"), d: says("d", "y") },
      ...fewer(),
      clock,
    });
    const running = gate.run("task", { signal: controller.signal });
    const ended = running.catch((reason: unknown) => reason);
    await clock.advance(10);
    controller.abort(new Error("enough"));
    await clock.advance(200);
    expect(await ended).toMatchObject({ message: "enough" });
  });

  it("lets an attempt go on that another run waits for, and adds nothing to a log that has ended", async () => {
    const clock = virtualClock();
    const store = memoryStore({ resumable: true, clock });
    const says = <const Name extends string>(name: Name, recommendation: string) =>
      agent({
        name,
        run: async () => {
          await new Promise<void>((resolve) => clock.timer(5, resolve));
          return { recommendation };
        },
      });
    const slow = agent({
      name: "slow",
      version: "1",
      cache: true,
      run: async () => {
        await new Promise<void>((resolve) => clock.timer(50, resolve));
        return { recommendation: "x" };
      },
    });
    const gate = supervisor({
      name: "gate",
      agents: { slow, a: says("a", "x"), b: says("b", "y"), c: says("c", "y"), d: says("d", "y") },
      ...fewer(),
      clock,
      store,
    });
    const stops = gate.run("task", { runId: "stops", route: ["slow", "a", "b", "c", "d"] });
    const waits = gate.run("task", { runId: "waits", route: ["slow"] });
    await clock.advance(10);
    expect((await stops).missing).toMatchObject([{ agent: "slow", why: "early-stop" }]);
    await clock.advance(100);
    expect((await waits).results.slow).toMatchObject({ status: "ok", reused: "joined" });
    const events = store.read("stops") as readonly RunEvent[];
    expect(events.at(-1)?.type).toBe("run.finished");
    expect((await gate.resume("stops")).results.slow).toMatchObject({ reason: "early-stop" });
  });

  it("lets a resumed run be cancelled while the fallback of one who had failed is asked", async () => {
    const clock = virtualClock();
    const hangs = (_task: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise<{ recommendation: string }>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    const deputy = agent({ name: "deputy", timeoutMs: Infinity, run: hangs });
    const fails = agent({
      name: "fails",
      retries: 0,
      fallback: deputy,
      run: async (): Promise<{ recommendation: string }> => {
        throw new Error("no");
      },
    });
    const other = agent({ name: "other", timeoutMs: Infinity, run: hangs });
    const gateIn = (store: Store) =>
      supervisor({
        name: "gate",
        agents: { fails, other },
        ...fewer(),
        clock,
        store,
      });
    const before = memoryStore({ resumable: true, clock });
    const leaving = new AbortController();
    const dies = gateIn(before).run("task", { runId: "run", signal: leaving.signal });
    await clock.advance(10);
    const log = before.read("run");
    const failed = log.findIndex(({ type }) => type === "call.failed");
    leaving.abort();
    await expect(dies).rejects.toBe(leaving.signal.reason);

    const store = memoryStore({ resumable: true, clock });
    store.append(log.slice(0, failed + 1));
    store.release("run", 1);
    const controller = new AbortController();
    const ended = gateIn(store)
      .resume("run", { signal: controller.signal })
      .catch((reason: unknown) => reason);
    await clock.advance(10);
    controller.abort(new Error("enough"));
    await clock.advance(10_000);
    expect(await Promise.race([ended, setImmediate("it goes on")])).toMatchObject({
      message: "enough",
    });
  });

  it("lets an answer stand whose dearer tier was still to come", async () => {
    const clock = virtualClock();
    const a = agent({
      name: "a",
      escalateIf: [() => true],
      run: (_task: unknown, { tier, signal }) =>
        tier === "small"
          ? { recommendation: "x" }
          : new Promise<{ recommendation: string }>((_, reject) => {
              signal.addEventListener("abort", () => reject(signal.reason));
            }),
    });
    const says = <const Name extends string>(name: Name, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }), tier: "strong" });
    const gate = supervisor({
      name: "gate",
      agents: { a, b: says("b", "x"), c: says("c", "y"), d: says("d", "y"), e: says("e", "y") },
      tiers: { small: 1, strong: 2 },
      ...fewer(),
      clock,
    });
    const running = gate.run("task");
    await clock.advance(1);
    const { results, verdicts } = await running;
    expect(results.a).toMatchObject({ status: "ok", attempts: 2, output: { recommendation: "x" } });
    expect(verdicts[0]).toMatchObject({ winner: "y" });
  });

  it("is refused where it names a misspelt subject, and no agent can say anything about it", () => {
    const a = agent({ name: "a", run: () => ({ recommendation: "ship" }) });
    expect(() => supervisor({ name: "gate", agents: { a }, ...fewer(["tsak"]) })).toThrow(
      /"tsak", about which none of its agents says anything; did you mean "task"\?$/,
    );
  });

  it("is refused where it names no subjects", () => {
    const a = agent({ name: "a", run: () => 1 });
    for (const subjects of [undefined, true, {}, [], [1]]) {
      expect(() => supervisor({ name: "gate", agents: { a }, ...fewer(subjects) })).toThrow(
        /earlyStop/,
      );
    }
  });
});
describe.skipIf(!CAN_ASK_FEWER)("early stop, by link", () => {
  it("waits for a later answer that holds what is preferred to the first preference held so far", async () => {
    const { run } = teamOf(
      [
        [1, "fix"],
        [1, "fix"],
        [2, "ship"],
        [50, "block"],
      ],
      { resolve: [prefer(["block", "fix"])] },
    );
    expect((await run()).verdicts[0]).toMatchObject({ status: "decided", winner: "block" });
  });

  it("does not wait for a voter whose vote has no weight, where a quorum cannot be reached any more", async () => {
    const { run, clock } = teamOf(
      [
        [1, "hold"],
        [1, "hold"],
        [2, "ship"],
        [50, "ship"],
      ],
      { resolve: [vote({ quorum: 4, weights: { a3: 0 } }), prefer(["hold"])] },
    );
    expect((await run()).verdicts[0]).toMatchObject({ status: "decided", winner: "hold" });
    expect(clock.monotonic()).toBeLessThan(50);
  });
});

describe.skipIf(!CAN_ASK_FEWER)(
  "a call that is stopped early while another run waits for its answer",
  () => {
    it("is skipped in its own run, and answers the other", async () => {
      const clock = virtualClock();
      const store = memoryStore({ clock });
      const aborted: string[] = [];
      const says = <const Name extends string>(name: Name, ms: number) =>
        agent({
          name,
          version: "1",
          cache: name === "slow",
          run: async (_: unknown, { runId, signal }) => {
            signal.addEventListener("abort", () => aborted.push(runId));
            await new Promise<void>((resolve) => clock.timer(ms, resolve));
            return { recommendation: name === "a" ? "ship" : "hold" };
          },
        });
      const agents = {
        a: says("a", 10),
        b: says("b", 10),
        c: says("c", 10),
        d: says("d", 10),
        slow: says("slow", 100),
      };
      const team = supervisor({
        name: "team",
        agents,
        clock,
        store,
        resolve: [unanimous(), vote()],
        ...fewer(),
      });
      const stopping = team.run(undefined);
      const other = team.run(undefined, { route: ["slow"] });
      await clock.advance(50);
      const stopped = await stopping;
      expect(stopped.missing).toMatchObject([{ agent: "slow", why: "early-stop" }]);
      await clock.advance(50);
      expect((await other).results.slow).toMatchObject({ status: "ok", reused: "joined" });
      expect(aborted).toEqual([]);
      expect(store.read(stopped.runId).at(-1)).toMatchObject({ type: "run.finished" });
      expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    });
  },
);

interface Gate {
  run(task: string, options: { readonly runId: string }): Promise<Outcome>;
  resume(runId: string): Promise<Outcome>;
}

describe.skipIf(!CAN_ASK_FEWER)("a run that stops early and crashed", () => {
  it("leaves those stopped that had been, and decides the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ says: fc.constantFrom("ship", "hold", "broken"), delayMs: fc.nat(5) }),
          { minLength: 4, maxLength: 8 },
        ),
        fc.nat(999),
        async (members, place) => {
          const run = async (log: readonly RunEvent[], work: (gate: Gate) => Promise<Outcome>) => {
            const clock = virtualClock();
            const store = memoryStore({ resumable: true });
            if (log.length > 0) {
              store.append(JSON.parse(JSON.stringify(log)) as readonly RunEvent[]);
              store.release("run", 1);
            }
            const asked: string[] = [];
            const agents = members.map(({ says, delayMs }, i) =>
              makeAgent(`a${i}`, () => says, { clock, asked }, { retries: 0 }, delayMs),
            );
            const gate = supervisor({
              name: "gate",
              agents: Object.fromEntries(agents.map((one) => [one.name, one])),
              ...fewer(),
              store,
              clock,
            } as never) as unknown as Gate;
            const working = work(gate);
            let over = false;
            const end = (): void => void (over = true);
            working.then(end, end);
            while (!over) await clock.next();
            const events = store.read("run") as readonly RunEvent[];
            return { outcome: await working, events, asked };
          };
          const whole = await run([], (gate) => gate.run("task", { runId: "run" }));
          expect(faultsOf(whole.events)).toEqual([]);
          const cut = whole.events.slice(
            0,
            1 + Math.floor(((whole.events.length - 1) * place) / 1_000),
          );
          const resumed = await run(cut, (gate) => gate.resume("run"));
          expect(faultsOf(resumed.events)).toEqual([]);
          const decided = ({ verdicts }: Outcome): unknown =>
            verdicts.map(({ winner, status }) => [winner, status]);
          expect(decided(resumed.outcome)).toEqual(decided(whole.outcome));
          const stopped = new Set(
            cut.flatMap((event) =>
              (event.type === "call.failed" && event.stopped === true) ||
              (event.type === "call.skipped" && event.reason === "early-stop")
                ? [event.callId]
                : [],
            ),
          );
          for (const callId of stopped) {
            expect(resumed.asked).not.toContain(`${callId} 1`);
            expect(resumed.outcome.results[callId]).toMatchObject({ reason: "early-stop" });
          }
          // Who had not ended when it was certain is not asked again for nothing.
          if (stopped.size > 0) expect(resumed.asked).toEqual([]);
          const read = await run(resumed.events, (gate) => gate.resume("run"));
          expect(lasting(read.outcome)).toEqual(lasting(resumed.outcome));
        },
      ),
      { numRuns: Math.max(150, fc.readConfigureGlobal().numRuns ?? 0) },
    );
  });
});

describe.skipIf(!CAN_ASK_FEWER)(
  "a fork, and a team in the team that stopped one of its members early",
  () => {
    /** A root of `inner`, whose `y` is not asked since the vote of the others is certain. */
    function teamWithoutOne() {
      const store = memoryStore({ resumable: true });
      const asked: string[] = [];
      const member = <const Name extends string>(name: Name) =>
        agent({
          name,
          version: "1",
          retries: 0,
          run: () => {
            asked.push(name);
            return { recommendation: name === "x" ? "hold" : "ship" };
          },
        });
      const inner = supervisor({
        name: "inner",
        agents: { w: member("w"), x: member("x"), v: member("v"), u: member("u"), y: member("y") },
        mode: "sequence",
        minAnswers: 1,
        resolve: [vote()],
        ...fewer(),
      });
      return { asked, store, gate: supervisor({ name: "gate", agents: { inner }, store }) };
    }

    it("takes over the team's answer where the member was not asked because it could change nothing", async () => {
      const { asked, gate, store } = teamWithoutOne();
      await gate.run("task", { runId: "run" });
      expect(asked.splice(0)).not.toContain("y");
      const { runId } = await gate.fork("run");
      expect(asked).toEqual([]);
      const reused = store.read(runId).filter(({ type }) => type === "call.reused");
      expect(reused).toMatchObject([{ callId: "inner", by: "fork" }]);
    });
  },
);
