import { describe, expect, it, vi } from "vitest";
import type { RunSummary } from "../../src/index.ts";
import { folder, quorate, team } from "./command.ts";
import { killed } from "./durable.ts";

// Processes of their own take their time where many others run.
vi.setConfig({ testTimeout: 120_000 });

const durable = team("durable");
const run = async (cwd: string, ...flags: readonly string[]) =>
  quorate(["run", durable, "--input", "-", ...flags], cwd, '{"diff":"x"}');
async function listed(cwd: string, ...flags: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await quorate(["runs", "--json", ...flags], cwd);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(stdout) as readonly RunSummary[]).map(({ runId }) => runId);
}

describe("runs with a tenant and tags", () => {
  it("are listed by them, by team, status and time, and erased by them", async () => {
    const cwd = folder();
    await run(cwd, "--id", "one", "--tenant", "acme", "--tag", "branch=main", "--tag", "n=1=1");
    await run(cwd, "--id", "two", "--tenant", "acme", "--tag", "branch=next");
    await run(cwd, "--id", "three");
    await killed(cwd, "--id", "four");
    expect(await listed(cwd, "--tenant", "acme")).toEqual(["two", "one"]);
    expect(await listed(cwd, "--tag", "branch=main", "--tag", "n=1=1")).toEqual(["one"]);
    expect(await listed(cwd, "--status", "complete", "--limit", "2")).toEqual(["three", "two"]);
    expect(await listed(cwd, "--team", "durable", "--since", "1h")).toHaveLength(4);
    expect(await listed(cwd, "--team", "other")).toEqual([]);
    expect((await quorate(["runs", "--team", "other"], cwd)).stdout).toBe("No such runs.\n");
    const misspelt = await quorate(["runs", "--status", "complet"], cwd);
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toContain('did you mean "complete"?');

    const erased = await quorate(["delete", "--tenant", "acme", "--tag", "branch=main"], cwd);
    expect(erased.stdout).toBe("erased 1 run and what came of it\n");
    await quorate(["delete", "fou"], cwd);
    expect(await listed(cwd)).toEqual(["three", "two"]);
    const none = await quorate(["delete"], cwd);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain(
      "give a run, --tenant or --tag; to forget old runs, use quorate prune",
    );
  });

  it("are the latest, or begin so, among those of a tenant where one is named", async () => {
    const cwd = folder();
    await run(cwd, "--id", "a-1", "--tenant", "acme");
    await run(cwd, "--id", "b-1", "--tenant", "other");
    const foreign = await quorate(["delete", "b-1", "--tenant", "acme"], cwd);
    expect({ code: foreign.code, stderr: foreign.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('has no such run "b-1"') as string,
    });
    const latest = await quorate(["delete", "latest", "--tenant", "acme"], cwd);
    expect(latest.stdout).toBe("erased 1 run and what came of it\n");
    expect(await listed(cwd)).toEqual(["b-1"]);
  });

  it("are erased after they are forgotten, in what was kept of them", async () => {
    const cwd = folder();
    await run(cwd, "--id", "old");
    const truth = ["truth", "old", "task", '"ship"'];
    expect((await quorate(truth, cwd)).code).toBe(0);
    await quorate(["prune", "--older-than", "0m"], cwd);
    expect((await quorate(truth, cwd)).code).toBe(0);
    const erased = await quorate(["delete", "old"], cwd);
    expect(erased.stdout).toBe(
      'there is no run "old" any more; what was still kept of it is erased\n',
    );
    expect((await quorate(truth, cwd)).code).not.toBe(0);
    const unknown = await quorate(["delete", "latest"], cwd);
    expect(unknown.code).not.toBe(0);
  });

  it("are refused where a tag has no name, or two values", async () => {
    const twice = await quorate(["delete", "--tag", "branch=a", "--tag", "branch=b"], folder());
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('"branch" is given already; give each name once');
    const { code, stderr } = await run(folder(), "--tag", "main");
    expect(code).toBe(2);
    expect(stderr).toContain('as in "branch=main"');
  });
});
