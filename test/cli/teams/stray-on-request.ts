import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { agent, supervisor } from "quorate";

interface Task {
  /** Answers once that file is there. */
  readonly until?: string;
  readonly stray?: "rejects" | "throws" | "exits" | "rejects in a run of its own";
}

const rejecting = (): void => void Promise.reject(new Error("left behind"));
const inner = supervisor({ name: "inner", agents: { inner: agent({ run: rejecting }) } });

const deeds: Readonly<Record<string, () => unknown>> = {
  rejects: rejecting,
  throws: () =>
    setTimeout(() => {
      throw new Error("too late");
    }, 1),
  exits: () => process.exit(0),
  "rejects in a run of its own": () => inner.run(null),
};

const asked = agent({
  name: "asked",
  async run({ until, stray }: Task, { signal }) {
    await deeds[stray ?? ""]?.();
    while ((until !== undefined && !existsSync(until)) || stray !== undefined)
      await wait(10, undefined, { signal });
    return { recommendation: "ship" };
  },
});

export default supervisor({ name: "straying", agents: { asked }, retries: 0 });
