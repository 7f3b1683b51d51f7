import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, embeddedExecutor, supervisor, type RunEvent } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";
import { thenable } from "../team/thenable.ts";
import { batching, outputs, pause, tenfold, upTo } from "./batching.ts";

describe("calls of one agent", () => {
  it("of runs that begin together are one request, each with its own answer", async () => {
    const { clock, team, batches, alone } = batching();
    const running = upTo(5).map((task) => team.run(task));
    expect(await outputs(running)).toEqual([10, 20, 30, 40, 50]);
    expect([batches, alone]).toEqual([[[1, 2, 3, 4, 5]], []]);
    expect([clock.monotonic(), clock.pending, clock.pendingUnheld]).toEqual([0, 0, 0]);
    for (const outcome of await Promise.all(running)) {
      const log = (await team.backend.store.read(outcome.runId)) as readonly RunEvent[];
      expect(log.map(({ type }) => type)).toEqual([
        "run.started",
        "run.planned",
        "call.started",
        "call.succeeded",
        "verdict.reached",
        "run.finished",
      ]);
      expect(log[2]).toMatchObject({ type: "call.started", callId: "a", attempt: 1, batch: 5 });
    }
  });

  it("of runs of several tenants are a request for each tenant", async () => {
    const { team, batches, alone } = batching();
    const tenants = ["ann", "bob", undefined, "ann", "bob", undefined, "eve"];
    const running = tenants.map((tenant, index) =>
      team.run(index, tenant === undefined ? {} : { tenant }),
    );
    expect(await outputs(running)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect([batches, alone]).toEqual([
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
      [6],
    ]);
  });

  it("alone are not delayed, and are put to its own function", async () => {
    const { clock, team, batches, alone } = batching();
    const outcome = await team.run(1);
    expect(outcome.results.a).toMatchObject({ output: 10, durationMs: 0 });
    expect([batches, alone, clock.monotonic()]).toEqual([[], [1], 0]);
    const started = (await team.backend.store.read(outcome.runId)).find(
      ({ type }) => type === "call.started",
    );
    expect(started).not.toHaveProperty("batch");
  });

  it("that are more than one request may have are several, full ones at once", async () => {
    const { team, batches, alone } = batching(tenfold, { maxSize: 3 });
    const running = upTo(7).map((task) => team.run(task));
    await new Promise(process.nextTick);
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await outputs(running)).toEqual(tenfold(upTo(7)));
    expect([batches.length, alone]).toEqual([2, [7]]);
  });

  it("are never put together where one at a time is all it takes", async () => {
    const { team, batches, alone } = batching(tenfold, { maxSize: 1 });
    expect(await outputs(upTo(3).map((task) => team.run(task)))).toEqual([10, 20, 30]);
    expect([batches, alone]).toEqual([[], [1, 2, 3]]);
  });

  it("wait for one that is to come, for so long and no longer", async () => {
    const clock = virtualClock();
    const asked: (readonly string[])[] = [];
    const slow = agent({
      name: "slow",
      run: async (task: { id: string; ms: number }) => {
        if (task.ms > 0) await pause(clock, task.ms);
      },
    });
    const a = agent({
      name: "a",
      needs: { slow },
      run: ({ id }: { id: string; ms: number }) => {
        asked.push([id]);
      },
      batch: {
        waitMs: 50,
        run: (tasks) => {
          asked.push(tasks.map(({ id }) => id));
          return tasks.map(() => undefined);
        },
      },
    });
    const team = supervisor({ name: "team", agents: { slow, a }, clock });
    const running = Object.entries({ first: 0, soon: 20, late: 200 }).map(([id, ms]) =>
      team.run({ id, ms }),
    );
    await clock.advance(49);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toEqual([["first", "soon"]]);
    await clock.advance(150);
    // Nobody else can come.
    expect(asked).toEqual([["first", "soon"], ["late"]]);
    await Promise.all(running);
  });

  it.each(["fails", "is left out"])(
    "do not wait any longer when the one to come does not: what it needs %s",
    async (how) => {
      const clock = virtualClock();
      const sizes: number[] = [];
      const gate = agent({
        name: "gate",
        retries: 0,
        run: async (task: number) => {
          if (task === 1) return;
          await pause(clock, 20);
          throw new Error("closed");
        },
      });
      const a = agent({
        name: "a",
        needs: { gate },
        run: () => void sizes.push(1),
        batch: {
          waitMs: 5_000,
          run: (tasks: readonly number[]) => {
            sizes.push(tasks.length);
            return tasks.map(() => undefined);
          },
        },
      });
      const team = supervisor({ name: "team", agents: { gate, a }, clock });
      const running =
        how === "fails"
          ? [team.run(1), team.run(2)]
          : [team.run(1), team.run(2, { route: ["gate"] })];
      await clock.advance(0);
      expect(sizes).toEqual(how === "fails" ? [] : [1]);
      await clock.advance(20);
      expect([sizes, clock.monotonic()]).toEqual([[1], 20]);
      await Promise.all(running);
    },
  );

  it("of teams within teams are collected over runs, place by place", async () => {
    const batches: (readonly string[])[] = [];
    const a = agent({
      name: "a",
      run: (task: string) => task,
      batch: {
        run: (tasks) => {
          batches.push(tasks);
          return tasks;
        },
      },
    });
    const inner = supervisor({ name: "inner", agents: { a } });
    const outer = supervisor({
      name: "outer",
      agents: { a, inner },
      inputs: { inner: (task: string) => `inner ${task}` },
      clock: virtualClock(),
    });
    const outcomes = await Promise.all(["x", "y"].map((task) => outer.run(task)));
    expect(outcomes.map(({ status }) => status)).toEqual(["complete", "complete"]);
    expect(batches.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1))).toEqual([
      ["inner x", "inner y"],
      ["x", "y"],
    ]);
  });

  it("wait for a nested team that is still to ask it", async () => {
    const clock = virtualClock();
    const sizes: number[] = [];
    const a = agent({
      name: "a",
      run: () => void sizes.push(1),
      batch: {
        waitMs: 1_000,
        run: (tasks: readonly number[]) => {
          sizes.push(tasks.length);
          return tasks.map(() => undefined);
        },
      },
    });
    const first = agent({ name: "first", run: (task: number) => pause(clock, task) });
    const inner = supervisor({ name: "inner", agents: { a }, needs: { first } });
    const team = supervisor({ name: "team", agents: { first, inner }, clock });
    const running = [1, 30].map((task) => team.run(task));
    await clock.advance(30);
    await Promise.all(running);
    expect([sizes, clock.monotonic()]).toEqual([[2], 30]);
  });

  it("of a hundred tasks of runMany are as few requests as they fit in", async () => {
    const { team, batches, alone } = batching(tenfold, { maxSize: 20, concurrency: 2 });
    const found: unknown[] = [];
    for await (const { outcome } of team.runMany(upTo(100))) {
      found.push(outcome?.results.a.status === "ok" && outcome.results.a.output);
    }
    expect(found).toEqual(tenfold(upTo(100)));
    expect([batches.map(({ length }) => length), alone]).toEqual([[20, 20, 20, 20, 20], []]);
  });

  it("wait while runMany is waiting for its next task", async () => {
    const { clock, team, batches, alone } = batching(tenfold, { waitMs: 100 });
    const tasks = async function* () {
      for (const task of [1, 2, 3, 4]) {
        yield task;
        await pause(clock, task === 2 ? 300 : 20);
      }
    };
    const found: unknown[] = [];
    const reading = (async () => {
      for await (const { outcome } of team.runMany(tasks())) found.push(outcome?.status);
    })();
    await clock.advance(1_000);
    await reading;
    expect([batches, alone, found.length]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [],
      4,
    ]);
  });

  it("join those that queue for a slot, so that what comes while one is busy goes together", async () => {
    const { clock, team, batches, alone } = batching(
      async (tasks, _context, time) => {
        await pause(time, 100);
        return tenfold(tasks);
      },
      { concurrency: 1, maxSize: 4 },
    );
    const running = [1, 2].map((task) => team.run(task));
    for (const task of [3, 4, 5, 6, 7]) {
      await clock.advance(10);
      running.push(team.run(task));
    }
    await clock.advance(300);
    expect(await outputs(running)).toEqual(tenfold(upTo(7)));
    expect([batches, alone]).toEqual([
      [
        [1, 2],
        [3, 4, 5, 6],
      ],
      [7],
    ]);
  });

  it("are made one by one by an engine that knows no batches", async () => {
    const sizes: number[] = [];
    const a = agent({
      name: "a",
      run: (task: number) => task,
      batch: {
        run: (tasks) => {
          sizes.push(tasks.length);
          return tasks;
        },
      },
    });
    const team = supervisor({
      name: "team",
      agents: { a },
      executor: (agents) => {
        const { startBatch, ...alone } = embeddedExecutor(agents);
        expect(startBatch).toBeDefined();
        return alone;
      },
    });
    const outcomes = await Promise.all(upTo(3).map((task) => team.run(task)));
    expect([outcomes.map(({ status }) => status), sizes]).toEqual([
      ["complete", "complete", "complete"],
      [],
    ]);
  });
});

describe("a batch", () => {
  it("is told of every task what the agent would be told of one", async () => {
    const clock = virtualClock();
    const seen: unknown[] = [];
    const keys: unknown[] = [];
    const before = agent({ name: "before", run: (task: number) => `before ${task}` });
    const a = agent({
      name: "a",
      needs: { before },
      output: z.object({ n: z.number() }),
      tier: "cheap",
      run: (_task: number) => ({ n: 0 }),
      batch: {
        run: (tasks, { results, issues, failed, others, tier, model, idempotencyKeys }) => {
          seen.push({ results, issues, failed, others, tier, model });
          keys.push(idempotencyKeys);
          return tasks.map((task) => (seen.length === 1 ? ({} as { n: number }) : { n: task }));
        },
      },
    });
    const team = supervisor({
      name: "team",
      agents: { before, a },
      tiers: { cheap: { model: "small" } },
      backoff: { baseMs: 0 },
      clock,
    });
    const running = [1, 2].map((task) => team.run(task));
    await clock.advance(1_000);
    for (const { status } of await Promise.all(running)) expect(status).toBe("complete");
    const common = { failed: [[], []], others: [[], []], tier: "cheap", model: { model: "small" } };
    const results = [1, 2].map((n) => ({ before: { status: "ok", output: `before ${n}` } }));
    const missing = { path: "n", message: expect.any(String) as string };
    expect(seen).toEqual([
      { ...common, results, issues: [[], []] },
      { ...common, results, issues: [[missing], [missing]] },
    ]);
    expect(new Set(keys.flat()).size).toBe(4);
  });

  it("fails a task alone with an error in the place of its answer", async () => {
    const { team } = batching((tasks) =>
      tasks.map((task) =>
        task === 2 ? Object.assign(new Error("unreadable"), { retryable: false }) : task * 10,
      ),
    );
    expect(await outputs([1, 2, 3].map((task) => team.run(task)))).toEqual([
      10,
      "AGENT_FAILED: a failed: unreadable",
      30,
    ]);
  });

  it("repeats a task that failed, alone or with others that did", async () => {
    const { clock, team, batches, alone } = batching((tasks) =>
      tasks.map((task) =>
        task > 2 && batches.length === 1
          ? Object.assign(new Error("later"), { retryable: true })
          : task * 10,
      ),
    );
    const running = upTo(4).map((task) => team.run(task));
    await clock.advance(200);
    expect(await outputs(running)).toEqual([10, 20, 30, 40]);
    expect([batches, alone]).toEqual([
      [
        [1, 2, 3, 4],
        [3, 4],
      ],
      [],
    ]);
    const [first, last] = [(await running[0])?.results.a, (await running[3])?.results.a];
    expect([first, last]).toMatchObject([{ attempts: 1 }, { attempts: 2 }]);
  });

  it("that throws fails all of its tasks with it, and all are repeated together", async () => {
    const { clock, team, batches } = batching((tasks) => {
      if (batches.length === 1) throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
      return tenfold(tasks);
    });
    const running = upTo(3).map((task) => team.run(task));
    await clock.advance(200);
    expect(await outputs(running)).toEqual([10, 20, 30]);
    expect(batches).toEqual([upTo(3), upTo(3)]);
  });

  it.each<[string, () => unknown, string]>([
    ["too few answers", () => [1], "a answered a batch of 2 tasks with 1 answers; return one for"],
    ["too many", () => [1, 2, 3], "a answered a batch of 2 tasks with 3 answers; return one for"],
    ["no list", () => "12", "a answered a batch of 2 tasks with no list; return an answer for"],
    ["nothing", () => undefined, "a answered a batch of 2 tasks with no list; return an answer"],
    ["what only looks like a list", () => ({ length: 2, 0: 1, 1: 2 }), "with no list; return"],
  ])("with %s fails all of its tasks, and is not repeated", async (_, answer, message) => {
    const { team, batches } = batching(answer);
    const found = await outputs([1, 2].map((task) => team.run(task)));
    for (const each of found) expect(each).toContain(message);
    expect(batches.length).toBe(1);
  });

  it.each<[string, () => unknown, readonly (string | number)[]]>([
    [
      "a list that throws when it is read",
      () =>
        new Proxy([1, 2], { get: (list, key) => (key === "0" ? boom() : Reflect.get(list, key)) }),
      ["AGENT_FAILED: a answered a batch with a list that cannot be read: boom", 2],
    ],
    [
      "a list that is gone",
      () => {
        const { proxy, revoke } = Proxy.revocable<number[]>([1, 2], {});
        revoke();
        return proxy;
      },
      ["AGENT_FAILED", "AGENT_FAILED"],
    ],
    ["a hole", () => Object.assign([1], { length: 2 }), [1, "undefined"]],
    ["what is not JSON", () => [1, () => 1], [1, "OUTPUT_NOT_JSON"]],
    ["promises", () => [Promise.resolve(1), Promise.reject(new Error("no"))], [1, "failed: no"]],
    ["what is too large", () => [1, "x".repeat(2_000)], [1, "OUTPUT_TOO_LARGE"]],
    [
      "what throws when it is waited for",
      () => thenable(boom),
      ["AGENT_FAILED: a failed: boom", "AGENT_FAILED: a failed: boom"],
    ],
    ["nothing thrown", () => Promise.reject(undefined as never), ["AGENT_FAILED", "AGENT_FAILED"]],
  ])("with %s hurts nobody but whose answer it is", async (_, answer, expected) => {
    const { team, clock } = batching(answer, { maxBytes: 1_000, retries: 0 });
    const running = [1, 2].map((task) => team.run(task));
    await clock.advance(0);
    const found = await outputs(running);
    for (const [index, want] of expected.entries()) {
      if (typeof want === "number") expect(found[index]).toBe(want);
      else expect(String(found[index])).toContain(want);
    }
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    expect(await outputs([team.run(5)])).toEqual([50]);
  });

  it("gives everybody an answer of its own, however many come whenever", async () => {
    const arrivals = fc.array(fc.record({ atMs: fc.nat(40), fails: fc.nat(5) }), { maxLength: 40 });
    const shape = { maxSize: fc.integer({ min: 1, max: 7 }), waitMs: fc.nat(15) };
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.record(shape),
        fc.integer({ min: 1, max: 3 }),
        async (all, options, concurrency) => {
          let inFlight = 0;
          const { clock, team, batches, alone } = batching(
            async (tasks, _context, time) => {
              expect(++inFlight).toBeLessThanOrEqual(concurrency);
              expect(tasks.length).toBeLessThanOrEqual(options.maxSize);
              await pause(time, 7);
              inFlight--;
              return tasks.map((task) => (all[task]?.fails === 0 ? new Error("no") : task * 10));
            },
            { ...options, concurrency },
          );
          const running = all.map(async ({ atMs }, task) => {
            await pause(clock, atMs);
            return team.run(task);
          });
          await clock.advance(2_000);
          const found = await outputs(running);
          const askedFor = [...batches.flat(), ...alone].toSorted((x, y) => x - y);
          expect(askedFor).toEqual(all.map((_, task) => task));
          for (const [task, { fails }] of all.entries()) {
            if (alone.includes(task) || fails > 0) expect(found[task]).toBe(task * 10);
            else expect(found[task]).toBe("AGENT_FAILED: a failed: no");
          }
          expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
        },
      ),
    );
  });
  it("leave their tokens behind when they leave a batch: later calls have that room", async () => {
    const clock = virtualClock();
    const batches: (readonly number[])[] = [];
    const a = agent({
      name: "a",
      limiters: ["minute"],
      maxCost: (tokens) => ({ inputTokens: Number(tokens), outputTokens: 0 }),
      run: (tokens: unknown) => tokens as number,
      batch: {
        waitMs: 1_000,
        run: (tasks: readonly unknown[]) => {
          batches.push(tasks as readonly number[]);
          return tasks as readonly number[];
        },
      },
    });
    const team = supervisor({
      name: "team",
      agents: { a },
      limiters: { minute: { tokensPerMinute: 100 } },
      clock,
    });
    const leaving = new AbortController();
    const left = rejection(team.run(60, { signal: leaving.signal }));
    const stays = team.run(10);
    leaving.abort(new Error("enough"));
    const comes = team.run(61);
    await Promise.all([left, stays, comes]);
    expect(batches).toEqual([[10, 61]]);
  });
});

function boom(): never {
  throw new Error("boom");
}
