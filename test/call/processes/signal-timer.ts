import { agent, supervisor } from "../../../src/index.ts";

// Nothing keeps this process alive but the run itself: the agent hangs without a timeout, and the timer of the signal does not count.
const deaf = agent({
  name: "deaf",
  timeoutMs: Number.POSITIVE_INFINITY,
  run: (_task: string, { signal }) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
});
const team = supervisor({ name: "team", agents: { deaf } });
const why = await team
  .run("task", { signal: AbortSignal.timeout(20) })
  .catch((error: unknown) => error);
console.log(JSON.stringify({ why: (why as Error).name }));
