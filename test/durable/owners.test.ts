import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { gatedTeam } from "./processes/gated.ts";
import { startProcess, type Process } from "./processes/process.ts";
import { TASK, type Durable } from "./processes/teams.ts";
import { faultsOf, lasting } from "./same-run.ts";

const tempPath = tempPaths();

/** A file for a run, and all who may work on it. */
function setUp() {
  const [path, gate, paidPath] = [tempPath(), tempPath(), tempPath()];
  return {
    path,
    start: (action: "run" | "resume", leaseMs = 30_000): Process =>
      startProcess("drive.ts", [path, gate, paidPath, action, String(leaseMs)]),
    open: () => writeFileSync(gate, ""),
    paid: () => (existsSync(paidPath) ? readFileSync(paidPath, "utf8").trim().split("\n") : []),
    /** The same team in this process; it counts apart. */
    here(name?: string): {
      team: Durable;
      store: ReturnType<typeof sqlite>["store"];
      paid: string[];
    } {
      const store = sqlite({ path }).store;
      const paid: string[] = [];
      const pay = ({ callId }: { callId: string }) => void paid.push(callId);
      return {
        store,
        paid,
        team: gatedTeam({ store, gate, pay, ...(name !== undefined && { name }) }),
      };
    },
  };
}

/** What a process printed behind a word. */
function said(stdout: string, word: string): string | undefined {
  return stdout.match(new RegExp(`^${word} (.*)$`, "m"))?.[1];
}

describe("a run and the processes that want it", () => {
  it("is joined by a second process, which asks nobody and gets the same outcome", async () => {
    const { start, open, paid, path } = setUp();
    const first = start("run");
    await first.printed("asked slow");
    const second = start("run");
    await second.printed("begins");
    await setTimeout(20);
    open();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.stderr, two.stderr]).toEqual(["", ""]);
    expect(said(two.stdout, "outcome")).toBeDefined();
    expect(said(two.stdout, "outcome")).toBe(said(one.stdout, "outcome"));
    expect(paid()).toEqual(["fast 1", "slow 1"]);
    await using store = sqlite({ path }).store;
    expect(faultsOf(await store.read("run"))).toEqual([]);
  });

  it("is begun once when two processes begin it in the same moment", async () => {
    const { start, open, paid, path } = setUp();
    open();
    const ends = await Promise.all([start("run").ended, start("run").ended]);
    const [one, two] = ends.map(({ stdout }) => said(stdout, "outcome"));
    expect(one).toBeDefined();
    expect(two).toBe(one);
    expect(paid().toSorted()).toEqual(["fast 1", "slow 1"]);
    await using store = sqlite({ path }).store;
    expect(faultsOf(await store.read("run"))).toEqual([]);
  });

  it("is not resumed while its owner lives, and at once when that was killed", async () => {
    const { start, here, open } = setUp();
    const owner = start("run");
    await owner.printed("asked slow");
    const { team, store, paid } = here();
    await using _store = store;
    await expect(team.resume("run")).rejects.toMatchObject({
      code: "RUN_OWNED",
      message: expect.stringContaining(`process ${owner.child.pid}`),
    });
    expect((await store.runs())[0]?.status).toBe("running");
    expect(paid).toEqual([]);

    owner.child.kill("SIGKILL");
    await owner.ended;
    expect((await store.runs())[0]?.status).toBe("interrupted");
    open();
    const outcome = await team.resume("run");
    expect(outcome).toMatchObject({ status: "complete", reuse: { reused: 1, asked: 1 } });
    expect(paid).toEqual(["slow"]);
    expect(faultsOf(await store.read("run"))).toEqual([]);
  });

  it("is gone on with by who asks for it under its id, when its owner is gone", async () => {
    const { start, here, open } = setUp();
    const owner = start("run");
    await owner.printed("asked slow");
    owner.child.kill("SIGKILL");
    await owner.ended;
    open();
    const { team, store, paid } = here();
    await using _store = store;
    const outcome = await team.run(TASK, { runId: "run" });
    expect(outcome.status).toBe("complete");
    expect(paid).toEqual(["slow"]);
    // Read from the log from now on.
    expect(lasting(await team.run(TASK, { runId: "run" }))).toEqual(lasting(outcome));
    expect(lasting(await team.resume("run"))).toEqual(lasting(outcome));
    expect(paid).toEqual(["slow"]);
    await expect(team.run("another task", { runId: "run" })).rejects.toMatchObject({
      code: "RUN_ID_TAKEN",
    });
  });

  it("is resumed by one of two processes that race for it", async () => {
    const { start, open, paid, path } = setUp();
    const owner = start("run");
    await owner.printed("asked slow");
    owner.child.kill("SIGKILL");
    await owner.ended;

    const racers = [start("resume"), start("resume")];
    // The one that lost says so while the one that won is still at it.
    await Promise.race(racers.map((racer) => racer.printed("refused RUN_OWNED")));
    open();
    const ends = await Promise.all(racers.map(({ ended }) => ended));
    const outcomes = ends.filter(({ stdout }) => said(stdout, "outcome") !== undefined);
    const refused = ends.filter(
      ({ stdout }) => said(stdout, "refused")?.startsWith("RUN_OWNED") === true,
    );
    expect([outcomes.length, refused.length]).toEqual([1, 1]);
    expect(paid()).toEqual(["fast 1", "slow 1", "slow 1"]);
    await using store = sqlite({ path }).store;
    const events = await store.read("run");
    expect(faultsOf(events)).toEqual([]);
    expect(events.filter(({ type }) => type === "run.resumed")).toHaveLength(1);
  });

  it("is taken from an owner that was silent for too long, whose late events are not kept", async () => {
    const { start, here, open } = setUp();
    const stale = start("run", 300);
    await stale.printed("asked slow");
    stale.child.kill("SIGSTOP");
    open();
    const { team, store, paid } = here();
    await using _store = store;
    let outcome;
    while (outcome === undefined) {
      outcome = await team.resume("run").catch(async (error: unknown) => {
        expect(error).toMatchObject({ code: "RUN_OWNED" });
        await setTimeout(10);
        return undefined;
      });
    }
    expect(outcome.status).toBe("complete");
    expect(paid).toEqual(["slow"]);
    const kept = await store.read("run");

    stale.child.kill("SIGCONT");
    const { stdout, stderr, code } = await stale.ended;
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(said(stdout, "refused")).toMatch(/^LEASE_LOST .*another store has taken it over/);
    expect(await store.read("run")).toEqual(kept);
    expect(faultsOf(kept)).toEqual([]);
  });

  it("is not for a supervisor of another name, in whichever way that asks for it", async () => {
    const { here, open, start } = setUp();
    open();
    await start("run").ended;
    const { team, store } = here("other");
    await using _store = store;
    const refusal = {
      code: "RUN_ID_TAKEN",
      message: expect.stringMatching(/supervisor "gated".*"other"/),
    };
    await expect(team.resume("run")).rejects.toMatchObject(refusal);
    await expect(team.run(TASK, { runId: "run" })).rejects.toMatchObject(refusal);
  });
});
