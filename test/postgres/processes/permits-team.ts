import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { agent, supervisor, systemClock, type Backend, type Clock } from "../../../src/index.ts";

/** How many attempts of all processes may be at work at once. */
export const AT_WORK = 3;
/** So many times as fast is the time of the limits, and that of the agents' timeouts. */
export const FASTER = 60;
/** How long an agent may take, in ms of that time. */
export const WORKS_MS = 120_000;

const clock: Clock = {
  now: systemClock.now,
  monotonic: () => systemClock.monotonic() * FASTER,
  timer: (delayMs, fire, options) => systemClock.timer(delayMs / FASTER, fire, options),
};

/** A team under a limit that processes share; its agent says in a file when it begins and when it ends. A task says for how long it works, in ms. */
export function permitsTeam(backend: Backend, file: string) {
  const say = (what: string) =>
    appendFileSync(file, `${performance.timeOrigin + performance.now()} ${process.pid} ${what}\n`);
  const worker = agent({
    name: "worker",
    limiters: ["gpu"],
    timeoutMs: WORKS_MS,
    graceMs: 100,
    async run(workMs: number, { signal }) {
      say("begins");
      await setTimeout(workMs, undefined, { signal });
      say("ends");
      return "ship";
    },
  });
  return supervisor({
    name: "permits",
    agents: { worker },
    limiters: { gpu: { scope: "gpu", concurrency: AT_WORK } },
    concurrency: 20,
    clock,
    backend,
  });
}
