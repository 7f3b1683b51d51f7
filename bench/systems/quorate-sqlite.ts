import { supervisor } from "quorate";
import { sqliteStore } from "quorate/sqlite";
import { team } from "./quorate.ts";

/** The built package with its store on disk, both at their defaults. */
export function openQuorate(path: string): {
  readonly fanOut: (times: number) => Promise<void>;
  readonly close: () => void | Promise<void>;
} {
  const store = sqliteStore({ path });
  const parallel = supervisor({ name: "parallel", agents: team, store });
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) await parallel.run(task);
    },
    close: () => store.close(),
  };
}
