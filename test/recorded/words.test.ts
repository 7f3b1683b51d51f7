import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditJudges } from "../../src/audit/index.ts";
import * as quorate from "../../src/index.ts";
import type { Outcome, RunEvent } from "../../src/index.ts";
import { learnedFrom, reliability } from "../../src/learning/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { folder, quorate as command } from "../cli/command.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { wordsTeam } from "./words-team.ts";

// As the last version left it that called resolvers links, whose resolvers passed where they defer today, and that learned from outcomes:
// `r0` to `r11` taught, `done` has finished, and the process of `killed` was killed while `late` was asked. Never changed.
const FILE = join(import.meta.dirname, "words.db");
const tempPath = tempPaths();

function open() {
  const path = tempPath();
  copyFileSync(FILE, path);
  const store = sqlite({ path }).store;
  const asked: string[] = [];
  const team = wordsTeam(
    { ...quorate, reliability } as never,
    { asked: (name) => void asked.push(name) },
    { backend: { store } },
  ) as { resume(runId: string): Promise<Outcome> };
  return { path, store, asked, team };
}

describe("a database of a version that said link, passes and outcomes", () => {
  it("is read with today's names", async () => {
    const { store } = open();
    await using _store = store;
    const events = (await store.read("done")) as readonly RunEvent[];
    const told = events.find(({ type }) => type === "judge.instructed");
    expect(told).toMatchObject({ judge: "chief", resolver: "judge" });
    expect(told).not.toHaveProperty("link");
    const planned = events.find(({ type }) => type === "run.planned");
    expect(planned).toMatchObject({ learned: { claims: { truths: 12 } } });
    expect(planned).not.toHaveProperty("learned.claims.outcomes");
  });

  it("has the outcome that it had, in the words that it was told in", async () => {
    const { store, team, asked } = open();
    await using _store = store;
    const { verdicts } = await team.resume("done");
    expect(asked).toEqual([]);
    expect(verdicts).toMatchObject([{ status: "decided", winner: "hold", by: "judge" }]);
    expect(verdicts[0]?.reasoning).toMatch(/reliability passed: .* vote passed: .* judge: /);
  });

  it("is gone on with by what it had learned, and the judge is told what it was told", async () => {
    const { store, team, asked } = open();
    await using _store = store;
    const { status, verdicts } = await team.resume("killed");
    expect(asked.toSorted()).toEqual(["chief", "chief", "late"]);
    expect([status, verdicts[0]?.winner]).toEqual(["complete", "hold"]);
    expect(verdicts[0]?.reasoning).toMatch(/reliability deferred: .* vote deferred: .* judge: /);
    const done = await team.resume("done");
    expect(verdicts[0]?.reasoning.replaceAll(" deferred: ", " passed: ")).toBe(
      done.verdicts[0]?.reasoning,
    );
  });

  it("is audited, and teaches what it taught", async () => {
    const { store } = open();
    await using _store = store;
    const [audit] = auditJudges((await store.read("done")) as readonly RunEvent[]);
    expect(audit).toMatchObject({
      judge: "chief",
      questions: 1,
      instructions: [{ text: "Safety comes before speed.", questions: 1 }],
    });
    const { claims } = await learnedFrom({ store }, "words", { labels: "fixed" });
    expect(claims).toMatchObject({ truths: 12 });
  });

  it("is shown by the command line", async () => {
    const { path, store } = open();
    await store[Symbol.asyncDispose]();
    for (const args of [
      ["show", "done"],
      ["explain", "done"],
      ["audit", "judge"],
    ]) {
      const { code, stderr } = await command([...args, "--db", path], folder());
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
    }
  });
});
