import { growth } from "../operations.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  agent,
  judge,
  memory,
  rerun,
  supervisor,
  unanimous,
  type AgentOptions,
  type JudgeQuestion,
  type Resolver,
} from "../../src/index.ts";
import { similar, type SimilarOptions } from "../../src/similar/index.ts";
import { listSchedule, type ScheduledJob } from "../../src/forecast/list-schedule.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

const usd = (micros: number) => ({ usd: micros / 1e6 });

/** An agent that must not be asked. */
const planned = <const Name extends string>(name: Name, options: object = {}) =>
  agent({
    name,
    maxCost: usd(10),
    ...options,
    run: (): never => {
      throw new Error(`${name} was asked`);
    },
  } as AgentOptions<Name, unknown, unknown, unknown, never, never, Readonly<Record<never, never>>>);

/** One that always fails in a way that is worth a repetition, and uses all that it may. */
const failing = <const Name extends string>(name: Name, micros: number, options: object = {}) =>
  agent({
    name,
    maxCost: usd(micros),
    ...options,
    run: (_task: unknown, { report }): string => {
      report({ usdMicros: micros });
      throw Object.assign(new Error("busy"), { status: 503 });
    },
  });

async function whenDone<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let over = false;
  work.then(
    () => (over = true),
    () => (over = true),
  );
  do {
    if (!(await clock.next()) && !over) throw new Error("it waits for nothing");
  } while (!over);
  return work;
}

describe("a plan", () => {
  it("takes no longer than the deadline, whatever its agents may take", async () => {
    const agents = { a: planned("a", { timeoutMs: Infinity }), b: planned("b") };
    const team = supervisor({ name: "team", agents, deadlineMs: 1_000 });
    expect((await team.plan("task")).worst.durationMs).toBe(1_000);
    const shorter = await team.plan("task", { route: ["b"], deadlineMs: 200 });
    expect(shorter.worst.durationMs).toBe(200);
    const longer = await team.plan("task", { route: ["b"], deadlineMs: 1_000_000 });
    expect(longer.worst.durationMs).toBeLessThan(1_000_000);
    await expect(team.plan("task", { deadlineMs: 0 })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
    });
  });

  it("is given up at the deadline where a route does not answer", async () => {
    const clock = virtualClock();
    const route = () => new Promise<never>(() => {});
    const team = supervisor({ name: "team", agents: { a: planned("a") }, route, clock });
    const refused = rejection(team.plan("task", { deadlineMs: 100 }));
    await clock.advance(100);
    expect(await refused).toMatchObject({ code: "TIMEOUT" });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("says who would be asked in what order, at which tier, and how often at most", async () => {
    const a = planned("a");
    const b = planned("b", { tier: "strong", retries: 2 });
    const inner = supervisor({
      name: "inner",
      needs: { b },
      mode: "sequence",
      agents: { x: planned("x"), y: planned("y") },
      asWorker: { retries: 1 },
    });
    const team = supervisor({
      name: "team",
      agents: { inner, a, b, left: planned("left") },
      route: ["a", "inner"],
      tiers: { small: "mini", strong: { modelId: "maxi" } },
    });
    const plan = await team.plan("task" as never);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    const rows = plan.agents.map(({ place, role, needs, stage, tier, model, attempts }) =>
      [place, role, needs.join(), stage, tier, model, attempts].join(" "),
    );
    expect(rows).toEqual([
      "inner team b 2   8",
      "inner/x member  1 small mini 4",
      "inner/y member inner/x 2 small mini 4",
      "a member  1 small mini 2",
      "b member  1 strong maxi 3",
    ]);
    expect(plan.worst.usdMicros).toBe(10 * (8 + 2 + 3));
  });

  it("refuses what the run would refuse before it asks anybody", async () => {
    const team = supervisor({ name: "team", agents: { a: planned("a") } });
    const refusal = (task: unknown, options: object = {}): Promise<unknown> =>
      team.plan(task as never, options).then(undefined, (error: unknown) => error);
    expect(await refusal(1n)).toMatchObject({ code: "INPUT_INVALID" });
    expect(await refusal(1, { route: ["z"] })).toMatchObject({ code: "BAD_ROUTE" });
    expect(await refusal(1, { runId: "x" })).toMatchObject({ code: "BAD_OPTIONS" });
    const enough = new Error("enough");
    expect(await refusal(1, { signal: AbortSignal.abort(enough) })).toBe(enough);
  });

  it("says whose bound is missing, and why, instead of a figure", async () => {
    const team = supervisor({
      name: "team",
      agents: {
        none: agent({ name: "none", run: () => "" }),
        late: planned("late", { maxCost: () => usd(1), needs: {} }),
        mapped: planned("mapped", { maxCost: () => usd(1) }),
        tokens: planned("tokens", { maxCost: { inputTokens: 5 } }),
        broken: planned("broken", {
          maxCost: () => {
            throw new Error("no idea");
          },
        }),
        endless: planned("endless", { timeoutMs: Infinity }),
      },
      inputs: { mapped: (task, results) => ({ task, results }) as never },
      mode: "sequence",
    });
    const { worst, gaps } = await team.plan("task" as never);
    expect(worst).toEqual({ usdMicros: "unknown", durationMs: "unknown" });
    expect(gaps.map(({ place, what, why }) => `${place} ${what}: ${why}`)).toEqual([
      "none cost: it has no maxCost",
      "mapped cost: its maxCost depends on an input that is not known yet",
      "tokens cost: its maxCost is in tokens of a model without a price",
      "broken cost: the maxCost of broken failed: no idea",
      "endless time: its timeoutMs is Infinity",
    ]);
  });

  it("knows what is kept, and does not count on it in the worst case", async () => {
    let many = 0;
    const kept = agent({
      name: "kept",
      version: "1",
      cache: true,
      maxCost: usd(10),
      run: (_task: unknown, { report }) => {
        report({ usdMicros: 4 });
        return `answer ${++many}`;
      },
    });
    const after = agent({
      name: "after",
      version: "1",
      cache: true,
      needs: { kept },
      run: () => 1,
    });
    const team = supervisor({ name: "team", agents: { kept, after } });
    await team.run("task");
    const plan = await team.plan("task");
    expect(plan.agents.map((one) => one.kept)).toEqual([true, "unknown"]);
    expect(plan.hits).toBe(1);
    expect(plan.agents[0]).toMatchObject({
      expected: { usdMicros: 0, durationMs: 0 },
      worst: { usdMicros: 20 },
    });
    expect((await team.plan("another")).hits).toBe(0);
    expect((await team.plan("task", { cache: { bust: true } })).hits).toBe(0);
    expect((await team.plan("task", { cache: { scope: "other" } })).hits).toBe(0);
    expect(many).toBe(1);
  });

  it("expects the medians of runs before, at places of any team, and for judges how often they were needed", async () => {
    const clock = virtualClock();
    const store = memory({ clock }).store;
    const costing = <const Name extends string>(name: Name) =>
      agent({
        name,
        run: async (task: { readonly cost: number; readonly agreed: boolean }, { report }) => {
          await new Promise<void>((resolve) => clock.timer(task.cost * 10, resolve));
          report({ usdMicros: task.cost });
          return { recommendation: task.agreed ? "ship" : name };
        },
      });
    const chief = judge({
      ask: agent({
        name: "chief",
        run: async (_question: unknown, { report }) => {
          await new Promise<void>((resolve) => clock.timer(100, resolve));
          report({ usdMicros: 1_000 });
          return { choice: "A", reasoning: "" };
        },
      }) as never,
    });
    const inner = supervisor({
      name: "inner",
      agents: { x: costing("x"), y: costing("y") },
      resolve: [unanimous(), chief],
    });
    const team = supervisor({
      name: "team",
      agents: { inner, z: costing("z") },
      clock,
      backend: { store },
    });
    const task = { cost: 1, agreed: true };
    expect(await team.plan(task)).toMatchObject({
      recorded: 0,
      expected: { usdMicros: "unknown", durationMs: "unknown" },
    });
    for (const [cost, agreed] of [
      [5, true],
      [9, false],
      [7, false],
    ] as const) {
      await whenDone(clock, team.run({ cost, agreed }));
    }
    const plan = await team.plan(task);
    const costs = plan.agents.map(({ place, expected }) => `${place} ${expected.usdMicros}`);
    expect(costs).toEqual(["inner 2014", "inner/x 7", "inner/y 7", "inner/~chief 2000", "z 7"]);
    // Three at once, then the judge in both orders; or one after another, the judge last.
    expect(plan).toMatchObject({ recorded: 3, expected: { usdMicros: 2_021, durationMs: 170 } });
    const one = await team.plan(task, { concurrency: 1 });
    expect(one.expected.durationMs).toBe(310);
  });

  it("takes the bound of an attempt where runs before do not say what it cost", async () => {
    const silent = agent({ name: "silent", maxCost: usd(30), run: () => "yes" });
    const team = supervisor({ name: "team", agents: { silent } });
    await team.run("task");
    expect((await team.plan("task")).expected.usdMicros).toBe(30);
  });

  it("says whether the worst case fits into each budget, and what others have taken of it", async () => {
    const store = memory().store;
    const spender = agent({
      name: "spender",
      retries: 0,
      maxCost: usd(40),
      budget: usd(30),
      run: (_task: unknown, { report }) => report({ usdMicros: 25 }),
    });
    const bounded = (limit: number) =>
      supervisor({
        name: "team",
        agents: { spender },
        budget: [{ ...usd(limit), scope: "day" }],
        backend: { store },
      });
    const before = await bounded(100).plan("task", { budget: usd(40) });
    expect(before.budgets).toEqual([
      {
        whose: "this run",
        scope: null,
        limitMicros: 40,
        takenMicros: 0,
        worstMicros: 40,
        fits: true,
      },
      {
        whose: 'a run of "team"',
        scope: "day",
        limitMicros: 100,
        takenMicros: 0,
        worstMicros: 40,
        fits: true,
      },
      {
        whose: 'agent "spender"',
        scope: null,
        limitMicros: 30,
        takenMicros: 0,
        worstMicros: 40,
        fits: false,
      },
    ]);
    await supervisor({
      name: "other",
      agents: { spender: agent({ name: "spender", maxCost: usd(80), run: spender.run as never }) },
      budget: { ...usd(100), scope: "day" },
      backend: { store },
    }).run("task" as never);
    const [, shared] = (await bounded(100).plan("task", { budget: usd(40) })).budgets;
    expect(shared).toMatchObject({ takenMicros: 25, fits: true });
    expect((await bounded(60).plan("task")).budgets[0]).toMatchObject({ fits: false });
  });
});

describe("the worst case", () => {
  it("is what a team comes to that fails as often as it may, in money", async () => {
    const clock = virtualClock();
    const inner = supervisor({
      name: "inner",
      agents: { x: failing("x", 7, { retries: 2, fallback: failing("y", 5) }) },
      asWorker: { retries: 2 },
      required: ["x"],
    });
    const team = supervisor({ name: "team", agents: { inner }, clock });
    const { worst } = await team.plan("task");
    const { bill } = await whenDone(clock, team.run("task"));
    expect(worst.usdMicros).toBe(3 * (3 * 7 + 2 * 5));
    expect(bill.spent.usdMicros).toBe(worst.usdMicros);
  });

  it("has everybody asked once more, where a resolver may want that, at the dearest tier", async () => {
    const speaker = <const Name extends string>(name: Name) =>
      agent({
        name,
        retries: 0,
        maxCost: (_task: unknown, { tier }) => usd(tier === "strong" ? 100 : 10),
        run: (_task: unknown, { report, tier }) => {
          report({ usdMicros: tier === "strong" ? 100 : 10 });
          return { recommendation: name };
        },
      });
    const team = supervisor({
      name: "team",
      agents: { a: speaker("a"), b: speaker("b") },
      tiers: { small: 1, strong: 2 },
      resolve: [unanimous(), rerun()],
    });
    const { worst } = await team.plan("task");
    expect(worst.usdMicros).toBe(220);
    expect((await team.run("task")).bill.spent.usdMicros).toBe(220);
  });

  it("has judges asked about maxSubjects subjects, and they are not asked about more", async () => {
    let asked = 0;
    const counting = agent({
      name: "chief",
      retries: 0,
      maxCost: usd(10),
      // What it answers first nobody can read: it is asked for once more.
      run: ({ again }: JudgeQuestion, { report }) => {
        asked++;
        report({ usdMicros: 10 });
        return { choice: again === undefined ? "the first" : "A", reasoning: "" };
      },
    });
    const speaker = <const Name extends string>(name: Name) =>
      agent({
        name,
        retries: 0,
        maxCost: usd(0),
        run: (_task: unknown, { report }) => report({ usdMicros: 0 }),
        claims: () =>
          Array.from({ length: 9 }, (_, index) => ({ subject: `s${index}`, position: name })),
      });
    const team = supervisor({
      name: "team",
      agents: { a: speaker("a"), b: speaker("b") },
      resolve: [unanimous(), judge({ ask: counting })],
      maxSubjects: 4,
    });
    const { worst, agents } = await team.plan("task");
    expect(agents.at(-1)).toMatchObject({ place: "~chief", role: "judge", attempts: 16, stage: 2 });
    expect(worst.usdMicros).toBe(160);
    const { bill, verdicts } = await team.run("task");
    expect(asked).toBe(16);
    expect(bill.spent.usdMicros).toBe(160);
    expect(verdicts.filter(({ status }) => status === "undecided")).toHaveLength(9);
  });

  it("has judges asked twice, where a rerun has the whole chain tried once more", async () => {
    const clock = virtualClock();
    let asked = 0;
    // It chooses by place and not by what stands there, so that it decides nothing, and the chain goes on.
    const chief = agent({
      name: "chief",
      retries: 0,
      maxCost: usd(100),
      run: ({ again }: JudgeQuestion, { report }) => {
        asked++;
        report({ usdMicros: 100 });
        return { choice: again === undefined ? "?" : "A", reasoning: "it comes first" };
      },
    });
    const member = <const Name extends string>(name: Name, recommendation: string) =>
      agent({
        name,
        retries: 0,
        maxCost: usd(0),
        // Each changes its mind, and they disagree as before.
        run: (_task: unknown, { others }) => ({
          recommendation: others.length > 0 ? `${recommendation} later` : recommendation,
        }),
      });
    const team = supervisor({
      name: "team",
      agents: { a: member("a", "ship"), b: member("b", "hold") },
      resolve: [unanimous(), judge({ ask: chief }), rerun()],
      maxSubjects: 1,
      clock,
    });
    const { worst } = await team.plan("task");
    const { bill } = await whenDone(clock, team.run("task"));
    expect(asked).toBe(8);
    expect(worst.usdMicros).toBe(800);
    expect(bill.lines.find(({ agent: name }) => name === "chief")?.cost.usdMicros).toBe(800);
  });

  it("is unknown where a resolver does not say how often it asks", async () => {
    const clerk = planned("clerk");
    const own: Resolver = {
      name: "own",
      asks: [clerk],
      settle: () => ({ defer: "it cannot say" }),
    };
    const team = supervisor({ name: "team", agents: { a: planned("a") }, resolve: [own] });
    const { worst, gaps } = await team.plan("task" as never);
    expect(worst.usdMicros).toBe("unknown");
    expect(gaps[0]).toEqual({
      place: "~clerk",
      what: "cost",
      why: "nothing says how often it is asked",
    });
  });

  it("has who is asked about pairs of findings asked about maxPairs, and does not know how many texts there will be", async () => {
    const sameness = agent({
      name: "sameness",
      retries: 0,
      maxCost: usd(3),
      run: () => ({ same: true }),
    });
    const teamWith = (options: SimilarOptions) =>
      supervisor({
        name: "team",
        agents: { a: planned("a", { retries: 0 }) },
        similar: similar(options),
      }).plan("task" as never);
    const judged = await teamWith({ judge: sameness as never, maxPairs: 7 });
    expect(judged.worst.usdMicros).toBe(10 + 7 * 3);
    const embedded = await teamWith({ judge: sameness as never, embed: async () => [] });
    expect(embedded.worst.usdMicros).toBe("unknown");
  });

  it("takes as long as attempts that hang and waits between them, one after another where there is no room", async () => {
    const clock = virtualClock();
    const hanging = <const Name extends string>(name: Name) =>
      agent({
        name,
        timeoutMs: 100,
        graceMs: 50,
        backoff: { baseMs: 10, maxRetryAfterMs: 40 },
        // Does not stop when told to.
        run: () => new Promise<string>((resolve) => clock.timer(1e6, () => resolve(""))),
      });
    const three = { a: hanging("a"), b: hanging("b"), c: hanging("c") };
    const tookMs = async (concurrency: number) => {
      const team = supervisor({ name: "team", agents: three, concurrency, clock });
      const { worst } = await team.plan("task");
      const before = clock.monotonic();
      await whenDone(clock, team.run("task"));
      return { worst: worst.durationMs as number, took: clock.monotonic() - before };
    };
    const wide = await tookMs(8);
    expect(wide.worst).toBe(2 * 100 + 40);
    expect(wide.took).toBeLessThan(wide.worst + 1);
    const narrow = await tookMs(1);
    // Six attempts and their grace times, of which the last is not waited for.
    expect(narrow.took).toBeCloseTo(5 * 150 + 100);
    expect(narrow.worst).toBeGreaterThan(narrow.took - 1);
  });
});

describe("the worst time", () => {
  it("has the time in which members are asked once more, after all have answered", async () => {
    const clock = virtualClock();
    const slow = <const Name extends string>(name: Name) =>
      agent({
        name,
        retries: 0,
        timeoutMs: 100,
        run: async (_task: unknown) => {
          await new Promise<void>((resolve) => clock.timer(90, resolve));
          return { recommendation: name };
        },
      });
    const tookMs = async (options: object) => {
      const team = supervisor({
        name: "team",
        agents: { a: slow("a"), b: slow("b") },
        tiers: { small: 1, strong: 2 },
        clock,
        ...options,
      });
      const { worst } = await team.plan("task");
      const before = clock.monotonic();
      await whenDone(clock, team.run("task"));
      return { worst: worst.durationMs, took: Math.round(clock.monotonic() - before) };
    };
    expect(await tookMs({})).toEqual({ worst: 100, took: 90 });
    expect(await tookMs({ resolve: [unanimous(), rerun()] })).toEqual({ worst: 200, took: 180 });
    // Further tiers are counted twice: by themselves they are asked at once, for what others say when all have answered.
    expect(await tookMs({ escalateIf: ["conflict"] })).toEqual({ worst: 300, took: 180 });
  });

  it("has a nested team wait as long as what its agents called may tell it to", async () => {
    const clock = virtualClock();
    const told = agent({
      name: "told",
      timeoutMs: 100,
      retries: 0,
      run: (): string => {
        throw Object.assign(new Error("busy"), { status: 503, retryAfterMs: 50_000 });
      },
    });
    const inner = supervisor({ name: "inner", agents: { told }, asWorker: { retries: 1 } });
    const outer = supervisor({ name: "outer", agents: { inner }, clock });
    const { worst } = await outer.plan("task");
    await whenDone(clock, outer.run("task"));
    expect(clock.monotonic()).toBeGreaterThanOrEqual(50_000);
    expect(worst.durationMs).toBeGreaterThanOrEqual(clock.monotonic());
  });
});

describe("a schedule", () => {
  const job = (
    durationMs: number,
    after: readonly number[] = [],
    limits: readonly object[] = [],
  ) => ({
    durationMs,
    after,
    rooms: limits as never,
  });

  it("follows needs and limits, and whoever has waited longest goes first", () => {
    const two = [{ limit: 2 }];
    expect(listSchedule([job(3), job(4, [0]), job(5)])).toBe(7);
    expect(listSchedule([job(3, [], two), job(3, [], two), job(3, [], two)])).toBe(6);
    expect(listSchedule([job(4, [1]), job(2, [])])).toBe(6);
    expect(listSchedule([])).toBe(0);
  });

  it("is that of looking at all who wait whenever there is room, whatever they need and are limited by", () => {
    /** The same by hand: of all jobs that may begin the one that has waited longest does, until none may. */
    const byHand = (jobs: readonly ScheduledJob[]): number => {
      const left = new Set(jobs.keys());
      let waits: number[] = [];
      let running: { readonly index: number; readonly endMs: number }[] = [];
      let nowMs = 0;
      const fits = (index: number): boolean =>
        (jobs[index]?.rooms ?? []).every(
          (room) =>
            running.filter((one) => jobs[one.index]?.rooms.includes(room)).length < room.limit,
        );
      const ended = new Set<number>();
      const arrive = (): void => {
        const free = [...left].filter((index) => jobs[index]?.after.every((one) => ended.has(one)));
        for (const index of free) left.delete(index);
        waits.push(...free);
      };
      for (arrive(); ; arrive()) {
        for (let next = waits.find(fits); next !== undefined; next = waits.find(fits)) {
          const index = next;
          waits = waits.filter((one) => one !== index);
          running.push({ index, endMs: nowMs + (jobs[index]?.durationMs ?? 0) });
        }
        if (running.length === 0) return nowMs;
        const endMs = Math.min(...running.map((one) => one.endMs));
        const first = running.find((one) => one.endMs === endMs);
        nowMs = endMs;
        running = running.filter((one) => one !== first);
        if (first !== undefined) ended.add(first.index);
      }
    };
    const rooms = [{ limit: 1 }, { limit: 2 }, { limit: 3 }];
    const lists = [[], ...rooms.map((room) => [room]), rooms.slice(0, 2), rooms.slice(1), rooms];
    const jobs = fc.array(
      fc.record({
        // All end at times of their own, so that there is one order only.
        ms: fc.integer({ min: 1, max: 9 }),
        after: fc.array(fc.nat(20), { maxLength: 2 }),
        list: fc.nat(lists.length - 1),
      }),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(jobs, (all) => {
        const made = all.map(({ ms, after, list }, index) => ({
          durationMs: ms * 1_000 + 2 ** index / 1e3,
          after: [...new Set(after.filter((before) => before < index))],
          rooms: lists[list] ?? [],
        }));
        expect(listSchedule(made)).toBeCloseTo(byHand(made));
      }),
    );
  });

  it("takes work in proportion to the number of agents, also where each has a limit of its own below one of all", async () => {
    const all = { limit: 8 };
    const schedule = (agents: number): void => {
      const jobs = Array.from({ length: agents }, (_, index) =>
        job(1 + (index % 7), [], [all, { limit: 1 }]),
      );
      expect(listSchedule(jobs)).toBeGreaterThan(agents * 0.4);
    };
    expect(await growth(500, schedule)).toBeLessThan(2.3);
  });

  it("takes work in proportion to the number of agents that wait for one limit", async () => {
    const room = [{ limit: 8 }];
    const schedule = (agents: number): void => {
      const jobs = Array.from({ length: agents }, (_, index) => job(1 + (index % 7), [], room));
      expect(listSchedule(jobs)).toBeGreaterThan(agents * 0.4);
    };
    expect(await growth(2_000, schedule)).toBeLessThan(2.2);
  });
});
