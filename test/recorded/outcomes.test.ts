import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  learnedFrom,
  recordedTruths,
  recordTruth,
  type TruthListed,
} from "../../src/learning/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { quorate } from "../cli/command.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";

// A file as an earlier version really made it, which called truths outcomes: runs of a team "gate", and that "hold" was true
// of those from `r0` to `r11`.
const FILE = join(import.meta.dirname, "outcomes.db");
const tempPath = tempPaths();

function copied(): string {
  const path = tempPath();
  copyFileSync(FILE, path);
  return path;
}

describe("a database of a version that called truths outcomes", () => {
  it("teaches what it taught, and takes truths about the same subjects", async () => {
    await using store = sqlite({ path: copied() }).store;
    const learned = await learnedFrom({ store }, "gate", { labels: "fixed" });
    expect(learned.claims).toMatchObject({ truths: 12 });
    const all: TruthListed[] = [];
    for await (const one of recordedTruths({ store })) all.push(one);
    expect(all).toHaveLength(12);
    expect(all.at(-1)).toEqual({
      supervisor: "gate",
      kind: "claim",
      recorded: { runId: "r0", subject: "task", truth: "hold" },
    });
    expect(await recordTruth({ store }, "r0", "task", "ship", { by: "ann" })).toMatchObject({
      right: ["bad", "worse"],
      replaced: { value: "hold" },
    });
    expect(await store.values.get("taught/gate")).toEqual({ ballots: 13, truths: 13 });
    const now = await recordTruth({ store }, "r0", "task", "hold");
    expect(now.replaced).toMatchObject({ value: "ship", by: "ann", atMs: expect.any(Number) });
  });

  it("is read by the command line", async () => {
    const path = copied();
    const { code, stdout } = await quorate(["export", "--truths", "--db", path], dirname(path));
    expect(code).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(12);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ run: "r0", truth: "hold" });
  });
});
