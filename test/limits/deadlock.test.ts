import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { agent, supervisor, type Agent, type Outcome } from "../../src/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

type Run = (task: number) => Promise<Outcome>;

/** A team whose one agent has a task of more than 0 run by `next`, which may be its own team. */
function relay(name: string, concurrency: number, clock: VirtualClock, next: () => Run) {
  const a = agent({
    name: "a",
    retries: 0,
    run: async (task: number) => {
      if (task === 0) return "done";
      // All who begin together have their slots by then.
      await setImmediate();
      const { results } = await next()(task - 1);
      const result = results["a"];
      if (result?.status === "failed") throw result.error;
      return "passed on";
    },
  });
  return supervisor({ name, agents: { a }, concurrency, clock });
}

const DEADLOCK = { status: "failed", error: { code: "DEADLOCK" } };
const SENTENCE = /^(the only slot is|all \d+ slots are) held by agents that wait/;

describe("an agent that runs its own team", () => {
  it("is told at once where it holds the only slot", async () => {
    const clock = virtualClock();
    const team = relay("team", 1, clock, () => team.run as Run);
    const { results } = await team.run(1);
    expect(results.a).toMatchObject(DEADLOCK);
    expect(results.a).toMatchObject({
      error: { message: expect.stringMatching(SENTENCE) as string },
    });
    expect([clock.monotonic(), clock.pending]).toEqual([0, 0]);
  });

  it("has its answer where there is a slot for each level, and is told where there is one too few", async () => {
    const clock = virtualClock();
    const team = relay("team", 4, clock, () => team.run as Run);
    expect((await team.run(3)).results.a).toMatchObject({ status: "ok" });
    expect((await team.run(4)).results.a).toMatchObject(DEADLOCK);
    expect(clock.monotonic()).toBe(0);
  });

  it("is told where several do so at once and take all slots; those that still can go on do", async () => {
    const clock = virtualClock();
    const team = relay("team", 3, clock, () => team.run as Run);
    const outcomes = await Promise.all([1, 1, 1].map((task) => team.run(task)));
    const ends = outcomes.map(({ results }) => results.a.status).toSorted();
    expect(ends).toEqual(["failed", "ok", "ok"]);
    expect(clock.monotonic()).toBe(0);
  });

  it("is told where it comes back to its team by way of another one", async () => {
    const clock = virtualClock();
    const one = relay("one", 1, clock, () => two.run as Run);
    const two = relay("two", 1, clock, () => one.run as Run);
    expect((await one.run(1)).results.a).toMatchObject({ status: "ok" });
    expect((await one.run(2)).results.a).toMatchObject(DEADLOCK);
    // Each waits for the other's slot, though neither began in the other.
    const crossed = await Promise.all([one.run(1), two.run(1)]);
    expect(crossed.map(({ results }) => results.a.status).toSorted()).toEqual(["failed", "ok"]);
    expect(clock.monotonic()).toBe(0);
  });

  it("waits where a slot will become free, since others at work hold them", async () => {
    const clock = virtualClock();
    const slow = agent({
      name: "a",
      run: async (task: number): Promise<string> => {
        if (task === 0) await new Promise<void>((resolve) => clock.timer(100, resolve));
        else await (team.run as Run)(0);
        return "done";
      },
    });
    const team = supervisor({ name: "team", agents: { a: slow }, concurrency: 2, clock });
    const running = Promise.all([team.run(1), team.run(0)]);
    await clock.advance(200);
    for (const { results } of await running) expect(results.a).toMatchObject({ status: "ok" });
  });

  it("is forgotten as a holder once it has ended: what it left running waits like everybody", async () => {
    const clock = virtualClock();
    const later = Promise.withResolvers<Outcome>();
    let first = true;
    const a = agent({
      name: "a",
      run: async (ms: number) => {
        if (first) {
          first = false;
          clock.timer(10, () => void (team.run as Run)(5).then(later.resolve, later.reject));
          return "begun";
        }
        await new Promise<void>((resolve) => clock.timer(ms, resolve));
        return "done";
      },
    });
    const team = supervisor({ name: "team", agents: { a }, concurrency: 1, clock });
    await team.run(0);
    const other = team.run(50);
    await clock.advance(100);
    expect((await other).results.a).toMatchObject({ status: "ok" });
    expect((await later.promise).results["a"]).toMatchObject({ status: "ok" });
  });

  it("is told where its calls are a batch that holds the only slot", async () => {
    const clock = virtualClock();
    const inner = async (task: number): Promise<string | Error> => {
      if (task === 0) return "done";
      const { results } = await (team.run as Run)(0);
      return results["a"]?.status === "failed" ? results["a"].error : "passed on";
    };
    const a = agent({
      name: "a",
      retries: 0,
      run: inner as (task: number) => Promise<string>,
      batch: { run: (tasks: readonly number[]) => Promise.all(tasks.map(inner)) },
    });
    const team = supervisor({ name: "team", agents: { a }, concurrency: 1, clock });
    const outcomes = await Promise.all([team.run(1), team.run(1)]);
    for (const { results } of outcomes) expect(results.a).toMatchObject(DEADLOCK);
    expect(clock.monotonic()).toBe(0);
  });

  it("waits for the slot of an attempt that has timed out, which is free after its grace", async () => {
    const { clock, team, jobs } = pool(2);
    jobs["deaf"] = async () => {
      await until(clock, 150);
      return team.run("quick");
    };
    jobs["asks"] = async () => {
      await until(clock, 300);
      return result(await team.run("quick"));
    };
    const limits = { timeoutMs: 100, graceMs: 1_000 };
    const deaf = team.run("deaf", limits);
    const asks = team.run("asks");
    await clock.advance(2_000);
    expect(result(await deaf)).toMatchObject({ error: { code: "TIMEOUT" } });
    expect(result(await asks)).toMatchObject({ output: { status: "ok" } });
  });

  it("waits where one of those in a circle of teams also waits for one that goes on", async () => {
    const clock = virtualClock();
    const [far, wide, near, last, other] = [1, 2, 1, 1, 1].map((slots) => pool(slots, clock));
    if (!far || !wide || !near || !last || !other) throw new Error("five were made");
    // Of the two slots of `wide` one is given back at 100.
    far.jobs["slow"] = () => until(clock, 100);
    wide.jobs["to near"] = () => until(clock, 10).then(() => near.team.run("quick"));
    wide.jobs["to far"] = () => until(clock, 15).then(() => far.team.run("quick"));
    near.jobs["to wide"] = () => wide.team.run("quick");
    last.jobs["to both"] = () =>
      until(clock, 20).then(() => Promise.all([wide, near].map(({ team }) => team.run("quick"))));
    other.jobs["to last"] = () =>
      until(clock, 30).then(async () => result(await last.team.run("quick")));
    const running = [
      far.team.run("slow"),
      wide.team.run("to near"),
      wide.team.run("to far"),
      near.team.run("to wide"),
      last.team.run("to both"),
    ];
    const asking = other.team.run("to last");
    await clock.advance(200);
    await Promise.all(running);
    expect(result(await asking)).toMatchObject({ output: { status: "ok" } });
  });

  it("is told where another run asks for the same kept answer, and waits for the slot that it holds", async () => {
    const clock = virtualClock();
    const told: unknown[] = [];
    const kept = agent({ name: "kept", version: "1", cache: true, run: () => "kept" });
    const asking = agent({
      name: "asking",
      run: async () => {
        await until(clock, 100);
        const { results } = await run("same", { route: ["kept"] });
        told.push(clock.monotonic(), results["kept"]);
      },
    });
    const agents = { kept, asking } as Record<string, Agent>;
    const team = supervisor({ name: "team", agents, concurrency: 1, clock });
    const run = team.run as (task: string, options: object) => Promise<Outcome>;
    const asked = run("outer", { route: ["asking"] });
    const other = run("same", { route: ["kept"] });
    await clock.advance(1_000);
    await asked;
    expect(told).toMatchObject([100, DEADLOCK]);
    expect((await other).results["kept"]).toMatchObject({ output: "kept" });
  });

  it.each([
    ["before", 0],
    ["after", 100],
  ])(
    "alone is told where its call and another run's are one batch, also where it comes %s that",
    async (_, laterMs) => {
      const clock = virtualClock();
      const batch = {
        waitMs: 10,
        run: (tasks: readonly string[]) => Promise.resolve(tasks.map((task) => `of ${task}`)),
      };
      const listed = agent({ name: "listed", run: (task: string) => `of ${task}`, batch });
      const told: unknown[] = [];
      const asking = agent({
        name: "asking",
        run: async () => {
          await until(clock, laterMs);
          const { results } = await run("inner", { route: ["listed"] });
          told.push(clock.monotonic(), results["listed"]);
        },
      });
      const agents = { listed, asking } as Record<string, Agent>;
      const team = supervisor({ name: "team", agents, concurrency: 1, clock });
      const run = team.run as (task: string, options: object) => Promise<Outcome>;
      const asked = run("outer", { route: ["asking"] });
      const listing = run("outer", { route: ["listed"] });
      await clock.advance(1_000);
      await asked;
      expect(told).toMatchObject([laterMs, DEADLOCK]);
      expect((await listing).results["listed"]).toMatchObject({ output: "of outer" });
    },
  );
});

type Jobs = Record<string, () => Promise<unknown>>;

/** A team of one agent that does, of the jobs of its team, the one that it is told. */
function pool(concurrency: number, clock = virtualClock()) {
  const jobs: Jobs = { quick: () => Promise.resolve("done") };
  const a = agent({ name: "a", retries: 0, run: (job: string) => jobs[job]?.() });
  const team = supervisor({ name: "team", agents: { a }, concurrency, clock });
  return { clock, jobs, team: team as { run(job: string, limits?: object): Promise<Outcome> } };
}

function until(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.timer(ms, resolve));
}

function result({ results }: Outcome): unknown {
  return results["a"];
}
