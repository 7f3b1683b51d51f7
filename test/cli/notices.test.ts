import { describe, expect, it } from "vitest";
import { folder, quorate, team } from "./command.ts";

describe("quorate run, of answers that cannot be compared", () => {
  it("warns, says what to do, exits with 3, and show says the same", async () => {
    const cwd = folder();
    const ran = await quorate(["run", team("silent"), "--input", "-"], cwd, "{}");
    expect(ran.code).toBe(3);
    const text = ran.stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain(
      'Notices warn: None of the 2 answers claims or reports anything that can be compared: a, b answered with "opinion" and no "recommendation". Have agents answer with a text',
    );
    const shown = await quorate(["show", "latest"], cwd);
    expect(shown.stdout.replaceAll(/\s+/g, " ")).toContain("Notices warn: None of the 2 answers");
    const explained = await quorate(["explain", "latest"], cwd);
    expect(explained.stdout.replaceAll(/\s+/g, " ")).toContain(
      "so nothing was decided. Notices warn: None of the 2 answers",
    );
    const json = await quorate(["show", "latest", "--json"], cwd);
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: "complete",
      verdicts: [],
      notices: [{ code: "nothing-compared", level: "warn", agents: ["a", "b"] }],
    });
  });
});
