import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// One word for one thing: what was renamed is called by its new name everywhere in the sources and the pages.
const ROOT = join(import.meta.dirname, "../..");

/** Where a store itself is made, which nobody outside is handed by that name. */
const INSIDE = {
  memory: ["src/store/memory.ts", "src/team/backend.ts", "src/call/batch/ask-alone.ts"],
  sqlite: ["src/sqlite/sqlite-store.ts", "src/sqlite/sqlite.ts"],
};

/** The page that says what is called otherwise today. */
const MIGRATION = ["docs/migration.md"];

/** What was renamed, to what, and where the old word has to stand: where it is refused, or earlier versions are read. */
const RETIRED: readonly (readonly [old: RegExp, now: string, except: readonly string[]])[] = [
  [/\bLink(?:Context|View|Made)\b|\bAskedLink\b/, "Resolver…", []],
  [/resolve\/link\.ts/, "resolve/resolver.ts", []],
  [/\{ ?readonly pass: string/, "defer", []],
  [/ (?:passed: \$\{|passed: there are)/, "deferred", []],
  [/\bPassStatus\b|\bCheckedPass\b/, "DeferralStatus", []],
  [/\b(?:Seat|Seating|PLAIN_SEAT|seat|seats|seating)\b/, "ConfiguredAgent", []],
  [/\bRecordedOutcome\b|\bfromOutcomes\b/, "RecordedTruth", []],
  [/\brecordOutcome\b|\bquorate outcome\b/, "recordTruth", ["src/cli/program.ts", ...MIGRATION]],
  [
    /\bmemoryStore\b/,
    "memory",
    ["src/team/retired.ts", "src/index.ts", ...MIGRATION, ...INSIDE.memory],
  ],
  [
    /\bsqliteStore\b/,
    "sqlite",
    ["src/sqlite/retired.ts", "src/sqlite/index.ts", ...MIGRATION, ...INSIDE.sqlite],
  ],
  [/\bembeddedEngine\b|\bEngine\b/, "Executor", []],
  [/\bbudgetState\b|\bresetBudget\b/, "budgets(backend)", []],
  [
    /call\.doubted|call\.straggled|\bDoubtedFor\b/,
    "call.escalated",
    ["src/model/earlier-events.ts"],
  ],
];

const files = execFileSync("git", ["ls-files", "src", "docs", "README.md", "ARCHITECTURE.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => /\.(?:ts|md)$/.test(path));

describe("a word that was retired", () => {
  it.each(RETIRED)("stands nowhere as %s, which is %s today", (old, _now, except) => {
    const found = files.flatMap((path) =>
      except.includes(path)
        ? []
        : readFileSync(join(ROOT, path), "utf8")
            .split("\n")
            .flatMap((line, index) =>
              old.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
            ),
    );
    expect(found).toEqual([]);
    expect(files.length).toBeGreaterThan(300);
  });

  it("stands where it is said that it may", () => {
    for (const [old, , except] of RETIRED) {
      for (const path of except) expect(readFileSync(join(ROOT, path), "utf8")).toMatch(old);
    }
  });
});
