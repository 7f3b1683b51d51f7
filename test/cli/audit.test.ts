import { describe, expect, it } from "vitest";
import { auditLines } from "../../src/cli/shown/audit.ts";
import { columnsOf } from "../../src/cli/shown/wrap.ts";
import type { JudgeAudit } from "../../src/audit/index.ts";
import { folder, quorate, team } from "./command.ts";
import { piped } from "./piped.ts";

const audit: JudgeAudit = {
  judge: "strong\u001b[2J",
  instructions: [
    { text: "Safety first.\u001b[2J", questions: 1_000 },
    { text: null, questions: 200 },
  ],
  questions: 1_200,
  failed: 3,
  flipped: { count: 90, of: 1_190, interval: [0.062, 0.092] },
  first: { count: 1_300, of: 2_397, interval: [0.522, 0.562], even: 0.5 },
  own: { count: 7, of: 9, interval: [0.453, 0.937], even: 0.5 },
  verdicts: { of: 52, same: 40, kappa: 0.54 },
  judges: { of: 3, same: 3, kappa: null },
  record: { truths: 22, consistent: 20, right: 18, usdMicros: 3_600 },
  cost: { usdMicros: 4_320_000, inputTokens: 1, outputTokens: 1 },
};

const flat = (lines: readonly string[]): string => lines.join(" ").replaceAll(/\s+/g, " ");

describe("an audit's page", () => {
  it("says what was measured, from how many, and how sure that is", () => {
    const page = auditLines(audit, piped());
    expect(page[0]).toBe("strong");
    for (const line of page) expect(columnsOf(line)).toBeLessThanOrEqual(80);
    expect(flat(page)).toBe(
      "strong told 1,000 questions: Safety first. told 200 questions: nothing of its user's own " +
        "asked 1,200 questions, 3 without a whole answer, 90 without a choice " +
        "order chose differently in the other order in 90 of 1,190, 7.6 % (95 %: 6.2 % to 9.2 %) " +
        "place chose the option that stood first in 1,300 of 2,397, 54.2 % (95 %: 52.2 % to 56.2 %); even is 50.0 % " +
        "self chose its own position in 7 of 9, 77.8 % (95 %: 45.3 % to 93.7 %); even is 50.0 % " +
        "verdicts the same as 40 of 52 reached without it; beyond chance: kappa 0.54 " +
        "judges the same as 3 of 3 of other judges; beyond chance: not measurable " +
        "truths right in 18 of 20 choices that a person decided about, of 22 questions " +
        "cost $4.3200, $0.0036 a question",
    );
  });

  it("says what could not be measured", () => {
    const none = { count: 0, of: 0, interval: [0, 1] } as const;
    const page = flat(
      auditLines(
        {
          ...audit,
          failed: 0,
          flipped: none,
          first: { ...none, even: 0 },
          own: null,
          verdicts: { of: 0, same: 0, kappa: null },
          judges: { of: 0, same: 0, kappa: null },
          record: { truths: 0, consistent: 0, right: 0 },
          cost: { usdMicros: "unknown", inputTokens: "unknown", outputTokens: "unknown" },
        },
        piped(),
      ),
    );
    expect(page.match(/not measurable/g)).toHaveLength(5);
    expect(page).toContain("cost unknown: not every answer reported it");
    expect(page).not.toMatch(/NaN|Infinity/);
  });
});

describe("quorate audit judge", () => {
  it("tells of the judges of all runs, of one, and as JSON", async () => {
    const cwd = folder();
    for (const id of ["one", "two"]) {
      const run = await quorate(["run", team("judged"), "--input", "-", "--id", id], cwd, "{}");
      expect(run.stderr).toBe("");
    }
    const [all, steady, json, unknown, alone] = await Promise.all(
      [
        [],
        ["steady\u202e", "--author-of", "bold"],
        ["fickle", "--json"],
        ["nobody"],
        ["--author-of", "bold"],
      ].map((args) => quorate(["audit", "judge", ...args], cwd)),
    );
    expect(all?.code).toBe(0);
    for (const hidden of ["\u001b", "\u202e"]) expect(all?.stdout).not.toContain(hidden);
    for (const line of all?.stdout.split("\n") ?? []) {
      expect(columnsOf(line)).toBeLessThanOrEqual(80);
    }
    const page = flat([all?.stdout ?? ""]);
    expect(page).toContain("fickle asked 2 questions, 2 without a choice order chose differently");
    expect(page).toContain("in 2 of 2, 100.0 % (95 %: 34.2 % to 100.0 %)");
    expect(page).toContain("first in 4 of 4");
    expect(page).toContain("cost $0.0060, $0.0030 a question");
    expect(flat([steady?.stdout ?? ""])).toContain("chose its own position in 0 of 2, 0.0 %");
    expect(JSON.parse(json?.stdout ?? "")).toMatchObject([
      { judge: "fickle", questions: 2, flipped: { count: 2, of: 2 } },
    ]);
    expect(unknown?.code).toBe(2);
    expect(unknown?.stderr).toMatch(/No judge "nobody" was asked in the 2 runs of quorate\.db/);
    expect(alone?.code).toBe(2);
    expect(alone?.stderr).toMatch(/which judge --author-of is about/);
  });
});
