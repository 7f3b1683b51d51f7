import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { postgresServer } from "../postgres/server.ts";
import { folder, quorate, start, team, type Finished, type Started } from "./command.ts";

// Processes of their own take their time where many others run.
vi.setConfig({ testTimeout: 120_000 });

const server = postgresServer();

/** A worker of the command line that works already. */
async function worker(
  cwd: string,
  variables: Readonly<Record<string, string>>,
  more: readonly string[] = [],
  of: string = "echo",
): Promise<Started> {
  const started = start(["worker", team(of), ...more], cwd, "", variables);
  onTestFinished(() => void started.child.kill("SIGKILL"));
  await started.printed("working on runs of");
  return started;
}

/** Waits until a command prints a text. */
async function untilIt(ask: () => Promise<Finished>, prints: string): Promise<Finished> {
  for (;;) {
    const answer = await ask();
    if (answer.stdout.includes(prints)) return answer;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("quorate worker", () => {
  it("carries out what run --detach leaves in a file, says so, and stops in order", async () => {
    const cwd = folder();
    const left = await quorate(
      ["run", team("echo"), "--input", '"a"', "--detach", "--id", "one", "--priority", "5"],
      cwd,
    );
    expect(left).toMatchObject({ code: 0, stderr: "" });
    expect(left.stdout).toContain("run one is left to a worker");
    const odd = await quorate(["run", team("echo"), "--input", "1", "--priority", "5"], cwd);
    expect(odd).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("give --detach, too") as string,
    });
    const listed = await quorate(["runs"], cwd);
    expect(listed.stdout).toMatch(/^one .* queued /m);
    expect(listed.stdout).toContain("queued: a worker takes them:\n  quorate worker TEAM\n");
    expect((await quorate(["doctor"], cwd)).stdout).toContain("1 run, 0 interrupted, 1 queued");
    const shown = await quorate(["show", "one"], cwd);
    expect(shown.stdout).toContain("queued: no worker has taken it yet");
    expect(shown.stdout).toContain("To continue\n  quorate worker TEAM\n");
    expect((await quorate(["explain", "one"], cwd)).stdout).toContain("the run is queued.");
    const again = await quorate(
      ["run", team("echo"), "--input", '"a"', "--detach", "--id", "one"],
      cwd,
    );
    expect(again.stdout).toContain("run one is there already");
    const port = await freePort();
    const working = await worker(cwd, {}, ["--health", `${port}`]);
    await working.printed("one complete");
    const status = await new Promise((resolve) =>
      get(`http://127.0.0.1:${port}/`, (response) => {
        response.resume();
        resolve(response.statusCode);
      }),
    );
    expect(status).toBe(200);
    working.child.kill("SIGTERM");
    expect(await working.finished).toMatchObject({ code: 0, stderr: "" });
    expect((await quorate(["show", "one"], cwd)).stdout).toContain("complete");
  });

  it("cancels a run whose agent strays, with that sentence, and goes on with the others", async () => {
    const cwd = folder();
    const until = join(cwd, "go");
    const tasks = { paid: { until }, strayed: { stray: "rejects" }, next: {} };
    for (const [id, task] of Object.entries(tasks)) {
      const input = ["--input", JSON.stringify(task)];
      await quorate(["run", team("stray-on-request"), ...input, "--detach", "--id", id], cwd);
    }
    const working = await worker(cwd, {}, [], "stray-on-request");
    await working.printed("strayed cancelled: the agent");
    writeFileSync(until, "");
    await Promise.all([working.printed("paid complete"), working.printed("next complete")]);
    working.child.kill("SIGTERM");
    expect(await working.finished).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /^quorate: run strayed: the agent "asked" left a promise behind that rejected: left behind .*\n$/,
      ) as string,
    });
  });

  it("works on runs in a PostgreSQL database, whose address is printed without its password", async () => {
    const cwd = folder();
    const address = new URL(server.url);
    const variables = { QUORATE_DB: address.href };
    const working = await worker(cwd, variables);
    const { stdout } = await quorate(
      ["run", team("echo"), "--input", '"a"', "--detach", "--json"],
      cwd,
      "",
      variables,
    );
    const { runId, isNew } = JSON.parse(stdout) as {
      readonly runId: string;
      readonly isNew: boolean;
    };
    expect(isNew).toBe(true);
    const shown = await untilIt(
      async () => quorate(["show", runId], cwd, "", variables),
      "complete",
    );
    working.child.kill("SIGTERM");
    const ended = await working.finished;
    const { password } = address;
    address.password = "";
    expect(ended.stdout).toContain(address.href);
    const all = [
      shown,
      ended,
      await quorate(["show", "nosuch"], cwd, "", variables),
      await quorate(["doctor"], cwd, "", variables),
    ];
    for (const { stdout: printed, stderr } of all) expect(printed + stderr).not.toContain(password);
    const argument = await quorate(["runs", "--db", server.url], cwd);
    expect(argument).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("set PGPASSWORD") as string,
    });
    expect(argument.stderr).not.toContain(password);
    const given = await quorate(["runs", "--db", address.href], cwd, "", {
      PGPASSWORD: decodeURIComponent(password),
    });
    expect(given).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(runId.slice(0, 8)) as string,
    });
  });

  it("takes attempts of agents that the team has elsewhere, which doctor shows", async () => {
    const cwd = folder();
    const variables = { QUORATE_DB: server.url };
    const file = team("elsewhere");
    const working = start(["worker", file, "--agents", "gpu", "--drain", "5s"], cwd, "", {
      ...variables,
      WHERE: "the worker",
    });
    onTestFinished(() => void working.child.kill("SIGKILL"));
    await working.printed("working on attempts of gpu of render");
    const run = await quorate(["run", file, "--input", "1", "--json"], cwd, "", variables);
    expect(JSON.parse(run.stdout)).toMatchObject({
      status: "complete",
      results: { gpu: { output: "ship, by the worker" }, near: { output: "ship" } },
    });
    await working.printed("gpu, attempt 1: answered");
    const doctor = await quorate(["doctor"], cwd, "", variables);
    expect(doctor.stdout).toContain(
      "gpu of render: 0 attempts wait, 0 at work, 1 process takes them",
    );
    working.child.kill("SIGTERM");
    expect(await working.finished).toMatchObject({ code: 0, stderr: "" });
    const nobody = await quorate(["doctor"], cwd, "", variables);
    expect(nobody.stdout).not.toContain("gpu of render");
  });

  it("says of a run that somebody cancelled while it was carried out that it was cancelled", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "hold"), "");
    await quorate(["run", team("durable"), "--input", "null", "--detach", "--id", "one"], cwd);
    const working = await worker(cwd, {}, [], "durable");
    const asked = (): string => readFileSync(join(cwd, "asked.txt"), "utf8");
    await expect.poll(() => existsSync(join(cwd, "asked.txt")) && asked()).toContain("slow");
    await quorate(["cancel", "one", "--reason", "no need"], cwd);
    await working.printed("durable one cancelled: no need\n");
    working.child.kill("SIGTERM");
    expect(await working.finished).toMatchObject({ code: 0, stderr: "" });
  });

  it("refuses two teams of one name, whose runs nobody could tell apart", async () => {
    const { code, stderr } = await quorate(["worker", team("echo"), team("echo")], folder());
    expect(code).toBe(2);
    expect(stderr).toBe(
      'quorate: two teams are called "echo", and their runs are found by that name; give them different names.\n',
    );
  });

  it("refuses agents that the team does not have elsewhere, and a backend that reaches no other process", async () => {
    const cwd = folder();
    const wrong = await quorate(["worker", team("elsewhere"), "--agents", "near"], cwd);
    expect(wrong).toMatchObject({
      code: 2,
      stderr: 'quorate: --agents has "near", which is not elsewhere; these are: gpu\n',
    });
    const inFile = await quorate(["worker", team("elsewhere"), "--agents", "gpu"], cwd);
    expect(inFile.code).toBe(2);
    expect(inFile.stderr).toContain("its backend reaches no other process");
    // There, it is asked in the process of its run.
    const here = await quorate(["run", team("elsewhere"), "--input", "1"], cwd, "", {
      WHERE: "itself",
    });
    expect(here.stdout).toContain("ship, by itself");
  });

  it("refuses what only who carries a run out can keep, with --detach", async () => {
    const cwd = folder();
    const { code, stderr } = await quorate(
      ["run", team("echo"), "--input", '"a"', "--detach", "--deadline", "5m"],
      cwd,
    );
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "quorate: --deadline is for the process that carries a run out; leave it out with --detach, or leave out --detach\n",
    });
  });
});
