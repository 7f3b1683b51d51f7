import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { limiterCase, refusedWith, type OpenLimiter } from "./under-test.ts";

/** After how many turns of its wait an attempt is cancelled. */
const MOMENTS = 12;

/** An attempt leaves nothing behind, however it leaves. */
export function leavingCases(open: OpenLimiter): readonly ContractCase[] {
  return [
    limiterCase(
      open,
      "leaves nothing behind when an attempt is cancelled, at whatever moment",
      async (bench) => {
        const [slot, budget] = [bench.limit({ concurrency: 1 }), bench.budget(100)];
        for (let moment = 0; moment < MOMENTS; moment++) {
          const visitor = bench.comes([slot, budget], { usdMicros: 100 });
          for (let turn = 0; turn < moment; turn++) await undefined;
          visitor.cancel("enough");
          await bench.settles();
          if (visitor.state === "passed") await visitor.permit.discard();
          else assert.deepEqual([visitor.state, visitor.reason], ["refused", "enough"]);
          const next = bench.comes([slot, budget], { usdMicros: 100 });
          await bench.settles();
          assert.equal(next.state, "passed", `cancelled after ${moment} turns, it holds something`);
          await next.leaves(0);
        }
      },
    ),
    limiterCase(
      open,
      "takes an attempt that is cancelled while it waits out of the queue, and lets those behind it go",
      async (bench) => {
        const budget = bench.budget(100);
        const holder = bench.comes([budget], { usdMicros: 60 });
        await bench.settles();
        const large = bench.comes([budget], { usdMicros: 90 });
        const small = bench.comes([budget], { usdMicros: 40 });
        await bench.settles();
        assert.equal(large.state, "waits");
        large.cancel("enough");
        await bench.passes(1_000);
        assert.deepEqual([large.reason, small.state], ["enough", "passed"]);
        await holder.leaves(0);
        await small.leaves(0);
      },
    ),
    limiterCase(
      open,
      "counts an attempt that was never made as if it had never come",
      async (bench) => {
        const [minute, budget] = [bench.limit({ callsPerMinute: 1 }), bench.budget(10)];
        const unmade = bench.comes([minute, budget], { usdMicros: 10 });
        await bench.settles();
        await unmade.permit.discard();
        const next = bench.comes([minute, budget], { usdMicros: 10 });
        await bench.settles();
        assert.equal(next.state, "passed");
      },
    ),
    limiterCase(
      open,
      "releases a permit once: to release it again, or late, changes nothing",
      async (bench) => {
        const [slot, budget] = [bench.limit({ concurrency: 1 }), bench.budget(100)];
        const first = bench.comes([slot, budget], { usdMicros: 50 });
        await bench.settles();
        await first.leaves(20);
        const second = bench.comes([slot, budget], { usdMicros: 50 });
        await bench.settles();
        await first.leaves(20);
        await first.permit.discard();
        first.ends(undefined, 1_000);
        const third = bench.comes([slot]);
        await bench.settles();
        assert.deepEqual([second.state, third.state], ["passed", "waits"]);
        await second.leaves(0);
        await bench.settles();
        assert.equal(third.state, "passed");
        const all = bench.comes([budget], { usdMicros: 80 });
        await bench.settles();
        assert.equal(all.state, "passed");
      },
    ),
    limiterCase(open, "keeps no timers once everybody has left", async (bench) => {
      const [slot, budget] = [bench.limit({ concurrency: 1 }), bench.budget(100)];
      const visitors = [1, 2, 3].map(() => bench.comes([slot, budget], { usdMicros: 100 }));
      await bench.settles();
      visitors[2]?.cancel("enough");
      await visitors[0]?.leaves(0);
      await bench.settles();
      await visitors[1]?.leaves(100);
      await bench.settles();
      const refused = bench.comes([slot, budget], { usdMicros: 100 });
      await bench.settles();
      refusedWith(refused, "BUDGET_EXCEEDED");
      assert.deepEqual([bench.clock.pending, bench.clock.pendingUnheld], [0, 0]);
    }),
  ];
}
