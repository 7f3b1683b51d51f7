import { describe, expect, it } from "vitest";
import {
  agent,
  findConflicts,
  judge,
  memory,
  settle,
  supervisor,
  unanimous,
} from "../src/index.ts";
import { scripted, virtualClock } from "../src/testing/index.ts";

// What the library is for, a promise a test, through the public API. The depth is in the folders beside.

describe("the promises", () => {
  it("an agent is a name and run(task, context)", async () => {
    const echo = agent({
      name: "echo",
      run: (task: string, { attempt, signal, callId }) => [task, attempt, signal.aborted, callId],
    });
    const { results } = await supervisor({ name: "team", agents: { echo } }).run("hello");
    expect(results.echo).toMatchObject({ status: "ok", output: ["hello", 1, false, "echo"] });
  });

  it("a supervisor has its workers by name, and is a worker itself", async () => {
    const a = agent({ name: "a", run: (task: number) => ({ recommendation: task }) });
    const inner = supervisor({ name: "inner", agents: { a } });
    const outer = supervisor({ name: "outer", agents: { inner } });
    const { results } = await outer.run(7);
    expect(results.inner).toMatchObject({ output: { verdicts: [{ winner: 7 }] } });
  });

  it("a task is routed to the agents it needs, by a list or a function", async () => {
    const [a, b, c] = [scripted("a", [{ output: 1 }]), scripted("b", []), scripted("c", [])];
    const agents = { a, b, c };
    const byFunction = supervisor({ name: "team", agents, route: (): ["a"] => ["a"] });
    expect((await byFunction.run("task")).results.b).toMatchObject({ reason: "not-routed" });
    const again = { ...agents, b: scripted("b", [{ output: 2 }]) };
    const byRun = supervisor({ name: "team", agents: again });
    await byRun.run("task", { route: ["b"] });
    again.b.assertComplete();
    c.assertComplete();
  });

  it("in parallel all are asked at once, and one failure never takes the others down", async () => {
    const clock = virtualClock();
    const slow = scripted("slow", [{ afterMs: 50, output: 1 }], { clock });
    const broken = scripted("broken", [{ error: new Error("no") }], { retries: 0 });
    const quick = scripted("quick", [{ afterMs: 50, output: 2 }], { clock });
    const team = supervisor({ name: "team", agents: { slow, broken, quick }, clock });
    const running = team.run("task");
    await clock.advance(50);
    expect(await running).toMatchObject({
      status: "partial",
      results: { slow: { output: 1 }, broken: { status: "failed" }, quick: { output: 2 } },
    });
  });

  it("in sequence each sees the results before it", async () => {
    const first = scripted("first", [{ output: "one" }]);
    const second = scripted("second", [{ output: "two" }]);
    await supervisor({ name: "team", agents: { first, second }, mode: "sequence" }).run("task");
    expect(second.calls[0]?.results).toEqual({ first: { status: "ok", output: "one" } });
  });

  it("whatever can start has started: nobody waits for an agent it does not need", async () => {
    const clock = virtualClock();
    const slow = scripted("slow", [{ afterMs: 1_000, output: 1 }], { clock });
    const quick = scripted("quick", [{ output: 2 }]);
    const after = scripted("after", [{ output: 3 }], { needs: { quick } });
    const team = supervisor({ name: "team", agents: { slow, quick, after }, clock });
    const running = team.run("task");
    await clock.advance(0);
    after.assertComplete();
    await clock.advance(1_000);
    expect((await running).status).toBe("complete");
  });

  it("a worker has 30 seconds, and then NAME timed out", async () => {
    const clock = virtualClock();
    const stuck = scripted("stuck", [{ hangs: true, deaf: true }], { retries: 0 });
    const running = supervisor({ name: "team", agents: { stuck }, clock }).run("task");
    await clock.advance(29_999);
    expect(stuck.calls[0]?.aborted).toBe(false);
    await clock.advance(1);
    const { results } = await running;
    expect(results.stuck).toMatchObject({
      status: "failed",
      error: { code: "TIMEOUT", message: "stuck timed out after 30000 ms" },
    });
    expect(stuck.calls[0]?.aborted).toBe(true);
  });

  it("at most 8 are asked at the same time", async () => {
    let inFlight = 0;
    let most = 0;
    const workers = Array.from({ length: 30 }, (_, index) =>
      agent({
        name: `worker-${index}`,
        run: async () => {
          most = Math.max(most, ++inFlight);
          await new Promise(setImmediate);
          inFlight--;
        },
      }),
    );
    const agents = Object.fromEntries(workers.map((worker) => [worker.name, worker]));
    const team = supervisor({ name: "team", agents });
    await Promise.all([team.run("one"), team.run("two")]);
    expect(most).toBe(8);
  });

  it("a failed agent is asked once more, unless its failure is known to be permanent", async () => {
    const clock = virtualClock();
    const plain = scripted("plain", [{ error: new Error("no") }, { output: "there" }]);
    const flaky = scripted("flaky", [{ error: { status: 503 } }, { output: "there" }]);
    const wrong = scripted("wrong", [{ error: { status: 400 } }]);
    const running = supervisor({ name: "team", agents: { plain, flaky, wrong }, clock }).run(
      "task",
    );
    await clock.advance(500);
    const { results } = await running;
    expect(results.plain).toMatchObject({ status: "ok", output: "there", attempts: 2 });
    expect(results.flaky).toMatchObject({ status: "ok", output: "there", attempts: 2 });
    expect(results.wrong).toMatchObject({ status: "failed", attempts: 1 });
  });

  it("every execution is logged: which agent, how it ended, with what", async () => {
    const good = scripted("good", [{ output: "fine" }]);
    const bad = scripted("bad", [{ error: new Error("no") }], { retries: 0 });
    const team = supervisor({ name: "team", agents: { good, bad } });
    const { runId } = await team.run("task");
    const log = await team.backend.store.read(runId);
    expect(log.map(({ type }) => type)).toEqual([
      "run.started",
      "run.planned",
      "call.started",
      "call.started",
      "call.succeeded",
      "call.failed",
      "verdict.reached",
      "notices.given",
      "run.finished",
    ]);
    expect(log[4]).toMatchObject({ agent: "good", output: "fine" });
    expect(log[5]).toMatchObject({ agent: "bad", error: { message: "bad failed: no" } });
  });

  it("recommendations are compared by subject, over any number of agents", () => {
    const claims = [
      { agent: "a", subject: "cache", position: "on" },
      { agent: "b", subject: "cache", position: "ON " },
      { agent: "c", subject: "cache", position: "off" },
      { agent: "a", subject: "port", position: 80 },
      { agent: "b", subject: "port", position: 80 },
    ];
    const [only, another] = findConflicts(claims);
    expect(another).toBeUndefined();
    expect(only).toMatchObject({
      subject: "cache",
      positions: [
        { heldBy: [{ agent: "a" }, { agent: "b" }] },
        { value: "off", heldBy: [{ agent: "c" }] },
      ],
    });
  });

  it("every conflict is settled, not only the first, and agreement is said to be one", async () => {
    const claims = ["x", "y", "z"].flatMap((subject) =>
      ["a", "b", "c"].map((name, index) => ({
        agent: name,
        subject,
        position: subject === "z" ? "same" : index < 2,
      })),
    );
    const verdicts = await settle(claims);
    expect(verdicts.map(({ subject, status, winner }) => [subject, status, winner])).toEqual([
      ["x", "decided", true],
      ["y", "decided", true],
      ["z", "unanimous", "same"],
    ]);
  });

  it("a model arbitrates: winner, reasoning, confidence from 0 to 1; and nobody pays for agreement", async () => {
    let questions = 0;
    const ask = judge({
      ask: ({ options }) => {
        questions++;
        const hold = options.find(({ position }) => position === "hold");
        return { choice: hold?.id ?? "", reasoning: "the tests are red" };
      },
    });
    const says = (name: string, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    const resolve = [unanimous(), ask];
    const agents = { a: says("a", "ship"), b: says("b", "hold") };
    const [verdict] = (await supervisor({ name: "team", agents, resolve }).run("task")).verdicts;
    expect(verdict).toMatchObject({ status: "decided", winner: "hold", by: "judge" });
    expect(verdict?.reasoning).toContain("the tests are red");
    expect(verdict?.confidence).toBeGreaterThan(0);
    expect(verdict?.confidence).toBeLessThanOrEqual(1);
    expect(questions).toBe(2);

    const agreed = { a: says("a", "ship"), b: says("b", "ship") };
    await supervisor({ name: "team", agents: agreed, resolve }).run("task");
    expect(questions).toBe(2);
  });

  it("a budget is never overspent, and what does not fit is not asked", async () => {
    let spent = 0;
    const payer = (name: string) =>
      agent({
        name,
        maxCost: { usd: 0.4 },
        run: (_task: string, { report }) => {
          spent += 300_000;
          report({ usdMicros: 300_000 });
          return { recommendation: "ship" };
        },
      });
    const agents = { a: payer("a"), b: payer("b"), c: payer("c"), d: payer("d") };
    const team = supervisor({ name: "team", agents, budget: { usd: 1 } });
    const { status, missing, bill } = await team.run("task");
    expect(missing).toMatchObject([{ agent: "d", why: "budget" }]);
    expect({ status, spent: bill.spent.usdMicros }).toEqual({ status: "partial", spent });
    expect(spent).toBe(900_000);
  });

  it("a plan says what a task costs at most, and asks nobody", async () => {
    const a = scripted("a", []);
    const dear = agent({ name: "dear", maxCost: { usd: 0.01 }, run: () => "never asked" });
    const { worst } = await supervisor({ name: "team", agents: { dear } }).plan("task");
    expect(worst.usdMicros).toBe(20_000);
    expect((await supervisor({ name: "team", agents: { a } }).plan("task")).worst.usdMicros).toBe(
      "unknown",
    );
    a.assertComplete();
  });

  it("where answers are kept, one content is paid for once", async () => {
    let asked = 0;
    const counted = agent({
      name: "counted",
      version: "1",
      cache: true,
      run: async (_task: string) => {
        asked++;
        await new Promise(setImmediate);
        return { recommendation: "ship" };
      },
    });
    const team = supervisor({ name: "team", agents: { counted } });
    await Promise.all([team.run("same"), team.run("same"), team.run("other")]);
    await team.run("same");
    expect(asked).toBe(2);
  });

  it("the order in which agents answer changes no verdict", async () => {
    const said = ["ship", "Ship ", "hold", "hold", "ship"];
    const verdictsOf = async (delays: readonly number[]): Promise<readonly unknown[]> => {
      const clock = virtualClock();
      const agents = Object.fromEntries(
        said.map((recommendation, i) => {
          const step = { output: { recommendation }, afterMs: delays[i] ?? 0 };
          return [`a${i}`, scripted(`a${i}`, [step], { clock })];
        }),
      );
      const running = supervisor({ name: "team", agents, clock }).run("task");
      await clock.advance(10);
      return (await running).verdicts;
    };
    const inOrder = await verdictsOf([1, 2, 3, 4, 5]);
    expect(inOrder).toMatchObject([{ status: "decided", winner: "ship" }]);
    expect(await verdictsOf([5, 4, 3, 2, 1])).toEqual(inOrder);
    expect(await verdictsOf([3, 5, 1, 2, 4])).toEqual(inOrder);
  });

  it("a run that lost its process goes on, and asks nobody again who has answered", async () => {
    const store = memory({ resumable: true }).store;
    const teamOf = (second: "hangs" | "answers") => {
      const clock = virtualClock();
      const first = scripted("first", second === "hangs" ? [{ output: 1 }] : []);
      const next = scripted(
        "next",
        second === "hangs" ? [{ hangs: true, deaf: true }] : [{ output: 2 }],
      );
      const agents = { first, next };
      return {
        first,
        clock,
        team: supervisor({ name: "team", agents, backend: { store }, mode: "sequence", clock }),
      };
    };
    const before = teamOf("hangs");
    void before.team.run("task", { runId: "run" });
    await before.clock.advance(1);
    // As if its process were gone: nobody drives the run any more.
    store.release("run", 1);
    const { team, first } = teamOf("answers");
    expect(await team.resume("run")).toMatchObject({
      status: "complete",
      results: { first: { output: 1 }, next: { output: 2 } },
    });
    first.assertComplete();
  });
});
