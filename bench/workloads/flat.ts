import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { curve, taking } from "../flat/curve.ts";
import type { Workload } from "../workload.ts";

// What is measured is loaded by its own measurement alone.

const AGENTS = 8;
const WARM_UP_SHARE = 0.25;

// Inside the checkout: a system's folder for temporary files may be in memory.
const cache = resolve(import.meta.dirname, "../../.cache");

function* numbers(count: number): Generator<number> {
  for (let task = 0; task < count; task++) yield task;
}

/** How often something of so many calls is done, so that there are about so many in sum. */
function timesFor(calls: number, each: number): number {
  return Math.max(2, Math.ceil(calls / each));
}

const CALLS = 16_000;

async function inMode(mode: "parallel" | "sequence", agents: number) {
  const { supervisor } = await import("quorate");
  const { agentsThat } = await import("../systems/quorate.ts");
  const { echo } = await import("../systems/system.ts");
  const team = supervisor({ name: "flat", agents: agentsThat(echo, agents), mode });
  const runs = timesFor(CALLS, agents);
  const coordinate = async (times: number): Promise<void> => {
    for (let task = 0; task < times; task++) await team.run(task as never);
  };
  await coordinate(Math.ceil(runs * WARM_UP_SHARE));
  return taking(runs * agents, () => coordinate(runs));
}

async function withKept(runs: number) {
  const { agent, memory, supervisor } = await import("quorate");
  const { team } = await import("../systems/quorate.ts");
  const backend = memory({ keepRuns: runs });
  const one = agent({ name: "one", run: async (task: number) => task });
  const filling = supervisor({ name: "filling", agents: { one }, backend });
  for await (const { error } of filling.runMany(numbers(Math.max(runs, 1_000)))) {
    if (error !== undefined) throw new Error("a run failed", { cause: error });
  }
  const measured = supervisor({ name: "measured", agents: team, backend });
  const coordinate = async (times: number): Promise<void> => {
    for (let task = 0; task < times; task++) await measured.run(task as never);
  };
  const times = timesFor(CALLS, AGENTS);
  await coordinate(Math.ceil(times * WARM_UP_SHARE));
  return taking(times * AGENTS, () => coordinate(times));
}

async function withSubjects(subjects: number) {
  const { agent, supervisor } = await import("quorate");
  const names = Array.from({ length: AGENTS }, (_, index) => `agent-${index + 1}`);
  const team = supervisor({
    name: "flat",
    agents: Object.fromEntries(
      names.map((name, at) => [
        name,
        agent({
          name,
          run: async (task: number) => task,
          // About one subject in ten the first agent holds something else.
          claims: (task: number) =>
            Array.from({ length: subjects }, (_, index) => ({
              subject: `subject ${index}`,
              position: at === 0 && index % 10 === 0 ? "no" : `yes ${task}`,
            })),
        }),
      ]),
    ),
  });
  const runs = timesFor(CALLS, AGENTS * subjects);
  const coordinate = async (times: number): Promise<void> => {
    for (let task = 0; task < times; task++) await team.run(task as never);
  };
  await coordinate(Math.ceil(runs * WARM_UP_SHARE));
  return taking(runs * AGENTS * subjects, () => coordinate(runs));
}

/** Where agents wait until their run is watched. */
function gateOf() {
  return { reached: Promise.withResolvers<void>(), opened: Promise.withResolvers<void>() };
}

async function withWatchers(watchers: number) {
  const { agent, memory, supervisor } = await import("quorate");
  const backend = memory();
  const names = Array.from({ length: AGENTS }, (_, index) => `agent-${index + 1}`);
  let gate = gateOf();
  const team = supervisor({
    name: "watched",
    agents: Object.fromEntries(
      names.map((name) => [
        name,
        agent({
          name,
          run(task: number) {
            gate.reached.resolve();
            return gate.opened.promise.then(() => task);
          },
        }),
      ]),
    ),
    backend,
  });
  let seen = 0;
  const once = async (task: number): Promise<void> => {
    gate = gateOf();
    const runId = `run ${task}`;
    const running = team.run(task as never, { runId });
    await gate.reached.promise;
    const watching = Array.from({ length: watchers }, async () => {
      for await (const event of backend.store.follow(runId)) seen += event.seq > 0 ? 1 : 0;
    });
    gate.opened.resolve();
    await running;
    await Promise.all(watching);
  };
  const EVENTS = 60_000;
  const RUN_EVENTS = 20;
  const runs = timesFor(EVENTS, watchers * RUN_EVENTS);
  for (let task = 0; task < Math.ceil(runs * WARM_UP_SHARE); task++) await once(-1 - task);
  seen = 0;
  const point = await taking(1, async () => {
    for (let task = 0; task < runs; task++) await once(task);
  });
  return { ...point, count: seen };
}

/** A database with so many runs, and what is done with it. */
async function inDatabase(runs: number, work: "run" | "list") {
  const { agent, supervisor } = await import("quorate");
  const { sqlite } = await import("quorate/sqlite");
  const { team } = await import("../systems/quorate.ts");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "bench-"));
  const backend = sqlite({ path: join(folder, "bench.db") });
  try {
    const one = agent({ name: "one", run: async (task: number) => task });
    const filling = supervisor({ name: "filling", agents: { one }, backend, concurrency: 64 });
    for await (const { error } of filling.runMany(numbers(runs))) {
      if (error !== undefined) throw new Error("a run failed", { cause: error });
    }
    const measured = supervisor({ name: "measured", agents: team, backend });
    const coordinate = async (times: number): Promise<void> => {
      for (let task = 0; task < times; task++) await measured.run(task as never);
    };
    const list = async (times: number): Promise<void> => {
      for (let turn = 0; turn < times; turn++) await backend.store.runs({ limit: 20 });
    };
    await coordinate(100);
    if (work === "run") return await taking(400 * AGENTS, () => coordinate(400));
    await list(50);
    return await taking(200, () => list(200));
  } finally {
    await backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The cost of one thing as the number of another grows. */
export const curves: readonly Workload[] = [
  curve({
    id: "length",
    title: "the length of a run: agents one after another",
    of: "a call",
    sizes: [8, 64, 512],
    measure: (size) => inMode("sequence", size),
  }),
  curve({
    id: "agents",
    title: "the agents of a run, asked in parallel",
    of: "a call",
    sizes: [8, 64, 512],
    measure: (size) => inMode("parallel", size),
  }),
  curve({
    id: "kept",
    title: "runs that a memory store keeps",
    of: "a call",
    sizes: [10, 100, 1_000, 10_000],
    measure: withKept,
  }),
  curve({
    id: "subjects",
    title: "subjects about which each of 8 agents claims something",
    of: "a claim",
    sizes: [10, 100, 1_000],
    measure: withSubjects,
  }),
  curve({
    id: "watchers",
    title: "readers of a run's events in the same process",
    of: "an event read",
    sizes: [10, 100, 1_000],
    measure: withWatchers,
  }),
  curve({
    id: "database",
    title: "runs in a SQLite database",
    of: "a call",
    sizes: [100, 1_000, 10_000],
    measure: (size) => inDatabase(size, "run"),
  }),
  curve({
    id: "list",
    title: "runs in a SQLite database, of which the last 20 are listed",
    of: "a list",
    sizes: [100, 1_000, 10_000],
    measure: (size) => inDatabase(size, "list"),
  }),
];
