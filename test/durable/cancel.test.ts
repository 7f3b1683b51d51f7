import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { agent, cancel, human, memory, supervisor, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { gatedTeam } from "./processes/gated.ts";
import { startProcess } from "./processes/process.ts";
import { TASK } from "./processes/teams.ts";
import { faultsOf } from "./same-run.ts";

const tempPath = tempPaths();

/** A team whose agent works until it is told to stop. */
function setUp(store: Store, name = "gate") {
  const begun = Promise.withResolvers<void>();
  const endless = agent({
    name: "endless",
    graceMs: 1,
    run: async (_task: string, { signal }) => {
      begun.resolve();
      const stopped = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => stopped.reject(signal.reason as Error), {
        once: true,
      });
      return await stopped.promise;
    },
  });
  return {
    begun: begun.promise,
    gate: supervisor({ name, agents: { endless }, backend: { store } }),
  };
}

/** What came of a run that was cancelled. */
const cancelled = (reason: string) => ({
  code: "CANCELLED",
  message: `run "r" was cancelled: ${reason}`,
});

/** What is wrong with a log that ends with a cancellation. */
function faultsIn(events: readonly RunEvent[]): readonly string[] {
  return faultsOf(events).filter((fault) => fault !== "does not end with run.finished");
}

async function left(store: Store): Promise<readonly unknown[]> {
  return await store.values.list("request/");
}

describe.each([
  ["memory", (): Store => memory({ resumable: true }).store],
  ["a file", (): Store => sqlite({ path: tempPath() }).store],
])("a request to cancel a run in %s", (_where, open) => {
  it("cancels the run of this process at once, as its signal would", async () => {
    const store = open();
    const { gate, begun } = setUp(store);
    const ended = gate.run("task", { runId: "r" }).catch((error: unknown) => error);
    await begun;
    expect(await gate.cancel("r", "we changed our minds")).toBe("asked");
    expect(await ended).toMatchObject(cancelled("we changed our minds"));
    expect((await store.read("r")).at(-1)).toMatchObject({
      type: "run.cancelled",
      reason: "we changed our minds",
      requested: true,
    });
    expect((await store.run("r"))?.status).toBe("cancelled");
    expect(await left(store)).toEqual([]);
    await store.close();
  });

  it("has a reason of at most 10,000 characters in the log, also of a run that is driven here", async () => {
    const store = open();
    const { gate, begun } = setUp(store);
    const ended = gate.run("task", { runId: "r" }).catch((error: unknown) => error);
    await begun;
    await gate.cancel("r", "x".repeat(1_000_000));
    expect(await ended).toMatchObject({ code: "CANCELLED" });
    const [end] = (await store.read("r")).slice(-1);
    expect(end).toMatchObject({ type: "run.cancelled", reason: "x".repeat(10_000) });
    await store.close();
  });

  it("ends a run that nobody drives as cancelled, also one that waits for a person", async () => {
    const store = open();
    const agents = {
      a: agent({ name: "a", run: () => ({ recommendation: "ship" }) }),
      b: agent({ name: "b", run: () => ({ recommendation: "hold" }) }),
    };
    const gate = supervisor({ name: "gate", agents, resolve: [human()], backend: { store } });
    expect((await gate.run("task", { runId: "r" })).status).toBe("waiting");
    expect(await gate.cancel("r")).toBe("cancelled");
    expect((await store.read("r")).at(-1)).toMatchObject({
      type: "run.cancelled",
      reason: "a caller asked for it",
      requested: true,
    });
    expect(faultsIn(await store.read("r"))).toEqual([]);
    expect(await gate.cancel("r")).toBe("cancelled");
    expect(await left(store)).toEqual([]);
    await store.close();
  });

  it("leaves a run alone that has an outcome, and says so", async () => {
    const store = open();
    const gate = supervisor({
      name: "gate",
      agents: { a: agent({ name: "a", run: () => ({ recommendation: "ship" }) }) },
      backend: { store },
    });
    await gate.run("task", { runId: "r" });
    const before = await store.read("r");
    expect(await gate.cancel("r", "too late")).toBe("ended");
    expect(await cancel({ store }, "r")).toBe("ended");
    expect(await store.read("r")).toEqual(before);
    expect(await left(store)).toEqual([]);
    await store.close();
  });

  it("is refused for a run that is not there, or is one of another supervisor", async () => {
    const store = open();
    const { gate, begun } = setUp(store);
    await expect(gate.cancel("none")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    await expect(cancel({ store }, "none")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    await expect(gate.cancel(1 as never)).rejects.toMatchObject({ code: "BAD_OPTIONS" });
    await expect(gate.cancel("r", 1 as never)).rejects.toMatchObject({ code: "BAD_OPTIONS" });
    const ended = gate.run("task", { runId: "r" }).catch((error: unknown) => error);
    await begun;
    const other = setUp(store, "other");
    await expect(other.gate.cancel("r")).rejects.toMatchObject({ code: "RUN_ID_TAKEN" });
    expect(await gate.cancel("r", "done")).toBe("asked");
    expect(await ended).toMatchObject(cancelled("done"));
    await store.close();
  });
});

describe("a request to cancel", () => {
  it("reaches a run that has no event yet", async () => {
    const store = memory().store;
    const asked: string[] = [];
    const gate = supervisor({
      name: "gate",
      agents: { a: agent({ name: "a", run: () => asked.push("a") }) },
      route: () => new Promise<readonly "a"[]>(() => {}),
      backend: { store },
    });
    const ended = gate.run("task", { runId: "r" }).catch((error: unknown) => error);
    await new Promise(setImmediate);
    expect(await gate.cancel("r", "no route")).toBe("asked");
    expect(await ended).toMatchObject(cancelled("no route"));
    expect(asked).toEqual([]);
    expect(store.runs()).toEqual([]);
  });

  it("is heard by the owner in another store of the file, within a second", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    const { gate, begun } = setUp(mine);
    const ended = gate.run("task", { runId: "r" }).catch((error: unknown) => error);
    await begun;
    expect(await cancel({ store: theirs }, "r", "from afar")).toBe("asked");
    expect(await ended).toMatchObject(cancelled("from afar"));
    expect((await theirs.run("r"))?.status).toBe("cancelled");
    expect(await left(mine)).toEqual([]);
  });

  it("rejects who waits for the run of another process under its id, and nobody goes on with it", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    await using theirs = sqlite({ path }).store;
    const [one, two] = [setUp(mine), setUp(theirs)];
    const runs = [one.gate.run("task", { runId: "r" })];
    await one.begun;
    runs.push(two.gate.run("task", { runId: "r" }));
    const ends = Promise.allSettled(runs);
    await new Promise(setImmediate);
    expect(await one.gate.cancel("r", "for both")).toBe("asked");
    for (const end of await ends) {
      expect(end).toMatchObject({ status: "rejected", reason: cancelled("for both") });
    }
    const events = await mine.read("r");
    expect(events.filter(({ type }) => type === "run.resumed")).toEqual([]);
    expect(faultsIn(events)).toEqual([]);
  });

  it("has its reason written without what redact takes out of it", async () => {
    const store = memory({ resumable: true }).store;
    const begun = Promise.withResolvers<void>();
    const slow = agent({
      name: "slow",
      run: (_task: string, { signal }) => {
        begun.resolve();
        return new Promise<string>((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        });
      },
    });
    const gate = supervisor({
      name: "gate",
      agents: { slow },
      redact: (value) =>
        typeof value === "string" ? value.replaceAll(/sk-\w+/g, "[redacted]") : value,
      backend: { store },
    });
    const run = gate.run("the task", { runId: "r" });
    const ended = run.catch((error: unknown) => error);
    await begun.promise;
    await gate.cancel("r", "the key sk-123 is out");
    expect(String(await ended)).not.toContain("sk-123");
    expect(JSON.stringify(store.read("r"))).not.toContain("sk-123");
    expect(store.read("r").at(-1)).toMatchObject({ reason: "the key [redacted] is out" });
  });
});

describe("quorate's processes and a request to cancel", () => {
  function processes() {
    const [path, gate, paidPath] = [tempPath(), tempPath(), tempPath()];
    return {
      path,
      gate,
      start: (action: string) => startProcess("drive.ts", [path, gate, paidPath, action, "30000"]),
      open: () => writeFileSync(gate, ""),
      paid: () => (existsSync(paidPath) ? readFileSync(paidPath, "utf8").trim().split("\n") : []),
    };
  }

  it("really cancel the run of another process, whose agents are stopped", async () => {
    const { path, start, paid } = processes();
    const owner = start("run");
    await owner.printed("asked slow");
    await using store = sqlite({ path }).store;
    expect(await cancel({ store }, "run", "it takes too long")).toBe("asked");
    const { stdout, code } = await owner.ended;
    expect(stdout).toContain('refused CANCELLED run "run" was cancelled: it takes too long');
    expect(code).toBe(0);
    expect((await store.run("run"))?.status).toBe("cancelled");
    expect(faultsIn(await store.read("run"))).toEqual([]);
    expect(await left(store)).toEqual([]);
    expect(paid()).toEqual(["fast 1", "slow 1"]);
  });

  it("cancel the run of a process that was killed, which nobody asks anew", async () => {
    const { path, start, gate, open } = processes();
    const owner = start("run");
    await owner.printed("asked slow");
    owner.child.kill("SIGKILL");
    await owner.ended;
    await using store = sqlite({ path }).store;
    const asked: string[] = [];
    const team = gatedTeam({ store, gate, pay: ({ callId }) => void asked.push(callId) });
    expect(await cancel({ store }, "run")).toBe("cancelled");
    expect(await store.runs({ status: "interrupted" })).toEqual([]);
    expect(asked).toEqual([]);
    // It is a cancelled run as others are: whoever wants it goes on with it.
    open();
    expect((await team.resume("run")).status).toBe("complete");
    expect(TASK).toBeDefined();
  });

  it("end a run as cancelled whose owner was stopped when it was asked, and died of that", async () => {
    const { path, start, gate } = processes();
    const owner = start("run");
    await owner.printed("asked slow");
    owner.child.kill("SIGSTOP");
    await using store = sqlite({ path }).store;
    expect(await cancel({ store }, "run", "it hangs")).toBe("asked");
    owner.child.kill("SIGKILL");
    await owner.ended;
    const asked: string[] = [];
    const team = gatedTeam({ store, gate, pay: ({ callId }) => void asked.push(callId) });
    await expect(team.resume("run")).rejects.toMatchObject({ code: "CANCELLED" });
    expect(asked).toEqual([]);
    expect((await store.run("run"))?.status).toBe("cancelled");
    expect(await left(store)).toEqual([]);
  });
});
