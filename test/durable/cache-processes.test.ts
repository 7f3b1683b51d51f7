import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { startProcess, type Process } from "./processes/process.ts";
import { faultsOf } from "./same-run.ts";

const tempPath = tempPaths();

interface End {
  readonly runId: string;
  readonly status: string;
  readonly outputs: readonly unknown[];
  readonly spent: number;
}

/** A file that processes share, and a gate before the answers of their agents. */
function setUp() {
  const [path, paid, gate] = [tempPath(), tempPath(), tempPath()];
  const since = String(Date.now());
  return {
    path,
    start: (runs: number, deadly = ""): Process =>
      startProcess("cached.ts", [path, paid, String(runs), gate, since, deadly]),
    open: () => writeFileSync(gate, ""),
    paid: () => (existsSync(paid) ? readFileSync(paid, "utf8").trim().split("\n").toSorted() : []),
  };
}

async function endsOf({ ended }: Process): Promise<readonly End[]> {
  const { stdout, stderr } = await ended;
  expect(stderr).toBe("");
  return JSON.parse(/^ends (.*)$/m.exec(stdout)?.[1] ?? "[]") as readonly End[];
}

describe("runs of two processes with the same task at once", () => {
  it("pay once for each agent, fifty runs in each, and every log is whole", async () => {
    const { start, open, paid, path } = setUp();
    const processes = [start(50), start(50)];
    await Promise.all(processes.map((process) => process.printed("begins")));
    await setTimeout(20);
    open();
    const ends = (await Promise.all(processes.map(endsOf))).flat();
    expect(ends).toHaveLength(100);
    expect(paid()).toEqual(["a", "b"]);
    expect(new Set(ends.map(({ outputs }) => JSON.stringify(outputs))).size).toBe(1);
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(["complete"]));
    expect(ends.reduce((sum, { spent }) => sum + spent, 0)).toBe(2_000);
    await using store = sqlite({ path }).store;
    const logs = await Promise.all(ends.map(({ runId }) => store.read(runId)));
    expect(logs.flatMap(faultsOf)).toEqual([]);
    const kinds = logs.flat().flatMap((event) => {
      if (event.type === "call.reused") return [event.by];
      return event.type === "call.succeeded" ? ["paid"] : [];
    });
    expect(kinds.filter((kind) => kind === "paid")).toHaveLength(2);
    expect(kinds.filter((kind) => kind === "joined" || kind === "cache")).toHaveLength(198);
    const left = (await store.values.list("cache/")).map(({ value }) =>
      Object.keys(value as object),
    );
    expect(left).toEqual([["answer"], ["answer"]]);
  });

  it("go on when the one that pays is killed: one of the others takes over", async () => {
    const { start, open, paid } = setUp();
    const payer = start(1);
    await payer.printed("asked a");
    await payer.printed("asked b");
    const waiting = [start(20), start(20)];
    await Promise.all(waiting.map((process) => process.printed("begins")));
    await setTimeout(20);
    expect(paid()).toEqual(["a", "b"]);
    payer.child.kill("SIGKILL");
    await payer.ended;
    open();
    const ends = (await Promise.all(waiting.map(endsOf))).flat();
    expect(ends).toHaveLength(40);
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(["complete"]));
    expect(new Set(ends.map(({ outputs }) => JSON.stringify(outputs))).size).toBeLessThanOrEqual(2);
    expect(paid()).toEqual(["a", "a", "b", "b"]);
  });

  it("find in the cache what a killed process had recorded: both are kept at once, or neither", async () => {
    const { start, open, paid, path } = setUp();
    open();
    const killed = await start(1, "call.succeeded").ended;
    expect(killed.signal).toBe("SIGKILL");
    const before = paid();
    await using store = sqlite({ path }).store;
    const [run] = await store.runs();
    const recorded = (await store.read(run?.runId ?? "")).flatMap((event) =>
      event.type === "call.succeeded" ? [event.agent] : [],
    );
    expect(recorded).not.toEqual([]);
    const ends = await endsOf(start(1));
    expect(ends.map(({ status }) => status)).toEqual(["complete"]);
    const unrecorded = ["a", "b"].filter((name) => !recorded.includes(name));
    expect(paid()).toEqual([...before, ...unrecorded].toSorted());
  });
});
