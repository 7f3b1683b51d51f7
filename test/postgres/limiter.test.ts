import { setImmediate } from "node:timers/promises";
import { describe, it } from "vitest";
import { scopeQueues } from "../../src/limits/scope/scope-queue.ts";
import { storeLimiter, type Values } from "../../src/ports/index.ts";
import { postgres } from "../../src/postgres/index.ts";
import { limiterContract, virtualClock } from "../../src/testing/index.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();

describe("the limiter of processes that share a PostgreSQL database", () => {
  const cases = limiterContract(() => {
    const clock = virtualClock();
    const asked = new Set<Promise<unknown>>();
    const schema = server.schema();
    const backends = [1, 2].map(() => postgres({ url: server.url, schema }));
    const over = (values: Values) =>
      storeLimiter({ values, clock, queues: scopeQueues(), failed: (cause) => cause as never });
    /** The database's own, at the time of the case. */
    const timed = (values: Values): Values => ({
      ...values,
      now: () => clock.now(),
      async changeAll(keys, make, options) {
        const changing = Promise.resolve(
          values.changeAll(keys, (kept) => make(kept, clock.now()), options),
        );
        asked.add(changing);
        try {
          return await changing;
        } finally {
          asked.delete(changing);
        }
      },
    });
    const [limiter, other] = backends.map(({ store }) => over(timed(store.values)));
    if (limiter === undefined || other === undefined) throw new Error("there are two");
    return {
      limiter,
      other,
      clock,
      async settles() {
        for (let quiet = 0; quiet < 3; quiet += 1) {
          await setImmediate();
          if (asked.size === 0) continue;
          await Promise.allSettled(asked);
          quiet = -1;
        }
      },
      async close() {
        await Promise.all(backends.map(async (one) => one.close()));
      },
    };
  }, true);
  for (const { name, run } of cases) it(name, run, 60_000);
});
