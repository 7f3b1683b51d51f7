import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { limiterCase, passedOf, refusedWith, type OpenLimiter } from "./under-test.ts";

/** What a limit learns from how attempts end. */
export function endCases(open: OpenLimiter): readonly ContractCase[] {
  return [
    limiterCase(
      open,
      "lets an attempt that was throttled queue again, and fewer at a time",
      async (bench) => {
        const one = bench.limit({ concurrency: 8 });
        const burst = Array.from({ length: 8 }, () => bench.comes([one]));
        await bench.settles();
        assert.equal(passedOf(burst), 8);
        await bench.passes(10);
        const requeue = burst[0]?.ends({ status: 429 });
        assert.ok((requeue?.waitMs ?? 0) >= 0 && requeue !== undefined);
        for (const visitor of burst) await visitor.leaves();
        const again = Array.from({ length: 8 }, () => bench.comes([one]));
        await bench.settles();
        assert.ok(passedOf(again) < 8, "as many as before are at work");
        assert.ok(passedOf(again) > 0, "nobody is at work");
      },
    ),
    limiterCase(
      open,
      "lets no attempt begin before the time that Retry-After names",
      async (bench) => {
        const one = bench.limit({});
        const told = bench.comes([one]);
        await bench.settles();
        const requeue = told.ends({ status: 429, retryAfterMs: 5_000 });
        await told.leaves();
        assert.ok((requeue?.waitMs ?? 0) >= 5_000);
        const next = bench.comes([one]);
        await bench.passes(4_900);
        assert.equal(next.state, "waits");
        await bench.passes(200);
        assert.equal(next.state, "passed");
      },
    ),
    limiterCase(
      open,
      "refuses everybody while what a limit leads to keeps failing, and tries one when it has cooled down",
      async (bench) => {
        const one = bench.limit({ breaker: { failures: 2, cooldownMs: 1_000 } });
        for (let times = 0; times < 2; times++) {
          const visitor = bench.comes([one]);
          await bench.settles();
          visitor.ends({ status: 500 });
          await visitor.leaves();
        }
        const refused = bench.comes([one]);
        await bench.settles();
        refusedWith(refused, "BREAKER_OPEN");
        await bench.passes(1_000);
        const probes = [bench.comes([one]), bench.comes([one])];
        await bench.settles();
        assert.equal(passedOf(probes), 1);
        const probe = probes.find(({ state }) => state === "passed");
        probe?.ends(undefined);
        await probe?.leaves();
        await bench.settles();
        assert.equal(passedOf(probes), 2);
      },
    ),
  ];
}
