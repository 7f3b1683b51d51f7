import { supervisor } from "quorate";
import { postgres } from "quorate/postgres";
import { team } from "./quorate.ts";

/** The built package with its store in a PostgreSQL server, both at their defaults. */
export function openPostgres(url: string): {
  readonly fanOut: (times: number) => Promise<void>;
  readonly close: () => Promise<void>;
} {
  const backend = postgres({ url });
  const parallel = supervisor({ name: "parallel", agents: team, backend });
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) await parallel.run(task);
    },
    close: () => backend.close(),
  };
}
