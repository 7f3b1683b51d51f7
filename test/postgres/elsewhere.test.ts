import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { describe, expect, it, type TestContext } from "vitest";
import type { RunEvent } from "../../src/index.ts";
import { postgres, type PostgresOptions } from "../../src/postgres/index.ts";
import { virtualClock, type ContractStep } from "../../src/testing/index.ts";
import { elsewhereTeam, type ElsewhereSettings } from "./processes/elsewhere-team.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();
const script = fileURLToPath(new URL("processes/elsewhere-worker.ts", import.meta.url));

const WORKS: ContractStep = { do: "emit", value: "at work" };
const ANSWERS: ContractStep = { do: "answer", value: "ship" };

/** A schema with a team that has an agent elsewhere, and processes that carry out runs and attempts. */
function setUp(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  settings: ElsewhereSettings = {},
  options: PostgresOptions = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "quorate-elsewhere-"));
  const file = join(folder, "asked");
  writeFileSync(file, "");
  const schema = server.schema();
  const open = (more: PostgresOptions = {}) => {
    const opened = postgres({ url: server.url, schema, patienceMs: 20_000, ...options, ...more });
    onTestFinished(async () => opened.close());
    return opened;
  };
  const workers = new Set<ChildProcess>();
  onTestFinished(() => {
    for (const child of workers) child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  const backend = open();
  let gates = 0;
  return {
    open,
    backend,
    team: elsewhereTeam(backend, settings),
    task: (...steps: readonly ContractStep[]) => ({ file, steps }),
    /** What the tables have. */
    async rows(sql: string): Promise<readonly unknown[]> {
      const client = new pg.Client({
        connectionString: server.url,
        options: `-c search_path=${schema}`,
      });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    /** What was written by agents: the process, the run, and what happened. */
    said: (what: string) =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line.endsWith(what)),
    /** A file that a step waits for, and how it is made. */
    gate(): { readonly step: ContractStep; readonly open: () => void } {
      const path = join(folder, `gate ${++gates}`);
      return { step: { do: "wait", file: path }, open: () => writeFileSync(path, "") };
    },
    /** Takes attempts in this process, through connections of its own. */
    here(own: ElsewhereSettings = settings) {
      const taking = elsewhereTeam(open(), own).takeAttempts({ agents: ["gpu"], atOnce: 2 });
      onTestFinished(async () => taking.close(0));
      return taking;
    },
    async worker(what: "runs" | "attempts", own: ElsewhereSettings = settings) {
      const env = { ...process.env, QUORATE_POSTGRES: server.url };
      const child = fork(script, [schema, what, JSON.stringify(own)], { env });
      workers.add(child);
      await once(child, "message");
      return child;
    },
    async kill(child: ChildProcess) {
      workers.delete(child);
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function until(holds: () => unknown): Promise<void> {
  await expect.poll(async () => Boolean(await holds()), { interval: 10 }).toBe(true);
}

function ofGpu(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => ("agent" in event && event.agent === "gpu" ? [event.type] : []));
}

describe("agents that are elsewhere, behind a PostgreSQL backend", () => {
  it("are asked in the process that takes their attempts, and what they say comes back", async (context) => {
    const { team, task, worker, said, backend } = setUp(context);
    const child = await worker("attempts");
    const stream = team.stream(
      task(
        WORKS,
        { do: "report", usage: { usdMicros: 7 } },
        { do: "checkpoint", value: 3 },
        ANSWERS,
      ),
    );
    const types: string[] = [];
    for await (const event of stream)
      if ("agent" in event && event.agent === "gpu") types.push(event.type);
    const outcome = await stream.outcome;
    expect(outcome).toMatchObject({
      status: "complete",
      verdict: { winner: "ship", status: "unanimous" },
      results: { gpu: { status: "ok", attempts: 1, cost: { usdMicros: 7 } } },
    });
    expect(types).toEqual(["call.started", "call.progress", "call.checkpointed", "call.succeeded"]);
    expect(said("asked")).toEqual([`${child.pid} ${outcome.runId} asked`]);
    expect(await backend.attemptQueues()).toEqual([
      { team: "render", agent: "gpu", queued: 0, atWork: 0, workers: 1 },
    ]);
  });

  it("have a timeout that does not count how long they wait for their turn", async (context) => {
    const { open, task, here, gate } = setUp(context);
    here();
    const clock = virtualClock();
    const backend = open();
    const team = elsewhereTeam({ ...backend }, { timeoutMs: 20_000 });
    const hold = gate();
    // Two are at work at once, and the third waits.
    const busy = [1, 2].map(async () => team.run(task(WORKS, hold.step, ANSWERS)));
    await until(async () => (await backend.attemptQueues())[0]?.atWork === 2);
    const { supervisor, agent } = await import("../../src/index.ts");
    const waiting = supervisor({
      name: "render",
      agents: {
        gpu: agent({ name: "gpu", timeoutMs: 1_000, retries: 0, run: () => "never here" }),
      },
      elsewhere: ["gpu"],
      clock,
      backend,
    }).run(task(ANSWERS) as never);
    await until(async () => (await backend.attemptQueues())[0]?.queued === 1);
    await clock.advance(600_000);
    hold.open();
    expect((await waiting).results).toMatchObject({ gpu: { status: "ok", output: "ship" } });
    for (const one of await Promise.all(busy)) expect(one.status).toBe("complete");
  });

  it("are asked again by another process where theirs is killed", async (context) => {
    const { team, task, worker, kill, gate, said } = setUp(context);
    const first = await worker("attempts");
    const hold = gate();
    const running = team.run(task(WORKS, hold.step, ANSWERS));
    await until(() => said("asked").length === 1);
    await kill(first);
    const second = await worker("attempts");
    hold.open();
    expect((await running).results).toMatchObject({ gpu: { status: "ok", attempts: 2 } });
    expect(said("asked").map((line) => Number(line.split(" ")[0]))).toEqual([
      first.pid,
      second.pid,
    ]);
  });

  it("are not asked twice that are not to be, where their process is killed", async (context) => {
    const { team, task, worker, kill, gate, said } = setUp(context, { inDoubt: "fail" });
    const first = await worker("attempts");
    const running = team.run(task(WORKS, gate().step, ANSWERS));
    await until(() => said("asked").length === 1);
    await kill(first);
    await worker("attempts");
    expect((await running).results).toMatchObject({
      gpu: { status: "failed", error: { code: "IN_DOUBT" } },
    });
    expect(said("asked")).toHaveLength(1);
  });

  it("go on where the process of their run is killed, and are asked once", async (context) => {
    const { team, task, worker, kill, gate, said, backend } = setUp(context);
    const attempts = await worker("attempts");
    const runs = await worker("runs");
    const hold = gate();
    const { runId } = await team.enqueue(task(WORKS, hold.step, ANSWERS));
    await until(() => said("asked").length === 1);
    await kill(runs);
    hold.open();
    // Its answer is there before anybody goes on with the run.
    await once(attempts, "message");
    await worker("runs");
    await until(async () => (await backend.store.run(runId))?.status === "complete");
    expect(said("asked")).toHaveLength(1);
    expect(ofGpu(await backend.store.read(runId))).toEqual(["call.started", "call.succeeded"]);
  });

  it("are not heard any more where their process was stopped for longer than its lease", async (context) => {
    const { team, task, worker, gate, said } = setUp(context);
    const frozen = await worker("attempts");
    const hold = gate();
    const running = team.run(task(WORKS, hold.step, ANSWERS));
    await until(() => said("asked").length === 1);
    frozen.kill("SIGSTOP");
    await worker("attempts");
    await until(() => said("asked").length === 2);
    const told = once(frozen, "message");
    frozen.kill("SIGCONT");
    expect(await told).toEqual(["lost", undefined]);
    hold.open();
    expect((await running).results).toMatchObject({ gpu: { status: "ok", attempts: 2 } });
    await until(() => said("told to stop").length === 1);
  });

  it("end each run once, whichever processes are killed", async (context) => {
    const { team, task, worker, kill, backend } = setUp(context, { retries: 9 });
    const pairs = await Promise.all(
      (["runs", "attempts"] as const).map(async (what) => ({ what, child: await worker(what) })),
    );
    const left = await Promise.all(
      Array.from({ length: 6 }, async () => team.enqueue(task(WORKS, ANSWERS))),
    );
    for (let round = 0; round < 2; round += 1) {
      for (const pair of pairs) {
        await kill(pair.child);
        pair.child = await worker(pair.what);
      }
    }
    const status = left.map(() => "complete");
    await until(async () => {
      const runs = await Promise.all(left.map(async ({ runId }) => backend.store.run(runId)));
      return runs.every((run, index) => run?.status === status[index]);
    });
    for (const { runId } of left) {
      const events = await backend.store.read(runId);
      expect(events.filter(({ type }) => type === "run.finished")).toHaveLength(1);
      expect(ofGpu(events).filter((type) => type === "call.succeeded")).toHaveLength(1);
    }
  });

  it("are told to stop when their run is cancelled", async (context) => {
    const { team, task, here, gate, said } = setUp(context);
    here();
    const running = team.run(task(WORKS, gate().step, ANSWERS), { runId: "stops" });
    await until(() => said("asked").length === 1);
    await team.cancel("stops", "enough");
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
    expect(said("told to stop")).toHaveLength(1);
  });

  it("wait while nobody takes their attempts, which is said, and fail after a time", async (context) => {
    const { team, task, said } = setUp(context, {}, { unservedMs: 4_000 });
    const warned = once(process, "warning");
    const running = team.run(task(ANSWERS));
    const sentence =
      'no process takes attempts of "gpu" of supervisor "render"; start one: quorate worker TEAM --agents gpu';
    expect(String((await warned)[0])).toContain(sentence);
    expect((await running).results).toMatchObject({
      gpu: {
        status: "failed",
        attempts: 1,
        error: { message: expect.stringContaining(sentence) as string },
      },
      near: { status: "ok" },
    });
    expect(said("asked")).toEqual([]);
  });

  it("are asked by a process of their own version, beside one of another", async (context) => {
    const { team, task, here, said } = setUp(context, { version: "2" });
    here({ version: "1", retries: 0, inDoubt: "fail" });
    const running = team.run(task(ANSWERS));
    await setTimeout(50);
    expect(said("asked")).toEqual([]);
    here({ version: "2" });
    expect((await running).results).toMatchObject({ gpu: { status: "ok" } });
    expect(said("asked")).toHaveLength(1);
  });

  it("let a process end in order: what is at work may end, and no more is taken", async (context) => {
    const { team, task, here, gate, said, backend } = setUp(context);
    const taking = here();
    const hold = gate();
    const running = team.run(task(WORKS, hold.step, ANSWERS));
    await until(() => said("asked").length === 1);
    const closed = taking.close();
    await setTimeout(20);
    hold.open();
    expect((await running).results).toMatchObject({ gpu: { status: "ok", attempts: 1 } });
    await closed;
    expect(await backend.attemptQueues()).toEqual([]);
  });

  it("leave nothing of a run in the database that is erased", async (context) => {
    const { team, task, here, backend, rows } = setUp(context);
    here();
    const { runId } = await team.run(task(ANSWERS));
    const other = await team.run(task(ANSWERS));
    // What was asked is forgotten when it has stopped.
    expect(await rows("SELECT run_id FROM attempts WHERE request IS NOT NULL")).toEqual([]);
    expect(await backend.store.erase({ run: runId })).toBe(1);
    expect(
      await rows("SELECT run_id FROM attempts JOIN attempt_events USING (attempt) WHERE seq = 1"),
    ).toEqual([{ run_id: other.runId }]);
    expect(await rows("SELECT count(*)::int AS events FROM attempt_events")).toEqual([
      { events: 2 },
    ]);
  });

  it("are those that the team says, and no others can be taken", (context) => {
    const { team } = setUp(context);
    expect(team.elsewhere).toEqual(["gpu"]);
    expect(() => team.takeAttempts({ agents: ["near"] })).toThrow(
      'the team has no agent "near" elsewhere; it has "gpu"',
    );
    const taking = team.takeAttempts({ agents: ["gpu"] });
    context.onTestFinished(async () => taking.close());
    expect(() => team.takeAttempts({ agents: ["gpu"] })).toThrow(
      "are taken in this process already",
    );
  });
});
