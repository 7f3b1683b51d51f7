import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { sqlite, type SqliteStore } from "../../src/sqlite/index.ts";
import { answered, started } from "../../src/testing/store-contract/run-events.ts";
import { startProcess } from "./processes/run-process.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

interface Driver {
  readonly child: ChildProcessWithoutNullStreams;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Gives it a line, and waits for its answer. */
  ask(): Promise<string>;
}

/** A process that talks in lines; killed at the end of the test. */
function talk(script: string, args: readonly string[]): Driver {
  const child = startProcess(script, args);
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  child.stderr.setEncoding("utf8").on("data", (text: string) => process.stderr.write(text));
  const line = async (): Promise<string> => (await lines.next()).value ?? "(it has ended)";
  return {
    child,
    line,
    ask() {
      child.stdin.write("go\n");
      return line();
    },
  };
}

async function drive(path: string, leaseMs?: number): Promise<Driver> {
  const driver = talk("drive-run.ts", [
    path,
    "run",
    ...(leaseMs === undefined ? [] : [`${leaseMs}`]),
  ]);
  expect(await driver.line()).toBe("begun");
  return driver;
}

// Long enough that a process shows itself three times within it also on a machine that is busy with something else.
const LEASE_MS = 1_200;

async function status(store: SqliteStore): Promise<unknown> {
  return (await store.runs({ limit: 1 }))[0]?.status;
}

describe.skipIf(process.platform === "win32")("a run and the process that drives it", () => {
  it("cannot be taken while it lives, and who wants it is told who that is and what to do", async () => {
    const path = tempPath();
    const { child, ask } = await drive(path);
    await using store = sqlite({ path }).store;
    expect(await status(store)).toBe("running");
    await expect(store.take("run")).rejects.toMatchObject({
      code: "RUN_OWNED",
      message: expect.stringMatching(
        new RegExp(
          `^Run "run" is driven by process ${child.pid} on host "${hostname()}" ` +
            String.raw`\(last seen \d s ago, gone after 30 s of silence\): wait until it is done with the run, or stop it\.$`,
        ),
      ),
    });
    await expect(store.append([answered("run", 2)])).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await ask()).toBe("kept 2");
  });

  it("can be taken at once when it was killed", async () => {
    const path = tempPath();
    const { child, ask } = await drive(path);
    expect(await ask()).toBe("kept 2");
    await using store = sqlite({ path }).store;
    child.kill("SIGKILL");
    await once(child, "close");
    expect(await status(store)).toBe("interrupted");
    expect(await store.take("run")).toBe(2);
    await store.append([answered("run", 3)], 2);
    expect(await status(store)).toBe("running");
  });

  it("can be taken at once when it has closed its store", async () => {
    const path = tempPath();
    const { child } = await drive(path);
    child.stdin.end();
    await once(child, "close");
    await using store = sqlite({ path }).store;
    expect(await status(store)).toBe("interrupted");
    expect(await store.take("run")).toBe(2);
  });

  it("stays its own while it only thinks for longer than leaseMs", async () => {
    const path = tempPath();
    const { ask } = await drive(path, LEASE_MS);
    await using store = sqlite({ path }).store;
    for (const untilMs = Date.now() + 1.5 * LEASE_MS; Date.now() < untilMs; await setTimeout(15)) {
      expect(await status(store)).toBe("running");
    }
    expect(await ask()).toBe("kept 2");
  });

  it("is lost to it when it was stopped for longer than leaseMs and another took it", async () => {
    const path = tempPath();
    const { child, ask } = await drive(path, LEASE_MS);
    await using store = sqlite({ path }).store;
    await expect(store.take("run")).rejects.toMatchObject({ code: "RUN_OWNED" });
    child.kill("SIGSTOP");
    await expect.poll(() => status(store)).toBe("interrupted");
    expect(await store.take("run")).toBe(2);
    await store.append([answered("run", 2, "taken over")], 2);
    child.kill("SIGCONT");
    expect(await ask()).toBe("LEASE_LOST");
    expect(await ask()).toBe("LEASE_LOST");
    expect(await store.read("run", 1)).toEqual([answered("run", 2, "taken over")]);
  });

  it("is still its own when it was stopped for longer than leaseMs and nobody took it", async () => {
    const path = tempPath();
    const { child, ask } = await drive(path, LEASE_MS);
    await using store = sqlite({ path }).store;
    child.kill("SIGSTOP");
    await expect.poll(() => status(store)).toBe("interrupted");
    child.kill("SIGCONT");
    expect(await ask()).toBe("kept 2");
    expect(await status(store)).toBe("running");
  });

  it("is one of two that want it", async () => {
    const path = tempPath();
    const runs = 60;
    const before = sqlite({ path }).store;
    await Promise.all(
      Array.from({ length: runs }, (_, index) => before.append([started(`run-${index}`)])),
    );
    await before.close();

    const both = [talk("take-runs.ts", [path, `${runs}`]), talk("take-runs.ts", [path, `${runs}`])];
    for (const { line } of both) expect(await line()).toBe("ready");
    for (const { child } of both) child.stdin.write("go\n");
    const got = await Promise.all(
      both.map(async ({ line }) => {
        const taken: string[] = [];
        for (let next = await line(); next !== "done"; next = await line()) taken.push(next);
        return taken;
      }),
    );
    const all = Array.from({ length: runs }, (_, index) => `run-${index} 2`);
    expect(got.flat().toSorted()).toEqual(all.toSorted());
    for (const { child } of both) child.stdin.end();
    await Promise.all(both.map(({ child }) => once(child, "close")));

    await using store = sqlite({ path }).store;
    for (let index = 0; index < runs; index += 1) {
      expect(await store.read(`run-${index}`)).toHaveLength(2);
    }
  });
});
