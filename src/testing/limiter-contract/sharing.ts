import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { limiterCase, passedOf, refusedWith, type OpenLimiter } from "./under-test.ts";

const HERE = { elsewhere: false } as const;
const THERE = { elsewhere: true } as const;
/** The longest time until a limiter sees what another one has released. */
const SEEN_MS = 1_000;

/** Cases for two limiters over the same state, one of whose processes may die. */
export function sharingCases(open: OpenLimiter): readonly ContractCase[] {
  return [
    limiterCase(
      open,
      "has no more at work over two processes than a limit lets through",
      async (bench) => {
        const one = bench.limit({ concurrency: 2 });
        const here = [1, 2].map(() => bench.comes([one], HERE));
        await bench.settles();
        const there = [1, 2].map(() => bench.comes([one], THERE));
        await bench.settles();
        assert.deepEqual([passedOf(here), passedOf(there)], [2, 0]);
        await here[0]?.leaves();
        await bench.passes(SEEN_MS);
        assert.equal(passedOf(there), 1);
        await here[1]?.leaves();
        await bench.passes(SEEN_MS);
        assert.equal(passedOf(there), 2);
      },
    ),
    limiterCase(open, "counts what begins in a minute over two processes", async (bench) => {
      const one = bench.limit({ callsPerMinute: 2 });
      const here = bench.comes([one], HERE);
      const there = bench.comes([one], THERE);
      await bench.settles();
      const third = bench.comes([one], THERE);
      await bench.settles();
      assert.deepEqual([here.state, there.state, third.state], ["passed", "passed", "waits"]);
      await bench.passes(62_000);
      assert.equal(third.state, "passed");
    }),
    limiterCase(open, "never promises more than a budget has over two processes", async (bench) => {
      const budget = bench.budget(100);
      const here = bench.comes([budget], { ...HERE, usdMicros: 60 });
      await bench.settles();
      const there = bench.comes([budget], { ...THERE, usdMicros: 60 });
      await bench.settles();
      assert.deepEqual([here.state, there.state], ["passed", "waits"]);
      await here.leaves(30);
      await bench.passes(SEEN_MS);
      assert.equal(there.state, "passed");
    }),
    limiterCase(
      open,
      "takes all of what has a scope in one step, or nothing of it",
      async (bench) => {
        const [slot, budget] = [bench.limit({ concurrency: 1 }), bench.budget(100)];
        const payer = bench.comes([budget], { ...HERE, usdMicros: 100 });
        await bench.settles();
        const both = bench.comes([slot, budget], { ...HERE, usdMicros: 100 });
        await bench.settles();
        const there = bench.comes([slot], THERE);
        await bench.settles();
        assert.deepEqual([both.state, there.state], ["waits", "passed"]);
        await payer.leaves(0);
        await there.leaves();
        await bench.passes(SEEN_MS);
        assert.equal(both.state, "passed");
      },
    ),
    limiterCase(
      open,
      "gives the slot of a process that has died to another one when its permit expires, and charges its money in full",
      async (bench) => {
        const [slot, budget] = [bench.limit({ concurrency: 1 }), bench.budget(100)];
        const dead = bench.comes([slot, budget], { ...HERE, usdMicros: 60, lifeMs: 10_000 });
        await bench.settles();
        assert.equal(dead.state, "passed");
        const [waits, never] = [40, 41].map((usdMicros) =>
          bench.comes([slot, budget], { ...THERE, usdMicros }),
        );
        await bench.passes(9_000);
        assert.deepEqual([waits?.state, never?.state], ["waits", "waits"]);
        await bench.passes(2_000 + SEEN_MS);
        assert.equal(waits?.state, "passed");
        await waits.leaves(0);
        await bench.passes(SEEN_MS);
        assert.ok(never !== undefined);
        refusedWith(never, "BUDGET_EXCEEDED");
      },
    ),
    limiterCase(
      open,
      "keeps the slot and the money of a permit that is renewed, however long its attempt waits elsewhere",
      async (bench) => {
        const [slot, budget] = [bench.limit({ concurrency: 1 }), bench.budget(100)];
        const long = bench.comes([slot, budget], { ...HERE, usdMicros: 60, lifeMs: 10_000 });
        await bench.settles();
        const waits = bench.comes([slot], THERE);
        const poor = bench.comes([budget], { ...THERE, usdMicros: 50 });
        for (let renewals = 0; renewals < 5; renewals += 1) {
          await bench.passes(6_000);
          await long.permit.renew();
        }
        assert.deepEqual([waits.state, poor.state], ["waits", "waits"]);
        await long.leaves(10);
        await bench.passes(SEEN_MS);
        assert.deepEqual([waits.state, poor.state], ["passed", "passed"]);
      },
    ),
    limiterCase(
      open,
      "counts an attempt again whose permit had expired before it was renewed",
      async (bench) => {
        const slot = bench.limit({ concurrency: 1 });
        const late = bench.comes([slot], { ...HERE, lifeMs: 10_000 });
        await bench.settles();
        await bench.passes(11_000);
        await late.permit.renew();
        const waits = bench.comes([slot], THERE);
        await bench.passes(5_000);
        assert.equal(waits.state, "waits");
        await late.leaves();
        // It has ended, so nothing is taken again.
        await late.permit.renew();
        await bench.passes(SEEN_MS);
        assert.equal(waits.state, "passed");
      },
    ),
    limiterCase(
      open,
      "gives the slot of an attempt at once to the process that continues it, and takes nothing back when the process before releases it",
      async (bench) => {
        const slot = bench.limit({ concurrency: 1 });
        const before = bench.comes([slot], { ...HERE, attempt: "a" });
        await bench.settles();
        const others = bench.comes([slot], { ...THERE, attempt: "b" });
        await bench.settles();
        const after = bench.comes([slot], { ...THERE, attempt: "a", goesOn: true });
        await bench.settles();
        assert.deepEqual([others.state, after.state], ["waits", "passed"]);
        await before.permit.renew();
        await before.leaves();
        await bench.passes(SEEN_MS);
        assert.equal(others.state, "waits");
        await after.leaves();
        await bench.passes(SEEN_MS);
        assert.equal(others.state, "passed");
      },
    ),
    limiterCase(
      open,
      "gives the money of an attempt to the process that continues it, whether or not its permit has expired, and charges it once",
      async (bench) => {
        for (const passedMs of [1_000, 11_000]) {
          const budget = bench.budget(100);
          const its = { attempt: "a", usdMicros: 60, lifeMs: 10_000 };
          const before = bench.comes([budget], { ...HERE, ...its });
          await bench.settles();
          await bench.passes(passedMs);
          const after = bench.comes([budget], { ...THERE, ...its, goesOn: true });
          await bench.settles();
          const other = bench.comes([budget], { ...HERE, usdMicros: 41 });
          await bench.settles();
          assert.deepEqual([after.state, other.state], ["passed", "waits"]);
          await before.permit.renew();
          await before.leaves(60);
          await after.leaves(20);
          await bench.passes(SEEN_MS);
          assert.equal(other.state, "passed");
          await other.leaves(0);
          const rest = bench.comes([budget], { ...HERE, usdMicros: 80 });
          await bench.settles();
          assert.equal(rest.state, "passed");
        }
      },
    ),
    limiterCase(
      open,
      "lets an attempt that continues hold nothing of a budget that it was charged to already",
      async (bench) => {
        const budget = bench.budget(100);
        const before = bench.comes([budget], { ...HERE, attempt: "a", usdMicros: 60 });
        await bench.settles();
        await before.leaves(60);
        const after = bench.comes([budget], {
          ...THERE,
          attempt: "a",
          usdMicros: 60,
          goesOn: true,
        });
        await bench.settles();
        assert.equal(after.state, "passed");
        await after.leaves(60);
        const rest = bench.comes([budget], { ...HERE, usdMicros: 40 });
        await bench.settles();
        assert.equal(rest.state, "passed");
      },
    ),
    limiterCase(
      open,
      "lets an attempt that continues wait for its turn if nothing is held for it any more",
      async (bench) => {
        const slot = bench.limit({ concurrency: 1 });
        const dead = bench.comes([slot], { ...HERE, attempt: "a", lifeMs: 10_000 });
        await bench.settles();
        assert.equal(dead.state, "passed");
        await bench.passes(11_000);
        const now = bench.comes([slot], { ...THERE, attempt: "b" });
        await bench.settles();
        const after = bench.comes([slot], { ...THERE, attempt: "a", goesOn: true });
        await bench.settles();
        assert.deepEqual([now.state, after.state], ["passed", "waits"]);
        await now.leaves();
        await bench.passes(SEEN_MS);
        assert.equal(after.state, "passed");
      },
    ),
    limiterCase(
      open,
      "corrects the charge of an attempt whose permit had expired, and takes no slot from the attempt that has it now",
      async (bench) => {
        const [slot, budget] = [bench.limit({ concurrency: 1 }), bench.budget(100)];
        const slow = bench.comes([slot, budget], { ...HERE, usdMicros: 60, lifeMs: 10_000 });
        await bench.settles();
        await bench.passes(11_000);
        const now = bench.comes([slot, budget], { ...THERE, usdMicros: 40 });
        await bench.settles();
        assert.equal(now.state, "passed");
        await slow.leaves(10);
        const next = bench.comes([slot, budget], { ...HERE, usdMicros: 50 });
        await bench.settles();
        // The slot belongs to another attempt.
        assert.equal(next.state, "waits");
        await now.leaves(40);
        await bench.passes(SEEN_MS);
        // 50 are spent, no longer 100.
        assert.equal(next.state, "passed");
      },
    ),
  ];
}
