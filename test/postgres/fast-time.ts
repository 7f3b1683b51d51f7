import type { Backend, Clock } from "../../src/index.ts";
import type { PostgresBackend } from "../../src/postgres/index.ts";

/** A backend whose limits take its database's time for so many times as fast: what expires after a minute does so after some seconds. */
export function fastLimits(backend: PostgresBackend, times: number): Backend {
  return withTime(backend, (nowMs) => nowMs * times);
}

/** A backend whose limits go by a clock, and by the database in all else. */
export function timedLimits(backend: PostgresBackend, clock: Clock): Backend {
  return withTime(backend, () => clock.now());
}

function withTime(backend: PostgresBackend, time: (nowMs: number) => number): Backend {
  const { values } = backend.store;
  const store = {
    ...backend.store,
    values: {
      ...values,
      changeAll: (...[keys, make, options]: Parameters<typeof values.changeAll>) =>
        values.changeAll(keys, (kept, nowMs) => make(kept, time(nowMs)), options),
    },
  };
  return { ...backend, store };
}
