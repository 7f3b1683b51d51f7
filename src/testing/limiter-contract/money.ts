import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { limiterCase, passedOf, refusedWith, type OpenLimiter } from "./under-test.ts";

/** No more money is reserved than a budget has. */
export function moneyCases(open: OpenLimiter): readonly ContractCase[] {
  return [
    limiterCase(
      open,
      "lets an attempt wait for money that others have reserved, and refuses it when that is spent",
      async (bench) => {
        const budget = bench.budget(100);
        const first = bench.comes([budget], { usdMicros: 60 });
        await bench.settles();
        const [second, third] = [50, 45].map((usdMicros) => bench.comes([budget], { usdMicros }));
        await bench.settles();
        assert.deepEqual([first.state, second?.state, third?.state], ["passed", "waits", "waits"]);
        await first.leaves(52);
        await bench.settles();
        // 48 are left.
        assert.ok(second !== undefined && third !== undefined);
        refusedWith(second, "BUDGET_EXCEEDED");
        assert.equal(third.state, "passed");
        await third.leaves(1);
        const last = bench.comes([budget], { usdMicros: 47 });
        await bench.settles();
        assert.equal(last.state, "passed");
      },
    ),
    limiterCase(
      open,
      "never promises more than a budget has, whatever its attempts come to",
      async (bench) => {
        const budget = bench.budget(1_000);
        let spent = 0;
        const all = Array.from({ length: 30 }, (_, index) => ({
          usdMicros: 20 + ((index * 37) % 90),
          of: bench.comes([budget], { usdMicros: 20 + ((index * 37) % 90) }),
          left: false,
        }));
        for (;;) {
          await bench.settles();
          const inside = all.filter(({ of, left }) => of.state === "passed" && !left);
          const reserved = inside.reduce((sum, { usdMicros }) => sum + usdMicros, 0);
          assert.ok(spent + reserved <= 1_000, `${spent} spent and ${reserved} reserved of 1000`);
          const [first] = inside;
          if (first === undefined) break;
          first.left = true;
          const micros = Math.floor(first.usdMicros / 2);
          spent += micros;
          await first.of.leaves(micros);
        }
        for (const { of } of all) if (of.state !== "passed") refusedWith(of, "BUDGET_EXCEEDED");
      },
    ),
    limiterCase(
      open,
      "takes slots and money in one step: an attempt that waits for one holds nothing of the other",
      async (bench) => {
        const [slot, budget] = [bench.limit({ concurrency: 1 }), bench.budget(100)];
        const payer = bench.comes([budget], { usdMicros: 80 });
        await bench.settles();
        const both = bench.comes([slot, budget], { usdMicros: 80 });
        await bench.settles();
        const other = bench.comes([slot]);
        await bench.settles();
        assert.deepEqual([both.state, other.state], ["waits", "passed"]);
        await payer.leaves(0);
        await bench.settles();
        // Now it waits for the slot, and has no money reserved.
        const small = bench.comes([budget], { usdMicros: 100 });
        await bench.settles();
        assert.deepEqual([both.state, small.state], ["waits", "passed"]);
        await small.leaves(20);
        await other.leaves();
        await bench.settles();
        assert.equal(both.state, "passed");
      },
    ),
    limiterCase(
      open,
      "begins nothing new once an attempt has cost more than it was said to",
      async (bench) => {
        const budget = bench.budget(100);
        const dear = bench.comes([budget], { usdMicros: 10 });
        await bench.settles();
        await dear.leaves(11);
        const next = bench.comes([budget], { usdMicros: 1 });
        await bench.settles();
        refusedWith(next, "BUDGET_EXCEEDED");
      },
    ),
    limiterCase(
      open,
      "charges what is reported after an attempt has left, and refuses what waited for that",
      async (bench) => {
        const budget = bench.budget(100);
        const [early, late] = [40, 40].map((usdMicros) => bench.comes([budget], { usdMicros }));
        await bench.settles();
        const waits = bench.comes([budget], { usdMicros: 80 });
        await bench.settles();
        assert.ok(early !== undefined && late !== undefined);
        assert.deepEqual([passedOf([early, late]), waits.state], [2, "waits"]);
        await early.leaves(10);
        await early.permit.raise(15, false);
        await bench.settles();
        refusedWith(waits, "BUDGET_EXCEEDED");
        await late.leaves(0);
        const last = bench.comes([budget], { usdMicros: 75 });
        await bench.settles();
        assert.equal(last.state, "passed");
      },
    ),
    limiterCase(
      open,
      "refuses an attempt whose greatest cost is not known, unless the budget allows that",
      async (bench) => {
        const [strict, lax] = [bench.budget(100), bench.budget(100, "allow")];
        const [refused, passed] = [bench.comes([strict]), bench.comes([lax])];
        await bench.settles();
        refusedWith(refused, "NO_BOUND");
        assert.equal(passed.state, "passed");
      },
    ),
    limiterCase(
      open,
      "lets attempts whose greatest cost is not known pass as long as something is left, if the budget allows them",
      async (bench) => {
        const lax = bench.budget(100, "allow");
        for (const charged of [99, 1]) {
          const passes = bench.comes([lax]);
          await bench.settles();
          assert.equal(passes.state, "passed");
          await passes.leaves(charged);
        }
        const [refused, free] = [bench.comes([lax]), bench.comes([lax], { usdMicros: 0 })];
        await bench.settles();
        refusedWith(refused, "BUDGET_EXCEEDED");
        assert.equal(free.state, "passed");
      },
    ),
  ];
}
