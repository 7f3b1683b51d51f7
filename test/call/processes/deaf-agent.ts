import { agent, supervisor } from "../../../src/index.ts";

// A run with an agent that never stops. Nothing may keep this process once the outcome is there.
const deaf = agent({
  name: "deaf",
  timeoutMs: 50,
  retries: 0,
  run: () => new Promise<never>(() => {}),
});
const team = supervisor({ name: "team", agents: { deaf } });
const startedMs = performance.now();
const { results } = await team.run("task");
const { status } = results.deaf;
process.on("exit", () => {
  const tookMs = Math.round(performance.now() - startedMs);
  console.log(JSON.stringify({ status, tookMs }));
});
