import { describe, expect, it } from "vitest";
import { folder, quorate, team } from "./command.ts";

const asking = team("asking");

/** Words of a page, whatever its line breaks. */
const flat = (page: string): string => page.replaceAll(/[\s\\]+/g, " ");

async function waitingRun(): Promise<{ readonly cwd: string; readonly page: string }> {
  const cwd = folder();
  const { code, stdout } = await quorate(["run", asking, "--input", "-"], cwd, "{}");
  expect(code).toBe(3);
  return { cwd, page: stdout };
}

describe("quorate decide", () => {
  it("is what a run that waits for a person asks for, then and whenever it is looked at", async () => {
    const { cwd, page } = await waitingRun();
    expect(page).toContain("waiting for a person to decide");
    expect(page).toContain("no winner: waiting");
    expect(flat(page)).toMatch(
      /decide [0-9a-f]{8} task WINNER --team \S+asking\.ts WINNER: hold or ship/,
    );
    expect(page).not.toContain("\u001b");
    const [listed, shown, explained] = await Promise.all(
      [["runs"], ["show", "latest"], ["explain", "latest"]].map((args) => quorate(args, cwd)),
    );
    expect(listed?.stdout).toContain(" waiting ");
    expect(shown?.stdout).toMatch(/quorate decide [0-9a-f]{8} task WINNER --team TEAM/);
    expect(flat(shown?.stdout ?? "")).toContain(
      " 'how many days it takes how many days it' WINNER",
    );
    expect(explained?.stdout).toMatch(/hold \(1\)\n +careful\n +ship \(1\)\n +bold/);
  });

  it("records decisions, one by one, and goes on with the run, and nobody is asked again", async () => {
    const { cwd } = await waitingRun();
    const decided = await quorate(["decide", "latest", "how many", "44"], cwd);
    expect(decided.code).toBe(0);
    expect(decided.stdout).toMatch(/^decided: 44: how many days/);
    expect(decided.stdout).toMatch(/\n {2}quorate resume TEAM [0-9a-f]{8}\n$/);
    expect((await quorate(["show", "latest"], cwd)).stdout).not.toContain("'how many");

    const why = ["--why", "not on a Friday", "--by", "ann"];
    const { code, stdout } = await quorate(
      ["decide", "latest", "task", "hold", "--team", asking, ...why],
      cwd,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("hold: decided by human, confidence 1.00 (person)");
    expect(stdout).toContain("44: decided by human");
    expect(flat(stdout)).toContain('ann decided for "hold": not on a Friday');
    expect(stdout).toContain("reused 2, asked 0");
  });

  it("is seen in the run as soon as it is recorded, before anybody resumes the run", async () => {
    const { cwd } = await waitingRun();
    const several = await quorate(["decide", "latest"], cwd);
    expect(several).toMatchObject({ code: 2, stdout: "" });
    expect(several.stderr).toMatch(/about which question: "how many days it takes[^"]*", "task"$/m);
    await quorate(["decide", "latest", "how many", "44", "--by", "ann"], cwd);
    const one = await quorate(["decide", "latest"], cwd);
    expect(one.stderr).toContain('about "task": hold (or --index 0), ship (or --index 1)');
    const half = (await quorate(["show", "latest"], cwd)).stdout;
    expect(half).toContain("waiting for a person to decide");
    expect(flat(half)).toMatch(/Decided by a person how many [^:]+: 44, by ann: /);
    await quorate(["decide", "latest", "task", "hold", "--by", "bob"], cwd);
    const { stdout } = await quorate(["show", "latest"], cwd);
    expect(stdout).toContain("decided by a person, and not resumed yet");
    expect(stdout).toContain("  task: hold, by bob: ");
    expect(stdout).toMatch(/To continue\n {2}quorate resume TEAM/);
  });

  it("says of a run that was cancelled while it waited how to go on with it", async () => {
    const { cwd } = await waitingRun();
    expect((await quorate(["cancel", "latest"], cwd)).code).toBe(0);
    const refused = await quorate(["decide", "latest", "task", "hold"], cwd);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /was cancelled; resume it with "quorate resume TEAM [0-9a-f]{8}", and decide once it waits again/,
    );
    expect((await quorate(["resume", asking, "latest"], cwd)).code).toBe(3);
    expect((await quorate(["decide", "latest", "task", "hold"], cwd)).code).toBe(0);
  });

  it("takes a position by its JSON, else as it is shown", async () => {
    const typed = team("typed");
    const cwd = folder();
    await quorate(["run", typed, "--input", "-"], cwd, "{}");
    const decided = async (subject: string, winner: string) => {
      const { code, stderr } = await quorate(["decide", "latest", subject, winner], cwd);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      const { stdout } = await quorate(["show", "latest", "--json"], cwd);
      const { events } = JSON.parse(stdout) as { readonly events: readonly { winner: unknown }[] };
      return events.at(-1)?.winner;
    };
    expect(await decided("limit", '"20"')).toBe("20");
    expect(await decided("flag", "true")).toBe(true);
    expect(await decided("plan", '{ "team": "red", "days": 3 }')).toEqual({ days: 3, team: "red" });
  });

  it.each([
    ["20", "limit", 20],
    ['["20"]', "limit", ["20"]],
    ["null", "flag", "null"],
    ["null", "plan", null],
    ["yes", "flag", "yes"],
    ['"true"', "flag", "true"],
    ['[{"days":2}]', "plan", [{ days: 2 }]],
  ])("takes %s about %s for what it is as JSON, or shown so", async (winner, subject, position) => {
    const cwd = folder();
    await quorate(["run", team("typed"), "--input", "-"], cwd, "{}");
    await quorate(["decide", "latest", subject, winner], cwd);
    const { stdout } = await quorate(["show", "latest", "--json"], cwd);
    const { events } = JSON.parse(stdout) as { readonly events: readonly object[] };
    expect(events.at(-1)).toMatchObject({ type: "person.decided", winner: position });
  });

  it("is shown a text in quotation marks where a position that is no text would look the same, and takes it so", async () => {
    const cwd = folder();
    const { stdout } = await quorate(["run", team("typed"), "--input", "-"], cwd, "{}");
    expect(flat(stdout)).toContain(`WINNER: '"20"' or twenty or twenty or 20 or `);
    expect(flat(stdout)).toMatch(/WINNER: no or null or '"true"' or yes or true /);
    const unsaid = await quorate(["decide", "latest", "limit"], cwd);
    expect(unsaid.stderr).toContain(`'"20"' (or --index 0), twenty (or --index 1), `);
    const explained = await quorate(["explain", "latest"], cwd);
    expect(explained.stdout).toMatch(/\n {4}20 \(1\)\n/);
    expect(explained.stdout).toMatch(/\n {4}"20" \(1\)\n/);
    expect(explained.stdout).toMatch(/\n {4}yes \(1\)\n/);
  });

  it("asks which one is meant where positions are shown alike, and shows them as JSON", async () => {
    const cwd = folder();
    await quorate(["run", team("typed"), "--input", "-"], cwd, "{}");
    const { code, stderr } = await quorate(["decide", "latest", "limit", "twenty"], cwd);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'quorate: "twenty" may be any of "twenty", "twenty\\u200b"; write the one you mean as JSON\n',
    );
    expect(await quorate(["decide", "latest", "limit", '"twenty"'], cwd)).toMatchObject({
      code: 0,
    });
  });

  it("refuses what the run does not wait for, and says what it waits for", async () => {
    const { cwd } = await waitingRun();
    const [subject, winner, nothing] = await Promise.all([
      quorate(["decide", "latest", "weather", "rain"], cwd),
      quorate(["decide", "latest", "task", "wait"], cwd),
      quorate(["decide", "latest", "task"], cwd),
    ]);
    expect([subject.code, winner.code, nothing.code]).toEqual([2, 2, 2]);
    expect(nothing.stderr).toBe(
      'quorate: say what was decided about "task": hold (or --index 0), ship (or --index 1)\n',
    );
    expect(subject.stderr).toContain('"task"');
    expect(winner.stderr).toContain('decide for one of "hold", "ship"');
  });
});
