import { describe, it } from "vitest";
import { localLimiter, type Limiter } from "../../src/limits/limiter.ts";
import { scopeQueues } from "../../src/limits/scope/scope-queue.ts";
import { storeLimiter } from "../../src/limits/scope/store-limiter.ts";
import { memory, type Clock } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { limiterContract, virtualClock, type LimiterUnderTest } from "../../src/testing/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";

const tempPath = tempPaths();

/** A limiter as a process has it that opens a store. */
const over = ({ values }: Pick<Store, "values">, clock: Clock): Limiter =>
  storeLimiter({ values, clock, queues: scopeQueues(), failed: (cause) => cause as never });

function opened(): LimiterUnderTest {
  const clock = virtualClock();
  const store = memory({ clock }).store;
  return { limiter: over(store, clock), other: over(store, clock), clock };
}

describe("the local limiter", () => {
  const cases = limiterContract(() => {
    const clock = virtualClock();
    return { limiter: localLimiter(clock), clock };
  });
  for (const { name, run } of cases) it(name, run);
});

describe("the limiter of processes that share a store, for what has no scope", () => {
  const cases = limiterContract(() => {
    const { limiter, clock } = opened();
    return { limiter, clock };
  });
  for (const { name, run } of cases) it(name, run);
});

describe("the limiter of processes that share a store in memory", () => {
  for (const { name, run } of limiterContract(opened, true)) it(name, run);
});

describe("the limiter of processes that share a SQLite file", () => {
  const cases = limiterContract(() => {
    const clock = virtualClock();
    const path = tempPath();
    const [here, there] = [sqlite({ path, clock }).store, sqlite({ path, clock }).store];
    return {
      limiter: over(here, clock),
      other: over(there, clock),
      clock,
      async close() {
        await Promise.all([here.close(), there.close()]);
      },
    };
  }, true);
  for (const { name, run } of cases) it(name, run);
});
