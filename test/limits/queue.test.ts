import { growth } from "../operations.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeQueue, type Queue, type Queued } from "../../src/limits/queue.ts";

interface One extends Queued<One> {
  readonly name: string;
}

const OWNERS = { a: {}, b: {}, c: {} };
type Owner = keyof typeof OWNERS;

let arrivals = 0;
const one = (owner: Owner, arrival = arrivals++): One => ({
  name: `${owner}${arrival}`,
  arrival,
  owner: OWNERS[owner],
  line: undefined,
  before: undefined,
  after: undefined,
});

/** Serves everybody. */
function served(queue: Queue<One>): readonly string[] {
  const names: string[] = [];
  for (let { first } = queue; first !== undefined; first = queue.first) {
    names.push(first.name);
    queue.serve();
  }
  return names;
}

describe("a queue", () => {
  it("is first come, first served, also for who changes over from another one", () => {
    const queue = makeQueue<One>(false);
    for (const arrival of [10, 11, 12, 13]) queue.add(one("a", arrival));
    const late = [one("b", 12.5), one("c", 1), one("b", 10.5), one("c", 99)];
    expect(late.map((next) => queue.wouldLead(next))).toEqual([false, true, false, false]);
    for (const next of late) queue.add(next);
    expect(queue.size).toBe(8);
    expect(served(queue)).toEqual(["c1", "a10", "b10.5", "a11", "a12", "b12.5", "a13", "c99"]);
    expect(queue.size).toBe(0);
  });

  it("by turns serves one of each owner, however many an owner has", () => {
    const queue = makeQueue<One>(true);
    for (let arrival = 0; arrival < 1_000; arrival++) queue.add(one("a", arrival));
    for (let arrival = 1_000; arrival < 1_003; arrival++) queue.add(one("b", arrival));
    queue.add(one("c", 1_003));
    const order = served(queue);
    expect(order.slice(0, 8)).toEqual(["a0", "b1000", "c1003", "a1", "b1001", "a2", "b1002", "a3"]);
    expect(order).toHaveLength(1_004);
  });

  it("is what a list would be, whatever comes, is served and goes", () => {
    const step = fc.record({
      does: fc.constantFrom("comes", "comes", "comes older", "is served", "goes"),
      owner: fc.constantFrom<Owner>("a", "b", "c"),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { maxLength: 80 }), (byTurns, steps) => {
        const queue = makeQueue<One>(byTurns);
        // The lines in the order of their turns, each in the order of its arrivals.
        let lines: { owner: unknown; ones: One[] }[] = [];
        const all = (): One[] => lines.flatMap(({ ones }) => ones);
        let newest = 1_000;
        for (const { does, owner, which } of steps) {
          if (does === "comes" || does === "comes older") {
            const next = one(owner, does === "comes" ? newest++ : (which % 997) + newest / 1e6);
            if (all().some(({ arrival }) => arrival === next.arrival)) continue;
            const line = byTurns ? next.owner : undefined;
            const own = lines.find((other) => other.owner === line);
            const leads = queue.wouldLead(next);
            if (own === undefined) lines.push({ owner: line, ones: [next] });
            else own.ones = [...own.ones, next].sort((x, y) => x.arrival - y.arrival);
            queue.add(next);
            expect(leads).toBe(queue.first === next);
          } else if (does === "is served") {
            const front = lines.shift();
            front?.ones.shift();
            if (front !== undefined) lines.push(front);
            queue.serve();
          } else {
            const gone = all()[which % Math.max(1, all().length)];
            if (gone === undefined) continue;
            for (const line of lines) line.ones = line.ones.filter((other) => other !== gone);
            queue.remove(gone);
          }
          lines = lines.filter(({ ones }) => ones.length > 0);
          expect(queue.first).toBe(lines[0]?.ones[0]);
          expect(queue.size).toBe(all().length);
        }
        const left: string[] = [];
        while (lines.length > 0) {
          const front = lines.shift();
          left.push(front?.ones.shift()?.name ?? "");
          if (front !== undefined && front.ones.length > 0) lines.push(front);
        }
        expect(served(queue)).toEqual(left);
      }),
    );
  });

  it("takes the same work for a waiter however long the queue is, at either end and for many owners", async () => {
    expect(await growth(4_000, fillAndServe)).toBeLessThan(2.2);
  });

  function fillAndServe(many: number): void {
    const queue = makeQueue<One>(true);
    const owners = Array.from({ length: many / 4 }, () => ({}));
    for (let arrival = 0; arrival < many; arrival++) {
      queue.add({ ...one("a", arrival), owner: owners[arrival % owners.length] });
    }
    // Who was first changes over, and comes back to where it was.
    for (let times = 0; times < many; times++) {
      const { first } = queue;
      if (first === undefined) break;
      queue.remove(first);
      queue.add(first);
    }
    expect(served(queue)).toHaveLength(many);
  }
});
