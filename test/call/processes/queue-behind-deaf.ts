import { agent, supervisor } from "../../../src/index.ts";

// One slot, held by an agent that never stops: who waits for it must find it free, in a process that nothing else keeps.
const deaf = agent({
  name: "deaf",
  timeoutMs: 50,
  graceMs: 100,
  retries: 0,
  run: () => new Promise<never>(() => {}),
});
const next = agent({ name: "next", run: async () => "answered" });
const team = supervisor({ name: "team", agents: { deaf, next }, concurrency: 1 });
const { results } = await team.run("task");
console.log(JSON.stringify({ deaf: results.deaf.status, next: results.next.status }));
