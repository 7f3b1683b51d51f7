import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  agent,
  supervisor,
  type AgentContext,
  type Backend,
  type RunEvent,
} from "../../src/index.ts";
import { postgres, type PostgresBackend } from "../../src/postgres/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { timedLimits } from "./fast-time.ts";
import { AT_WORK, FASTER, WORKS_MS } from "./processes/permits-team.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();
const script = fileURLToPath(new URL("processes/permits-worker.ts", import.meta.url));

async function until(holds: () => unknown): Promise<void> {
  await expect.poll(async () => Boolean(await holds()), { interval: 10 }).toBe(true);
}

/** Who works under a limit of all processes, until they are killed or told to stop. */
function setUp(workMs: number) {
  const folder = mkdtempSync(join(tmpdir(), "quorate-permits-"));
  const file = join(folder, "at work");
  writeFileSync(file, "");
  const schema = server.schema();
  const workers = new Set<ChildProcess>();
  onTestFinished(() => {
    for (const child of workers) child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  const lines = () =>
    readFileSync(file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => {
        const [atMs, pid, what] = line.split(" ");
        return { atMs: Number(atMs), pid: Number(pid), what };
      });
  const killed = new Map<number, number>();
  return {
    lines,
    async worker() {
      const env = { ...process.env, QUORATE_POSTGRES: server.url };
      const child = fork(script, [schema, file, `${workMs}`], { env });
      workers.add(child);
      await once(child, "message");
      return child;
    },
    async kill(child: ChildProcess) {
      workers.delete(child);
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      killed.set(child.pid ?? 0, performance.timeOrigin + performance.now());
    },
    async stop(child: ChildProcess) {
      workers.delete(child);
      const gone = once(child, "exit");
      child.send("stop");
      await gone;
    },
    /** How many were at work at once; those of a process that was killed until then. */
    most() {
      const all = lines();
      const open = (pid: number) =>
        all.filter((line) => line.pid === pid && line.what === "begins").length -
        all.filter((line) => line.pid === pid && line.what === "ends").length;
      const ends = [...killed].flatMap(([pid, atMs]) =>
        Array.from({ length: open(pid) }, () => ({ atMs, pid, what: "ends" })),
      );
      let [atWork, most] = [0, 0];
      for (const { what } of [...all, ...ends].toSorted((a, b) => a.atMs - b.atMs)) {
        atWork += what === "begins" ? 1 : -1;
        most = Math.max(most, atWork);
      }
      return most;
    },
    /** Who is at work now, of those that live. */
    atWork(child: ChildProcess) {
      const own = lines().filter(({ pid }) => pid === child.pid);
      return own.filter(({ what }) => what === "begins").length * 2 - own.length;
    },
  };
}

describe("slots of a limiter with a scope, over processes that are killed", () => {
  it("are never more than the limit, whoever is killed and when", async () => {
    const { worker, kill, stop, most, lines } = setUp(25);
    const workers = await Promise.all([worker(), worker(), worker()]);
    for (const victim of [1, 0, 2]) {
      const begun = lines().length;
      await until(() => lines().length >= begun + 8);
      await kill(workers[victim] as ChildProcess);
      workers[victim] = await worker();
    }
    // Also those that had died with slots have given them back by then, and all go on.
    const begun = lines().length;
    await until(() => lines().length >= begun + 30);
    await Promise.all(workers.map(stop));
    expect(most()).toBe(AT_WORK);
  });

  it("come back when the permits of a process that has died expire, and not before", async () => {
    const { worker, kill, most, atWork, lines } = setUp(3_600_000);
    const first = await worker();
    await until(() => atWork(first) === AT_WORK);
    await kill(first);
    const second = await worker();
    await until(() => atWork(second) === AT_WORK);
    expect(most()).toBe(AT_WORK);
    const began = (child: ChildProcess) =>
      lines().flatMap(({ atMs, pid }) => (pid === child.pid ? [atMs] : []));
    // Half as long as a permit lives.
    const halfLifeMs = (WORKS_MS + 60_000) / FASTER / 2;
    expect(Math.min(...began(second)) - Math.min(...began(first))).toBeGreaterThan(halfLifeMs);
  });
});

/** A team with an agent elsewhere, under a limit that processes share. */
function rendering(
  backend: Backend,
  clock: VirtualClock,
  run: (task: string, context: AgentContext) => Promise<string>,
) {
  const gpu = agent({ name: "gpu", limiters: ["gpu"], timeoutMs: 60_000, retries: 0, run });
  return supervisor({
    name: "render",
    agents: { gpu },
    elsewhere: ["gpu"],
    limiters: { gpu: { scope: "gpu", concurrency: 1 } },
    clock,
    backend,
  });
}

function opened(schema: string, leaseMs = 15_000): PostgresBackend {
  const backend = postgres({ url: server.url, schema, leaseMs });
  onTestFinished(async () => backend.close());
  return backend;
}

/** Lets so much of the limits' time pass, and what is renewed in it be kept. */
async function passes(clock: VirtualClock, ms: number, backend: PostgresBackend): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= 10_000) {
    await clock.advance(10_000);
    // Kept after all that was asked for before.
    await backend.store.values.change("a barrier", () => undefined);
  }
}

const typesOf = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) => ("agent" in event ? [event.type] : []));

describe("slots of agents that are elsewhere", () => {
  it("are held as long as their attempts wait in a queue, and as long as they are at work after that", async () => {
    const clock = virtualClock();
    const schema = server.schema();
    const [here, there] = [opened(schema), opened(schema)];
    let atWork = 0;
    const hold = Promise.withResolvers<string>();
    const work = async () => {
      atWork += 1;
      expect(atWork).toBe(1);
      const answer = await hold.promise;
      atWork -= 1;
      return answer;
    };
    const first = rendering(timedLimits(here, clock), clock, work).run("a");
    await until(async () => (await here.attemptQueues())[0]?.queued === 1);
    // Twice as long as its permit lives.
    await passes(clock, 300_000, here);
    const second = rendering(timedLimits(there, clock), clock, work);
    const waiting = second.run("b", { runId: "b" });
    await until(async () =>
      (await there.store.read("b")).some(({ type }) => type === "call.queued"),
    );
    await passes(clock, 2_000, there);
    expect((await there.attemptQueues())[0]?.queued).toBe(1);
    const taking = rendering(opened(schema), clock, work).takeAttempts({
      agents: ["gpu"],
      atOnce: 2,
    });
    onTestFinished(async () => taking.close(0));
    await until(() => atWork === 1);
    hold.resolve("ship");
    expect((await first).status).toBe("complete");
    await clock.advance(1_000);
    await until(async () => {
      await clock.advance(200);
      return (await there.store.run("b"))?.status === "complete";
    });
    expect((await waiting).status).toBe("complete");
  });

  it("go over to the process that goes on with their run, while they are at work", async () => {
    const clock = virtualClock();
    const schema = server.schema();
    const [dying, other, next] = [opened(schema, 300), opened(schema), opened(schema)];
    const [goesOn, hold] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
    const asked: string[] = [];
    const work = async (_: string, { checkpoint }: AgentContext) => {
      asked.push("asked");
      await goesOn.promise;
      checkpoint(1);
      return hold.promise;
    };
    const taking = rendering(opened(schema), clock, work).takeAttempts({
      agents: ["gpu"],
      atOnce: 2,
    });
    onTestFinished(async () => taking.close(0));
    const cut = { isCut: false };
    const lost = rendering(cutOff(timedLimits(dying, clock), cut), clock, work).run("a", {
      runId: "a",
    });
    lost.catch(() => undefined);
    await until(() => asked.length === 1);
    // Somebody else wants the slot, and the first process is not heard of any more.
    const waiting = rendering(timedLimits(other, clock), clock, work).run("b", { runId: "b" });
    await until(async () =>
      (await other.store.read("b")).some(({ type }) => type === "call.queued"),
    );
    cut.isCut = true;
    await takenFrom(schema, "a");
    const resumed = rendering(timedLimits(next, clock), clock, work).resume("a");
    await until(async () => (await next.store.run("a"))?.status === "running");
    goesOn.resolve();
    await expect(lost).rejects.toMatchObject({ code: "STORE_FAILED" });
    await passes(clock, 10_000, other);
    expect(asked).toHaveLength(1);
    hold.resolve("ship");
    expect((await resumed).results).toMatchObject({ gpu: { status: "ok", attempts: 1 } });
    await until(async () => {
      await clock.advance(200);
      return (await other.store.run("b"))?.status === "complete";
    });
    expect((await waiting).status).toBe("complete");
    expect(asked).toHaveLength(2);
    expect(typesOf(await next.store.read("a"))).toEqual([
      "call.started",
      "call.checkpointed",
      "call.succeeded",
    ]);
  });
});

/** A backend whose store keeps nothing more of its runs once it is cut. */
function cutOff(backend: Backend, state: { readonly isCut: boolean }): Backend {
  const { store } = backend;
  if (store === undefined) throw new Error("it has a store");
  return {
    ...backend,
    store: {
      ...store,
      async append(...given: Parameters<typeof store.append>) {
        if (state.isCut) throw new Error("cut");
        return store.append(...given);
      },
    },
  };
}

/** Its owner is gone, as far as the database knows. */
async function takenFrom(schema: string, runId: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`UPDATE ${schema}.runs SET owner = NULL WHERE run_id = $1`, [runId]);
  await client.end();
}

describe("an agent in the process of a run that another process has taken over", () => {
  it("is told to stop", async () => {
    const schema = server.schema();
    const backend = opened(schema);
    const stopped = Promise.withResolvers<unknown>();
    const near = agent({
      name: "near",
      async run(_: string, { signal, checkpoint }) {
        signal.addEventListener("abort", () => stopped.resolve(signal.reason));
        await takenFrom(schema, "a");
        checkpoint(1);
        return stopped.promise.then(() => "late");
      },
    });
    const team = supervisor({ name: "near", agents: { near }, backend });
    await expect(team.run("x", { runId: "a" })).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await stopped.promise).toMatchObject({ code: "LEASE_LOST" });
  });
});
