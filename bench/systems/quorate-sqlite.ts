import { supervisor } from "quorate";
import { sqlite } from "quorate/sqlite";
import { team } from "./quorate.ts";

/** The built package with its store on disk, both at their defaults. */
export function openQuorate(path: string): {
  readonly fanOut: (times: number) => Promise<void>;
  readonly close: () => void | Promise<void>;
} {
  const backend = sqlite({ path });
  const parallel = supervisor({ name: "parallel", agents: team, backend });
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) await parallel.run(task);
    },
    close: () => backend.close(),
  };
}
