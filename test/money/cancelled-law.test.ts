// Wherever a run is cancelled: when all that it asked has come to rest, the budget that runs share holds no reservation for it, and
// what is spent is what its log says that was charged, and never less than what was really used.
//
//   FC_RUNS=5000 vitest run test/money/cancelled-law --testTimeout=0

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, budgets, memory, supervisor, type Agent, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

interface Spec {
  /** What it may cost at most, and what of that it uses at first, and until it stops, in micro-dollars and in percent. */
  readonly bound: number;
  readonly first: number;
  readonly last: number;
  readonly says: boolean;
  readonly takesMs: number;
  /** How long it goes on when it is told to stop; after the grace where that is more. */
  readonly stopsMs: number;
  readonly fails: boolean;
  readonly batch: boolean;
  readonly nested: boolean;
}

/** Where the run is cancelled: at a write of its store, before or after it is done, or after some time. */
type Where =
  | { readonly at: "append" | "change"; readonly index: number; readonly done: boolean }
  | { readonly at: "time"; readonly ms: number };

const GRACE_MS = 20;

const specs: fc.Arbitrary<readonly Spec[]> = fc.array(
  fc.record({
    bound: fc.integer({ min: 0, max: 400 }),
    first: fc.constantFrom(0, 20, 50),
    last: fc.constantFrom(0, 20, 50),
    says: fc.boolean(),
    takesMs: fc.constantFrom(0, 1, 10),
    stopsMs: fc.constantFrom(0, 5, 30),
    fails: fc.boolean(),
    batch: fc.boolean(),
    nested: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

const wheres: fc.Arbitrary<Where> = fc.oneof(
  fc.record({
    at: fc.constantFrom("append" as const, "change" as const),
    index: fc.nat(12),
    done: fc.boolean(),
  }),
  fc.record({ at: fc.constant("time" as const), ms: fc.nat(25) }),
);

interface Used {
  micros: number;
}

function makeAgent(name: string, spec: Spec, clock: VirtualClock, used: Used): Agent {
  const { bound, first, last, says, takesMs, stopsMs, fails, batch } = spec;
  const use = (percent: number, report: (usage: { usdMicros: number }) => void): void => {
    const micros = Math.floor((bound * percent) / 100);
    used.micros += micros;
    if (says) report({ usdMicros: micros });
  };
  const work = async (
    signal: AbortSignal,
    report: (usage: { usdMicros: number }) => void,
  ): Promise<string> => {
    use(first, report);
    await new Promise<void>((resolve) => {
      const timer = clock.timer(takesMs, resolve);
      signal.addEventListener("abort", () => {
        timer[Symbol.dispose]();
        clock.timer(stopsMs, resolve);
      });
    });
    use(last, report);
    if (fails) throw new Error("no");
    return name;
  };
  return agent({
    name,
    maxCost: { usd: bound / 1e6 },
    graceMs: GRACE_MS,
    backoff: { baseMs: 0 },
    retries: 1,
    run: (_task: unknown, { signal, report }) => work(signal, report),
    ...(batch && {
      batch: {
        maxSize: 2,
        run: async (tasks: readonly unknown[], { signal, report }) => {
          const answers = tasks.map((_task, index) =>
            work(signal, (usage) => report(usage, index)),
          );
          const settled = await Promise.allSettled(answers);
          return settled.map((one) =>
            one.status === "fulfilled" ? one.value : (one.reason as Error),
          ) as never;
        },
      },
    }),
  }) as never;
}

/** A store that answers late, and tells of every write, before and after it. */
function watchedStore(hear: (what: "append" | "change", done: boolean) => void): Store {
  const inMemory = memory({ resumable: true }).store;
  const { values } = inMemory;
  return {
    ...inMemory,
    async append(events, fence) {
      hear("append", false);
      await undefined;
      inMemory.append(events, fence);
      hear("append", true);
    },
    values: {
      ...values,
      async change(key, make, options) {
        hear("change", false);
        await undefined;
        const made = values.change(key, make, options);
        hear("change", true);
        return made;
      },
      async changeAll(keys, make, options) {
        hear("change", false);
        await undefined;
        const made = values.changeAll(keys, make, options);
        hear("change", true);
        return made;
      },
    },
  };
}

/** What a log says that budgets were charged: of each call what it said last. */
function chargedIn(events: readonly RunEvent[]): number {
  const charged = new Map<string, number>();
  for (const event of events) {
    if ("charged" in event && event.charged !== undefined) charged.set(event.callId, event.charged);
  }
  return [...charged.values()].reduce((sum, micros) => sum + micros, 0);
}

async function atRest(clock: VirtualClock): Promise<void> {
  for (let turn = 0; await clock.next(); turn++) {
    if (turn > 2_000) throw new Error("it does not come to rest");
  }
}

describe("a run that is cancelled", () => {
  it("leaves no reservation in a shared budget, and has charged what its log says and at least what was used", async () => {
    await fc.assert(
      fc.asyncProperty(specs, wheres, async (all, where) => {
        const clock = virtualClock({ nowMs: Date.now() });
        const leaving = new AbortController();
        const counts = { append: 0, change: 0 };
        const store = watchedStore((what, done) => {
          if (done) counts[what]++;
          if (
            where.at === what &&
            where.done === done &&
            where.index + (done ? 1 : 0) === counts[what]
          ) {
            leaving.abort(new Error("enough"));
          }
        });
        const used: Used = { micros: 0 };
        const made = all.map((spec, index) => {
          const name = `a${index}`;
          const one = makeAgent(name, spec, clock, used);
          return spec.nested ? supervisor({ name: `t${index}`, agents: { [name]: one } }) : one;
        });
        const team = supervisor({
          name: "team",
          agents: Object.fromEntries(made.map((one) => [one.name, one])) as never,
          minAnswers: 0,
          budget: { usd: 600 / 1e6, scope: "today" },
          clock,
          backend: { store },
        });
        if (where.at === "time") clock.timer(where.ms, () => leaving.abort(new Error("enough")));
        const running = Promise.allSettled(
          ["r1", "r2"].map((runId, index) =>
            team.run(
              "task" as never,
              {
                runId,
                ...(index === 0 && { signal: leaving.signal }),
              } as never,
            ),
          ),
        );
        await atRest(clock);
        await running;
        await atRest(clock);
        const logs = await Promise.all(["r1", "r2"].map((runId) => store.read(runId)));
        expect(await budgets({ store }).of("today")).toEqual({
          spentMicros: chargedIn(logs.flatMap((log) => log.map((event) => renamed(event)))),
          reservedMicros: 0,
          overran: false,
        });
        expect(used.micros).toBeLessThanOrEqual((await budgets({ store }).of("today")).spentMicros);
        expect(used.micros).toBeLessThanOrEqual(600);
        expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
      }),
    );
  });
});

/** Calls of two runs have other names. */
function renamed(event: RunEvent): RunEvent {
  return "callId" in event && event.callId !== undefined
    ? { ...event, callId: `${event.runId} ${event.callId}` }
    : event;
}
