import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explain } from "../../src/cli/shown/explain.ts";
import { report } from "../../src/cli/shown/report.ts";
import { viewRun } from "../../src/report/run-view.ts";
import type { RunEvent } from "../../src/model/events.ts";
import { events, runId } from "./a-run.ts";
import { folder, quorate, team } from "./command.ts";
import { piped } from "./piped.ts";

const run = (script: object, ...flags: string[]) => runIn(folder(), script, ...flags);

const runIn = (at: string, script: object, ...flags: string[]) =>
  quorate(["run", team("gated"), "--input", "-", ...flags], at, JSON.stringify(script));

const hold = { security: "hold", types: "hold" };

describe("a team with a gate, run by the command line,", () => {
  it("exits with 0 where it passes, 4 where it does not, 3 where nobody can tell, and 1 where it failed", async () => {
    const ended = await Promise.all([
      run({}),
      run(hold),
      run({ style: "hold", types: "wait" }),
      run({ types: "fail", style: "fail" }),
      run({ types: "none", style: "none" }),
      run({ ...hold, security: "fail" }),
      run({ ...hold, style: "fail" }),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([0, 4, 3, 3, 3, 1, 4]);
    expect(ended[0]?.stdout).toContain("gated  complete; it passes\n");
    expect(ended[1]?.stdout).toContain("gated  complete; it does not pass\n");
    expect(ended[3]?.stdout).toContain("ship: unopposed (1 of 3 asked spoke), confidence 0.66");
    expect(ended[3]?.stdout).toContain("the gate is undecided");
    expect(ended[2]?.stdout).toContain("the gate is undecided\nwhy: task is tied\n");
    expect(ended[3]?.stdout).toContain(
      "\nwhy: task has one voice of 3; only 1 looked for findings, and 2 did not answer\n",
    );
    expect(ended[0]?.stdout).not.toContain("why:");
    // Of one that failed its status says why nobody can tell, whole.
    expect(ended[5]?.stdout).toContain(
      "gated  failed: too few agents answered, or a required one did not\n",
    );
  });

  it("says why nobody can tell: in its report, and as a failure for a test reporter, also from its log", async () => {
    const at = folder();
    const files = ["--report", "md=run.md", "--report", "junit=run.xml"];
    const read = (name: string): string => readFileSync(join(at, name), "utf8");
    const { code, stdout } = await runIn(at, {}, "--fail-on", "risk=high", ...files);
    const why = "no verdict about risk; there are verdicts about task";
    expect([code, stdout]).toEqual([3, expect.stringContaining(`\nwhy: ${why}\n`)]);
    expect(read("run.md")).toContain(
      "The gate is undecided: no verdict about **risk**; there are verdicts about **task**.\n",
    );
    expect(read("run.xml")).toContain(
      `<failure type="gate" message="the gate is undecided: ${why}">`,
    );
    expect(read("run.xml")).toContain('<testsuite name="gated: verdicts" tests="2" failures="1"');

    await runIn(at, { types: "hold", style: "wait" });
    expect((await quorate(["show", "latest"], at)).stdout).toContain("\nwhy: task is tied\n");
    const logged = await quorate(["report", "latest", "--format", "junit"], at);
    expect(logged.stdout).toContain("the gate is undecided: task is tied");
  });

  it("says that no agent looked for findings, where a severity is not to come out", async () => {
    const { code, stdout } = await quorate(
      ["run", team("learning"), "--input", "-", "--fail-on", "severity>=high"],
      folder(),
      "{}",
    );
    expect([code, stdout]).toEqual([
      3,
      expect.stringContaining("\nwhy: no agent looked for findings\n"),
    ]);
  });

  it("says in its JSON and in its log whether it passes, and what was decided about the task", async () => {
    const at = folder();
    const { stdout } = await runIn(at, hold, "--json");
    const { verdict, passed, notices } = JSON.parse(stdout) as Record<string, unknown>;
    expect([passed, notices]).toEqual([false, []]);
    expect(verdict).toMatchObject({ subject: "task", status: "decided", winner: "hold", asked: 3 });
    const shown = await quorate(["show", "latest", "--json"], at);
    expect(JSON.parse(shown.stdout)).toMatchObject({ passed: false, verdict: { winner: "hold" } });
    const page = await quorate(["show", "latest"], at);
    expect([page.code, page.stdout]).toEqual([
      0,
      expect.stringContaining("complete; it does not pass"),
    ]);
    expect((await quorate(["follow", "latest"], at)).code).toBe(4);
  });

  it("exits the same when its run is gone on with, resumed, or forked", async () => {
    const at = folder();
    const ended = [
      await runIn(at, hold, "--id", "one"),
      await runIn(at, hold, "--id", "one"),
      await quorate(["resume", team("gated"), "one"], at),
      await quorate(["fork", team("gated"), "one"], at),
      await quorate(["fork", team("gated"), "one", "--fail-on", "ship"], at),
    ];
    expect(ended.map(({ code }) => code)).toEqual([4, 4, 4, 4, 0]);
  });
});

describe("--fail-on", () => {
  it("goes before what the team's gate says about the same", async () => {
    const ended = await Promise.all([
      run({}, "--fail-on", "ship"),
      run(hold, "--fail-on", "ship"),
      run(hold, "--fail-on", "HOLD "),
      run(hold, "--fail-on", "wait", "--fail-on", "hold"),
      run(hold, "--fail-on", "task=hold"),
      run({ security: "!high", types: "!high" }),
      run({ security: "!high", types: "!high" }, "--fail-on", "severity>=high"),
      run({ security: "!low", types: "!low" }, "--fail-on", "severity >= high"),
      run({}, "--fail-on", "days=3"),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([4, 0, 4, 4, 4, 0, 4, 0, 3]);
  });

  it("makes a gate for a team that has none, and reads values as JSON too", async () => {
    const scripted = (script: object, ...flags: string[]) =>
      quorate(
        ["run", team("scripted"), "--input", "-", ...flags],
        folder(),
        JSON.stringify(script),
      );
    const three = { security: "3", performance: "3", style: "3" };
    const ended = await Promise.all([
      scripted({}),
      scripted({ security: "hold", style: "hold" }),
      scripted({ security: "hold", style: "hold" }, "--fail-on", "hold"),
      scripted(three, "--fail-on", "3"),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 4, 4]);
  });

  it("tells on stderr of what nobody held and is nearly what was held, and passes all the same", async () => {
    const ended = await Promise.all([
      run({ style: "hold" }, "--fail-on", "holdd"),
      run({}, "--fail-on", "hold"),
    ]);
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, 'quorate: nobody held "holdd" about "task"; what was held: ship, hold\n'],
      [0, ""],
    ]);
  });

  it("is refused where it says nothing that could come out", async () => {
    for (const wrong of ["", "=hold", "task=", "severity>=bad", "severity>high", "severity<=low"]) {
      const { code, stderr } = await run({}, "--fail-on", wrong);
      expect([code, stderr]).toEqual([2, expect.stringContaining("says nothing to fail on")]);
    }
  });
});

describe("a page about a run", () => {
  const styled = { ...piped(), style: (style: string, text: string) => `<${style}>${text}` };
  const page = (gate?: {
    readonly passed: boolean | null;
    readonly against: readonly string[];
  }) => {
    const all = events().map((event): RunEvent =>
      event.type === "run.finished" && gate !== undefined ? { ...event, gate } : event,
    );
    const view = viewRun(runId, all);
    return [...report(view, styled), ...explain(view, styled)].filter((line) =>
      line.includes("hold: decided"),
    );
  };

  it("has in red what does not pass, and in green what does only where there is a gate", () => {
    const line = "hold: decided by vote, confidence 0.60 (laplace)";
    expect(page()).toEqual([`    ${line}`, `  ${line}`]);
    expect(page({ passed: false, against: ["task"] })).toEqual([
      `<bad>    ${line}`,
      `<bad>  ${line}`,
    ]);
    expect(page({ passed: true, against: [] })).toEqual([`<good>    ${line}`, `<good>  ${line}`]);
    expect(page({ passed: null, against: [] })).toEqual([`    ${line}`, `  ${line}`]);
  });
});
