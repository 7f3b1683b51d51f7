import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/async/cancellation.ts";
import { budgetLimit } from "../../src/limits/budget-limit.ts";
import { makeLimit, type Limit } from "../../src/limits/limit.ts";
import { turnstile } from "./permits.ts";

const waiting = ({ queue }: Limit): number => queue.size;

const AT_REST = { inFlight: 0, queue: { first: undefined }, hold: undefined, alarm: undefined };

const { enter, leave } = turnstile();

const turn = (): Promise<void> => Promise.resolve();

describe("admission", () => {
  it("answers at once while there is room, and admits in the order of arrival", async () => {
    const only = makeLimit(1);
    const cancellation = new Cancellation();
    expect(enter([only], cancellation)).toBeUndefined();
    const order: number[] = [];
    const all = [1, 2, 3].map(async (n) => {
      await enter([only], cancellation);
      order.push(n);
      leave([only]);
    });
    leave([only]);
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
    expect(only).toMatchObject(AT_REST);
  });

  it("holds nothing of a limit that has room while another is full", async () => {
    const [inner, outer] = [makeLimit(1), makeLimit(2)];
    const cancellation = new Cancellation();
    void enter([outer, inner], cancellation);
    const second = enter([outer, inner], cancellation);
    expect(outer.inFlight).toBe(1);
    expect(enter([outer], cancellation)).toBeUndefined();
    leave([outer, inner]);
    await second;
    expect([outer.inFlight, inner.inFlight]).toEqual([2, 1]);
  });

  it("lets the oldest that is admissible go first, over several limits", async () => {
    const [outer, a, b] = [makeLimit(2), makeLimit(1), makeLimit(1)];
    const cancellation = new Cancellation();
    const order: string[] = [];
    const come = async (name: string, limits: readonly Limit[]): Promise<void> => {
      await enter(limits, cancellation);
      order.push(name);
    };
    void enter([outer, a], cancellation);
    void enter([outer], cancellation);
    const all = [
      come("a, oldest", [outer, a]),
      come("b", [outer, b]),
      come("outer alone", [outer]),
      come("a, youngest", [outer, a]),
    ];
    // The first may not go: its limit is full. So the second does.
    leave([outer]);
    await turn();
    expect(order).toEqual(["b"]);
    leave([outer, a]);
    await turn();
    expect(order).toEqual(["b", "a, oldest"]);
    leave([outer, b]);
    await turn();
    expect(order).toEqual(["b", "a, oldest", "outer alone"]);
    leave([outer, a]);
    await Promise.all(all);
    expect(order.at(-1)).toBe("a, youngest");
  });

  it("lets the oldest go first when one who leaves makes room in two limits", async () => {
    const [a, b] = [makeLimit(1), makeLimit(1)];
    const cancellation = new Cancellation();
    const order: string[] = [];
    void enter([a, b], cancellation);
    const both = (async () => {
      await enter([a, b], cancellation);
      order.push("both");
      leave([a, b]);
    })();
    const second = (async () => {
      await enter([b], cancellation);
      order.push("second");
      leave([b]);
    })();
    leave([a, b]);
    await Promise.all([both, second]);
    expect(order).toEqual(["both", "second"]);
  });

  it("takes who is cancelled out of the queue, with the reason and without a trace", async () => {
    const only = makeLimit(1);
    const staying = new Cancellation();
    void enter([only], staying);
    const leaving = [1, 2, 3].map((n) => ({ n, cancellation: new Cancellation() }));
    const waits = leaving.map(({ cancellation }) => enter([only], cancellation));
    const stays = enter([only], staying);
    for (const { n, cancellation } of leaving.toReversed()) cancellation.cancel(n);
    expect(await Promise.allSettled(waits)).toMatchObject([
      { reason: 1 },
      { reason: 2 },
      { reason: 3 },
    ]);
    expect(waiting(only)).toBe(1);
    leave([only]);
    await stays;
    expect(only.inFlight).toBe(1);
    leave([only]);
    expect(only).toMatchObject(AT_REST);
  });

  it("admits who stood behind one that is cancelled, where that needs less of a gate", async () => {
    const money = budgetLimit({ limitMicros: 10, unbounded: "refuse", scope: undefined }, "it");
    const ticket = (usdMicros: number) => ({ usdMicros });
    const [staying, leaving] = [new Cancellation(), new Cancellation()];
    void enter([money], staying, ticket(6));
    const large = enter([money], leaving, ticket(9));
    const small = enter([money], staying, ticket(4));
    leaving.cancel("enough");
    await expect(large).rejects.toBe("enough");
    await small;
    expect([money.inFlight, waiting(money)]).toEqual([2, 0]);
    leave([money]);
    leave([money]);
    expect(money).toMatchObject(AT_REST);
  });

  it("lets an older one that changes over pass before those who wait for a gate, and a younger one not", async () => {
    const money = budgetLimit({ limitMicros: 10, unbounded: "refuse", scope: undefined }, "it");
    const ticket = (usdMicros: number) => ({ usdMicros });
    const cancellation = new Cancellation();
    const order: string[] = [];
    const come = async (
      name: string,
      limits: readonly Limit[],
      usdMicros: number,
    ): Promise<void> => {
      await enter(limits, cancellation, ticket(usdMicros));
      order.push(name);
    };
    const only = makeLimit(1);
    void enter([money], cancellation, ticket(6));
    void enter([only], cancellation);
    const all = [
      come("older", [only, money], 1),
      come("large", [money], 9),
      come("younger", [only, money], 1),
    ];
    leave([only]);
    await turn();
    expect(order).toEqual(["older"]);
    leave([only]);
    await turn();
    expect([order, waiting(only), waiting(money)]).toEqual([["older"], 0, 2]);
    cancellation.cancel("the end");
    await Promise.allSettled(all);
  });

  it("lets the oldest go first when one who leaves makes room in two limits by turns", async () => {
    const open = { waitMs: () => 0, take: () => {} };
    const [a, b] = [makeLimit(1, open, { fair: true }), makeLimit(1, open, { fair: true })];
    const cancellation = new Cancellation();
    let runs = 0;
    const ticket = () => ({ runId: `run ${++runs}` });
    const order: string[] = [];
    const come = async (name: string, limits: readonly Limit[]): Promise<void> => {
      await enter(limits, cancellation, ticket());
      order.push(name);
      leave(limits);
    };
    void enter([a, b], cancellation, ticket());
    // They stand in different queues, and each needs what the other one waits for.
    const all = [come("oldest", [a, b]), come("youngest", [b, a])];
    leave([a, b]);
    await Promise.all(all);
    expect(order).toEqual(["oldest", "youngest"]);
    for (const one of [a, b]) expect(one).toMatchObject(AT_REST);
  });

  it("admits whoever may go and nobody else, whatever comes, goes and gives up", async () => {
    const widths = fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 });
    const steps = fc.array(
      fc.record({
        does: fc.constantFrom(
          "comes" as const,
          "comes" as const,
          "goes" as const,
          "gives up" as const,
        ),
        which: fc.nat(),
        path: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(widths, steps, async (limits, script) => {
        const all = limits.map((limit) => makeLimit(limit));
        const inside: Limit[][] = [];
        const queue: { limits: Limit[]; cancellation: Cancellation; admitted: boolean }[] = [];
        for (const { does, which, path } of script) {
          if (does === "comes") {
            const chosen = [...new Set(path.map((index) => all[index % all.length] as Limit))];
            const cancellation = new Cancellation();
            const entered = enter(chosen, cancellation);
            if (entered === undefined) {
              inside.push(chosen);
            } else {
              const waiter = { limits: chosen, cancellation, admitted: false };
              queue.push(waiter);
              entered.then(
                () => {
                  waiter.admitted = true;
                },
                () => {},
              );
            }
          } else if (does === "goes" && inside.length > 0) {
            const [gone] = inside.splice(which % inside.length, 1);
            // What the oldest-first rule promises, worked out afresh from the whole queue.
            const free = new Map(all.map((one) => [one, one.concurrency - one.inFlight]));
            for (const one of gone ?? []) free.set(one, (free.get(one) ?? 0) + 1);
            const due = queue.filter((waiter) => {
              if (waiter.limits.some((one) => (free.get(one) ?? 0) < 1)) return false;
              for (const one of waiter.limits) free.set(one, (free.get(one) ?? 0) - 1);
              return true;
            });
            leave(gone ?? []);
            await turn();
            expect(queue.filter(({ admitted }) => admitted)).toEqual(due);
            for (const waiter of due) {
              queue.splice(queue.indexOf(waiter), 1);
              inside.push(waiter.limits);
            }
          } else if (does === "gives up" && queue.length > 0) {
            const [gone] = queue.splice(which % queue.length, 1);
            gone?.cancellation.cancel("enough");
          }
          for (const one of all) {
            expect(one.inFlight).toBe(inside.filter((held) => held.includes(one)).length);
            expect(one.inFlight).toBeLessThanOrEqual(one.concurrency);
          }
          expect(all.reduce((sum, one) => sum + waiting(one), 0)).toBe(queue.length);
        }
        for (const { cancellation } of queue) cancellation.cancel("the end");
        for (const one of all)
          expect([waiting(one), one.hold, one.alarm]).toEqual([0, undefined, undefined]);
      }),
    );
  });
});
