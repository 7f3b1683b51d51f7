import { agent, supervisor } from "../../../src/index.ts";

// Nothing keeps this process alive but what waits for the signal: an agent, a route or a list of tasks hangs, and the timer of the signal does
// not count.
const hang = (): Promise<never> => new Promise(() => {});
const deaf = agent({
  name: "deaf",
  timeoutMs: Number.POSITIVE_INFINITY,
  run: (_task: string, { signal }) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
});
const team = supervisor({ name: "team", agents: { deaf } });
const lost = supervisor({ name: "lost", agents: { deaf }, route: hang });
const hanging: AsyncIterable<string> = { [Symbol.asyncIterator]: () => ({ next: hang }) };

const deeds = {
  run: (signal: AbortSignal) => team.run("task", { signal }),
  plan: (signal: AbortSignal) => lost.plan("task", { signal }),
  "runMany with a hanging route": (signal: AbortSignal) =>
    lost.runMany(["task"], { signal }).next(),
  "runMany with hanging tasks": (signal: AbortSignal) => team.runMany(hanging, { signal }).next(),
} as const;

const why: Record<string, unknown> = {};
for (const [name, deed] of Object.entries(deeds)) {
  const reason: unknown = await deed(AbortSignal.timeout(20)).catch((error: unknown) => error);
  why[name] = (reason as Error).name;
}
// A loop that nobody goes on with keeps nothing alive.
const quick = supervisor({ name: "quick", agents: { quick: agent({ run: () => 1 }) } });
await quick.runMany([1, 2], { signal: AbortSignal.timeout(2 ** 31 - 1) }).next();
console.log(JSON.stringify(why));
