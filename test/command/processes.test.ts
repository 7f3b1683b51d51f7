import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { commandAgent } from "../../src/command/index.ts";
import { agent, supervisor } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { answerOf, ask, failureOf, isAlive, play, roll, testFolder, told } from "./play.ts";

const folder = testFolder();
const NOTHING = { results: {}, issues: [], others: [] };

/** Resolves when none of the processes is there any more; an abandoned attempt ends a moment after its result. */
async function gone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isAlive), { interval: 5 }).toEqual([]);
}

describe("the processes of a program", () => {
  it("end when an attempt times out, grandchildren too", async () => {
    const list = roll(folder);
    const clock = virtualClock();
    const forking = commandAgent({
      name: "forking",
      retries: 0,
      graceMs: 1_000,
      ...play("fork", list.file),
    });
    const run = supervisor({ name: "team", agents: { forking }, clock }).run("task");
    await told(list, 2);
    expect(list.pids().every(isAlive)).toBe(true);
    await clock.advance(30_000);
    expect((await run).results.forking).toMatchObject({ error: { code: "TIMEOUT" } });
    await gone(list.pids());
  });

  it("are killed when they do not listen, grandchildren too, before a cancelled run rejects", async () => {
    const list = roll(folder);
    const forking = commandAgent({ name: "forking", graceMs: 1_000, ...play("fork", list.file) });
    const controller = new AbortController();
    const run = ask(forking, "task", { signal: controller.signal });
    await told(list, 2);
    expect(list.pids().every(isAlive)).toBe(true);
    controller.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
    expect(list.pids().filter(isAlive)).toEqual([]);
  });

  it("are told to stop when the process that started them is", async () => {
    const list = roll(folder);
    const team = join(folder, "team.ts");
    const source = (path: string): string =>
      JSON.stringify(resolve(import.meta.dirname, "../../src", path));
    writeFileSync(
      team,
      `import { commandAgent } from ${source("command/index.ts")};
       import { supervisor } from ${source("index.ts")};
       const agents = { hanging: commandAgent(${JSON.stringify({ name: "hanging", ...play("hang", list.file) })}) };
       await supervisor({ name: "team", agents }).run("task");`,
    );
    const starter = spawn(process.execPath, ["--no-warnings", team], { stdio: "ignore" });
    await told(list, 1);
    expect(list.pids().every(isAlive)).toBe(true);
    starter.kill("SIGTERM");
    await gone(list.pids());
  });

  it("are not started for an attempt that is aborted already", async () => {
    const list = roll(folder);
    const hanging = commandAgent({ name: "hanging", ...play("hang", list.file) });
    const reason = new Error("too late");
    await expect(
      hanging.run("task" as never, { ...NOTHING, signal: AbortSignal.abort(reason) } as never),
    ).rejects.toBe(reason);
    expect(list.pids()).toEqual([]);
  });

  it("do not outlive a program that is done and has left one behind", async () => {
    const list = roll(folder);
    const leaving = commandAgent({ name: "leaving", ...play("leave behind", list.file) });
    expect(await answerOf(leaving)).toBe("done");
    await sleep(20);
    expect(list.pids().filter(isAlive)).toEqual([]);
  });

  it("that have made themselves independent do not keep an answer back", async () => {
    const list = roll(folder);
    const leaving = commandAgent({
      name: "leaving",
      timeoutMs: 10_000,
      ...play("leave a daemon", list.file),
    });
    expect(await answerOf(leaving)).toBe("done");
    for (const pid of new Set(list.pids())) process.kill(pid, "SIGKILL");
  });

  it.each(["stdout", "stderr"])(
    "end when they write 1 GiB to %s, which is one clear error, and memory stays flat",
    async (stream) => {
      const list = roll(folder);
      const before = process.memoryUsage().rss;
      const flooding = commandAgent({
        name: "flooding",
        maxBytes: 1024 * 1024,
        graceMs: 100,
        ...play("flood", stream, list.file),
      });
      const failed = await failureOf(flooding);
      expect(failed).toMatchObject({ code: "OUTPUT_TOO_LARGE", attempts: 1 });
      expect(failed.message).toContain("wrote more than 1048576 bytes to its standard");
      expect(list.pids().filter(isAlive)).toEqual([]);
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    },
  );

  it("leave no listener on the process and none on the signal", async () => {
    const counted = (): number =>
      process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const echo = commandAgent({ name: "echo", ...play("echo") });
    await ask(echo);
    const before = counted();
    const controller = new AbortController();
    await ask(echo, "again", { signal: controller.signal });
    expect(counted()).toBe(before);
  });

  it("take nobody else down", async () => {
    const agents = {
      broken: commandAgent({ name: "broken", command: "no-such-program" }),
      fine: agent({ name: "fine", run: () => ({ recommendation: "ship" }) }),
    };
    const outcome = await supervisor({ name: "team", agents }).run("task");
    expect(outcome).toMatchObject({ status: "partial", results: { fine: { status: "ok" } } });
  });
});
