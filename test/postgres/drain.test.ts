import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { folder, quorate, start, team } from "../cli/command.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();

/** A team in a database of its own, whose agents wait until they are let go on. */
function setUp() {
  const cwd = folder();
  const file = join(cwd, "asked");
  writeFileSync(file, "");
  const variables = {
    QUORATE_DB: server.url,
    ASKED: file,
  };
  return {
    asked: (tasks: readonly string[]) =>
      readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => line.slice(line.indexOf(" ") + 1))
        .filter((line) => tasks.includes(line.split(" ")[0] ?? "")),
    goOn: (task: string, ...names: readonly string[]) => {
      for (const name of names) writeFileSync(`${file} ${task} ${name}`, "");
    },
    leave: async (task: string) =>
      quorate(
        ["run", team("draining"), "--input", JSON.stringify(task), "--detach", "--id", task],
        cwd,
        "",
        variables,
      ),
    show: async (task: string) =>
      JSON.parse((await quorate(["show", task, "--json"], cwd, "", variables)).stdout) as {
        readonly status: string;
        readonly bill: object;
      },
    async worker(drain: string) {
      const started = start(["worker", team("draining"), "--drain", drain], cwd, "", variables);
      onTestFinished(() => void started.child.kill("SIGKILL"));
      await started.printed("working on runs of");
      return started;
    },
  };
}

describe("a worker that is told to stop in the middle of a run", () => {
  it("ends that run where its time to drain is enough, and begins no other", async () => {
    const { leave, worker, asked, goOn, show } = setUp();
    const first = await worker("60s");
    await leave("one");
    goOn("one", "a");
    await expect.poll(() => asked(["one", "two"])).toEqual(["one a", "one b"]);
    first.child.kill("SIGTERM");
    await leave("two");
    goOn("one", "b", "c");
    expect(await first.finished).toMatchObject({ code: 0 });
    expect(asked(["one", "two"])).toEqual(["one a", "one b", "one c"]);
    expect((await show("one")).status).toBe("complete");
    expect((await show("two")).status).toBe("interrupted");
  });

  it("lets go of it where that is not enough: another goes on, asks again only who was at work, and pays for no answer twice", async () => {
    const { leave, worker, asked, goOn, show } = setUp();
    const first = await worker("100ms");
    await leave("three");
    goOn("three", "a");
    await expect.poll(() => asked(["three"])).toEqual(["three a", "three b"]);
    first.child.kill("SIGTERM");
    expect(await first.finished).toMatchObject({ code: 0 });
    expect((await show("three")).status).toBe("interrupted");
    goOn("three", "b", "c");
    const second = await worker("60s");
    await second.printed("three complete");
    expect(asked(["three"])).toEqual(["three a", "three b", "three b", "three c"]);
    const { bill } = await show("three");
    // Each answer is paid for once; what the first b had used when it was told to stop is in doubt.
    expect(bill).toMatchObject({
      spent: { usdMicros: "unknown", atLeast: { usdMicros: 30_000 } },
      wasted: { inDoubt: { calls: 1 }, retries: { calls: 0 } },
    });
  });
});
