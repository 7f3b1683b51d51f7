import { memory, supervisor } from "quorate";
import { team } from "./quorate.ts";

/** The built package in memory: at its defaults, or resumable, which needs a key for each call. */
export function openInMemory(resumable: boolean): {
  readonly fanOut: (times: number) => Promise<void>;
  readonly close: () => void;
} {
  const backend = memory({ resumable });
  const parallel = supervisor({ name: "parallel", agents: team, backend });
  return {
    async fanOut(times) {
      for (let task = 0; task < times; task++) await parallel.run(task);
    },
    close: () => backend.close(),
  };
}
