import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { answered, started } from "../../src/testing/store-contract/run-events.ts";
import { folder, manyLines, quorate, team, type Finished } from "./command.ts";

let cwd = "";
const RUN = "a-judged-run";
beforeAll(async () => {
  cwd = folder();
  await quorate(["run", team("judged"), "--input", "{}", "--id", RUN], cwd);
});

/** What a command line comes to that is given something on its standard input. */
const given = (input: string, ...args: readonly string[]): Promise<Finished> =>
  quorate(args, cwd, input);

describe("quorate export RUN and quorate import", () => {
  it("bring a whole run into another database, where all that shows runs shows the same", async () => {
    const [log] = manyLines([`export ${RUN.slice(0, 8)}`], cwd) as [Finished];
    const imported = await given(log.stdout, "import", "-", "--db", "copy.db");
    expect(imported).toMatchObject({ code: 0, stderr: "" });
    expect(imported.stdout).toContain(`imported run ${RUN}`);
    const shown = ["export", "explain", "show", "report"].map((command) => `${command} latest`);
    const before = manyLines(shown, cwd);
    const after = manyLines(
      shown.map((line) => `${line} --db copy.db`),
      cwd,
    );
    const same = ({ code, stdout }: Finished): object => ({
      code,
      stdout: stdout.replaceAll(" --db copy.db", ""),
    });
    expect(after.map(same)).toEqual(before.map(same));
    expect(before.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });

  it("bring an interrupted run, which is gone on with there", async () => {
    const [log] = manyLines([`export latest`], cwd) as [Finished];
    const begun = log.stdout.split("\n").slice(0, 4).join("\n");
    await given(begun, "import", "-", "--db", "begun.db");
    const resumed = await quorate(["resume", team("judged"), "--db", "begun.db"], cwd);
    expect(resumed.stdout).toContain("judged  complete");
  });

  it("are refused what is no log of a run, in one sentence, and add nothing then", async () => {
    const [log] = manyLines(["export latest"], cwd) as [Finished];
    const [first = "", second = "", ...rest] = log.stdout.trimEnd().split("\n");
    const faulty = {
      "no JSON": [first, "{"],
      "no event": [first, "[]"],
      "a gap": [first, ...rest],
      "its end alone": [second],
      "an event without what it tells": [
        first,
        second,
        JSON.stringify({ type: "verdict.reached", runId: RUN, seq: 3, atMs: 1 }),
      ],
      "a second run without its beginning": [
        first,
        JSON.stringify({ type: "run.finished", runId: "other", seq: 1, atMs: 1 }),
      ],
      nothing: [],
    };
    for (const [name, lines] of Object.entries(faulty))
      writeFileSync(join(cwd, `${name}.jsonl`), lines.join("\n"));
    const refused = manyLines(
      Object.keys(faulty).map((name) => `import '${name}.jsonl' --db none.db`),
      cwd,
    );
    expect(refused.map(({ code, stderr }) => [code, /^quorate: [^\n]+\n$/.test(stderr)])).toEqual(
      Object.keys(faulty).map(() => [2, true]),
    );
    expect(refused.map(({ stderr }) => stderr).join("")).toMatchInlineSnapshot(`
      "quorate: no JSON.jsonl, line 2 is not JSON: it ends too early, at column 2.
      quorate: no event.jsonl, line 2 is not an event of a run; write the file with quorate export RUN.
      quorate: a gap.jsonl, line 2 has the seq 3, and the next of run a-judged-run has 2; export the run again.
      quorate: its end alone.jsonl, line 1 has the seq 2, and the first of run a-judged-run has 1; export the run again.
      quorate: an event without what it tells.jsonl has a run a-judged-run that cannot be read: an event of it does not say what such an event has to; export the run again.
      quorate: a second run without its beginning.jsonl does not begin run other with run.started; export the run again.
      quorate: nothing.jsonl has no run; write one with quorate export RUN.
      "
    `);
    expect(existsSync(join(cwd, "none.db"))).toBe(false);
    const again = await given(log.stdout, "import", "-");
    expect(again).toMatchObject({
      code: 2,
      stderr: `quorate: quorate.db has a run ${RUN} already; delete that one, or import into another file with --db FILE.\n`,
    });
  });

  it.each([
    "latest",
    "--all",
    "a\u200eb",
    "a\u202eb",
    "a\nb",
    "a\u001b[2Jb",
    " a ",
    "a\u00a0b",
    "e\u0301",
    "L".repeat(400),
  ])("are refused a run that is called %j, which could pass for something else", async (runId) => {
    const [log] = manyLines(["export latest"], cwd) as [Finished];
    const lines = log.stdout.trimEnd().split("\n");
    const renamed = lines.map((line) => JSON.stringify({ ...JSON.parse(line), runId }));
    const imported = await given(renamed.join("\n"), "import", "-", "--db", "deceived.db");
    expect(imported).toMatchObject({ code: 2, stdout: "" });
    expect(imported.stderr).toMatch(
      /^quorate: standard input, line 1: runId "[^\n]*" is refused: it [^\n]*\.\n$/,
    );
    expect(existsSync(join(cwd, "deceived.db"))).toBe(false);
  });

  it("are given a run of an earlier version whose id begins as an option does, in commands that mean it", async () => {
    const old = folder();
    {
      await using store = sqlite({ path: join(old, "quorate.db") }).store;
      await store.append([started("--all"), answered("--all", 2), answered("--all", 3)]);
      await store.release("--all", 1);
    }
    const [shown] = manyLines(["show -- --all"], old) as [Finished];
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain("\n  quorate explain -- --all\n");
    expect(shown.stdout).toContain("\n  quorate resume -- TEAM --all\n");
    const [explained] = manyLines(["explain -- --all"], old) as [Finished];
    expect(explained).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("a run as JSON", () => {
  it("has times in whole ms, and names judges", () => {
    const [json, page] = manyLines(["show latest --json", "show latest"], cwd) as [
      Finished,
      Finished,
    ];
    expect(json.stdout).toMatch(/"durationMs": \d+,/);
    expect(json.stdout).not.toMatch(/Ms": \d+\.\d/);
    expect(page.stdout).toContain("fickle (judge:task:1)");
    expect(page.stdout).not.toContain("~");
  });
});
