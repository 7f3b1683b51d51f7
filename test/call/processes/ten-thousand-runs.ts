import { getEventListeners } from "node:events";
import { agent, memory, supervisor } from "../../../src/index.ts";

// Runs of every kind, under one signal that outlives them all. Prints how much is left of them.
const quick = agent({
  name: "quick",
  run: async (task: number, { signal, emit, idempotencyKey }) => {
    emit(idempotencyKey.length + Number(signal.aborted));
    return { recommendation: task % 2 === 0 ? "even" : "odd" };
  },
});
const failing = agent({ name: "failing", retries: 0, run: () => Promise.reject(new Error("no")) });
const after = agent({
  name: "after",
  needs: { quick },
  run: async () => ({ recommendation: "odd" }),
});
const team = supervisor({
  name: "team",
  agents: { quick, failing, after },
  backend: memory({ keepRuns: 10 }),
});
const { signal } = new AbortController();

async function runs(count: number): Promise<void> {
  for (let n = 0; n < count; n += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, k) => one(n + k)));
  }
}

async function one(n: number): Promise<void> {
  if (n % 3 === 0) {
    const own = new AbortController();
    const running = team.run(n, { signal: own.signal });
    own.abort("enough");
    await running.catch(() => {});
  } else if (n % 3 === 1) {
    for await (const { type } of team.stream(n, { signal })) if (type === "call.succeeded") break;
  } else {
    await team.run(n, { signal });
  }
}

function heapBytes(): number {
  for (let n = 0; n < 4; n++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

await runs(2_000);
await new Promise(setImmediate);
const before = heapBytes();
await runs(10_000);
await new Promise(setImmediate);
const grownBytes = heapBytes() - before;
const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
const listeners = getEventListeners(signal, "abort").length;
console.log(JSON.stringify({ grownBytes, timers, listeners }));
