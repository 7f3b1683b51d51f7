import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { limiterCase, passedOf, type OpenLimiter, type Visitor } from "./under-test.ts";

/** No more attempts run than a limit allows, and they begin in the right order. */
export function slotCases(open: OpenLimiter): readonly ContractCase[] {
  return [
    limiterCase(open, "has no more at work than a limit lets through", async (bench) => {
      const [narrow, wide] = [bench.limit({ concurrency: 2 }), bench.limit({ concurrency: 3 })];
      const all = Array.from({ length: 12 }, (_, index) => {
        const needs = [[narrow], [wide], [narrow, wide]][index % 3] ?? [];
        return { needs, visitor: bench.comes(needs), left: false };
      });
      for (let left = 0; left < all.length; left++) {
        await bench.settles();
        const inside = all.filter((one) => one.visitor.state === "passed" && !one.left);
        for (const [limit, most] of [[narrow, 2] as const, [wide, 3] as const]) {
          assert.ok(inside.filter(({ needs }) => needs.includes(limit)).length <= most);
        }
        const [first] = inside;
        assert.ok(first !== undefined, "nobody is at work, and some wait");
        first.left = true;
        await first.visitor.leaves();
      }
    }),
    limiterCase(
      open,
      "admits the oldest attempt first, and none that came later before it",
      async (bench) => {
        const one = bench.limit({ concurrency: 1 });
        const order: string[] = [];
        const holder = bench.comes([one]);
        await bench.settles();
        const waiting = ["first", "second", "third"].map((name) => ({
          name,
          of: bench.comes([one]),
        }));
        await bench.settles();
        assert.equal(passedOf(waiting.map(({ of }) => of)), 0);
        const leaving = holder.leaves();
        waiting.push({ name: "late", of: bench.comes([one]) });
        await leaving;
        while (order.length < waiting.length) {
          await bench.settles();
          const next = waiting.filter(
            ({ name, of }) => of.state === "passed" && !order.includes(name),
          );
          assert.equal(next.length, 1);
          order.push(next[0]?.name ?? "");
          await next[0]?.of.leaves();
        }
        assert.deepEqual(order, ["first", "second", "third", "late"]);
      },
    ),
    limiterCase(
      open,
      "lets runs take turns, so that one with many attempts does not keep others waiting",
      async (bench) => {
        const one = bench.limit({ concurrency: 1 });
        const holder = bench.comes([one], { runId: "big" });
        await bench.settles();
        const big = Array.from({ length: 6 }, () => bench.comes([one], { runId: "big" }));
        const small = bench.comes([one], { runId: "small" });
        await bench.settles();
        const done = new Set<Visitor>();
        let inside: Visitor = holder;
        while (small.state === "waits") {
          await inside.leaves();
          await bench.settles();
          const next = [...big, small].find(
            (other) => other.state === "passed" && !done.has(other),
          );
          assert.ok(next !== undefined);
          done.add(next);
          inside = next;
        }
        assert.ok(
          done.size <= 3,
          `${done.size - 1} were served before the only one of the other run`,
        );
      },
    ),
    limiterCase(
      open,
      "holds nothing of a limit that has room while another one is full",
      async (bench) => {
        const [full, free] = [bench.limit({ concurrency: 1 }), bench.limit({ concurrency: 1 })];
        const holder = bench.comes([full]);
        await bench.settles();
        const both = bench.comes([full, free]);
        await bench.settles();
        const other = bench.comes([free]);
        await bench.settles();
        assert.deepEqual([both.state, other.state], ["waits", "passed"]);
        await other.leaves();
        await holder.leaves();
        await bench.settles();
        assert.equal(both.state, "passed");
      },
    ),
    limiterCase(
      open,
      "lets so many attempts begin in a minute, and the next one when there is room again",
      async (bench) => {
        const one = bench.limit({ callsPerMinute: 2 });
        const early = [bench.comes([one]), bench.comes([one])];
        await bench.settles();
        const late = bench.comes([one]);
        await bench.settles();
        assert.deepEqual([passedOf(early), late.state], [2, "waits"]);
        for (const visitor of early) await visitor.leaves();
        await bench.passes(50_000);
        assert.equal(late.state, "waits");
        await bench.passes(20_000);
        assert.equal(late.state, "passed");
      },
    ),
    limiterCase(
      open,
      "counts an attempt with the tokens that it may use, and with those that it used when it has ended",
      async (bench) => {
        const one = bench.limit({ tokensPerMinute: 100 });
        const first = bench.comes([one], { tokens: 80 });
        await bench.settles();
        const second = bench.comes([one], { tokens: 60 });
        await bench.settles();
        assert.deepEqual([first.state, second.state], ["passed", "waits"]);
        first.ends(undefined, 30);
        await first.leaves();
        // Not every limiter wakes attempts that wait for tokens at once.
        await bench.passes(2_000);
        assert.equal(second.state, "passed");
      },
    ),
  ];
}
