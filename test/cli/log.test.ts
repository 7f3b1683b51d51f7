import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { folder, quorate, team } from "./command.ts";

const cwd = folder();
let ids: readonly string[] = [];

beforeAll(async () => {
  for (const script of [{ security: "hold", performance: "hold" }, { style: "fail" }]) {
    const { stdout } = await quorate(
      ["run", team("scripted"), "--input", "-", "--json"],
      cwd,
      JSON.stringify(script),
    );
    ids = [...ids, (JSON.parse(stdout) as { runId: string }).runId];
  }
});

describe("what a database of runs tells", () => {
  it("lists them, the latest first", async () => {
    const { stdout } = await quorate(["runs"], cwd);
    const lines = stdout.trim().split("\n");
    expect(lines.map((line) => line.slice(0, 8))).toEqual(
      ids.map((id) => id.slice(0, 8)).toReversed(),
    );
    expect(lines[0]).toContain("partial");
    expect(lines[1]).toContain("complete");
    const listed = JSON.parse((await quorate(["runs", "--json", "--limit", "1"], cwd)).stdout) as {
      runId: string;
    }[];
    expect(listed.map(({ runId }) => runId)).toEqual([ids[1]]);
  });

  it("shows a run again by its id, by the beginning of it, and as the latest", async () => {
    const [whole, beginning, latest] = await Promise.all([
      quorate(["show", ids[0] ?? ""], cwd),
      quorate(["show", (ids[0] ?? "").slice(0, 8)], cwd),
      quorate(["show", "latest"], cwd),
    ]);
    expect(whole.code).toBe(0);
    expect(beginning.stdout).toBe(whole.stdout);
    expect(whole.stdout).toContain("hold: decided by vote");
    expect(whole.stdout).toMatch(/Timeline\n +security +█/);
    expect(latest.stdout).toContain("partial");
  });

  it("gives the run with its events as JSON", async () => {
    const { stdout } = await quorate(["show", ids[0] ?? "", "--json"], cwd);
    const document = JSON.parse(stdout) as {
      runId: string;
      events: { seq: number; type: string }[];
    };
    expect(document.runId).toBe(ids[0]);
    expect(document.events[0]?.type).toBe("run.started");
    expect(document.events.at(-1)?.type).toBe("run.finished");
  });

  it("writes a run as a page that needs nothing else", async () => {
    const { code, stdout } = await quorate(["show", ids[0] ?? "", "--html", "run.html"], cwd);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "The page of this run is in run.html.\n" });
    const page = readFileSync(join(cwd, "run.html"), "utf8");
    expect(page).toContain(`id="run-data">{"runId":"${ids[0]}"`);
  });

  it("says why a page cannot be written, and writes none", async () => {
    const { code, stderr } = await quorate(["show", "latest", "--html", "no/run.html"], cwd);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "quorate: There is no folder no for the report no/run.html; make it first.\n",
    );
  });

  it("explains who said what and which resolver decided", async () => {
    const { code, stdout } = await quorate(["explain", ids[0] ?? "", "--subject", "task"], cwd);
    expect(code).toBe(0);
    expect(stdout).toMatch(/hold \(2\)\n +performance, security\n +ship \(1\)\n +style/);
    expect(stdout).toContain("vote");
  });

  it("explains it as JSON: the same subjects, in the same order", async () => {
    const args = ["explain", ids[0] ?? "", "--json"];
    const all = JSON.parse((await quorate(args, cwd)).stdout) as object;
    expect(all).toMatchObject({
      runId: ids[0],
      verdicts: [{ subject: "task", winner: "hold", by: "vote" }],
      notices: [],
    });
    const one = await quorate([...args, "--subject", "TASK"], cwd);
    expect(JSON.parse(one.stdout)).toEqual(all);
    expect((await quorate([...args, "--subject", "weather"], cwd)).code).toBe(2);
  });

  it("says when no run, or no subject, is the one meant", async () => {
    const none = await quorate(["show", "zzz"], cwd);
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toContain('has no run "zzz"; "quorate runs');
    const nothing = await quorate(["explain", "latest", "--subject", "weather"], cwd);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain('"weather"');
  });
});
