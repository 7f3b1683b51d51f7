import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = resolve(import.meta.dirname, "../../.ci/count.mjs");
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quorate-count-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface TestFile {
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly FailedTest[];
}
interface FailedTest {
  readonly status: string;
  readonly fullName: string;
  readonly failureMessages: readonly string[];
}

const failed = (fullName: string): FailedTest => ({
  status: "failed",
  fullName,
  failureMessages: ["AssertionError: expected 1 to be 2"],
});

function tests(numPassedTests: number, testResults: readonly Partial<TestFile>[] = []): void {
  const named = testResults.map((file) => ({ name: "one.test.ts", message: "", ...file }));
  const report = { numPassedTests, testResults: named };
  writeFileSync(join(folder, "tests.json"), JSON.stringify(report));
}

function checks(passed: number, failed: number): void {
  writeFileSync(join(folder, "checks.json"), JSON.stringify({ passed, failed }));
}

function printed(...exits: readonly number[]): readonly [readonly string[], number | null] {
  const args = [script, folder, ...exits.map(String)];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return [stdout.trimEnd().split("\n"), status];
}

function lastLine(...exits: readonly number[]): readonly [string | undefined, number | null] {
  const [lines, status] = printed(...exits);
  return [lines.at(-1), status];
}

describe("counting what CI ran", () => {
  it("adds up tests and checks", () => {
    tests(40);
    checks(9, 0);
    expect(lastLine(0, 0)).toEqual(["49 passed, 0 failed", 0]);
  });

  it("fails with each failed test and check", () => {
    tests(38, [{ status: "failed", assertionResults: [failed("adds"), failed("adds up")] }]);
    checks(8, 1);
    expect(lastLine(1, 1)).toEqual(["46 passed, 3 failed", 1]);
  });

  it("says at the end what failed, and why, wherever it was run", () => {
    tests(38, [{ status: "failed", assertionResults: [failed("sums adds up")] }]);
    checks(8, 0);
    for (const name of ["long", "runtimes"]) {
      const report = {
        numPassedTests: 1,
        testResults: [
          { name: `${name}.ts`, status: "failed", message: "no such file", assertionResults: [] },
        ],
      };
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(report));
    }
    for (const name of ["peers", "browser"]) {
      const report = { passed: 1, failed: 1, failures: [`${name} was not tried`] };
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(report));
    }
    expect(printed(1, 0, 1, 1, 1, 1)).toEqual([
      [
        "FAILED: one.test.ts: sums adds up",
        "    AssertionError: expected 1 to be 2",
        "FAILED: long.ts",
        "    no such file",
        "FAILED: runtimes.ts",
        "    no such file",
        "FAILED: peers was not tried",
        "FAILED: browser was not tried",
        "50 passed, 5 failed",
      ],
      1,
    ]);
  });

  it("adds up the long tests where they were run, and misses them where they left no report", () => {
    tests(40);
    checks(9, 0);
    expect(lastLine(0, 0, 1)).toEqual(["49 passed, 1 failed", 1]);
    const report = { numPassedTests: 5, testResults: [] };
    writeFileSync(join(folder, "long.json"), JSON.stringify(report));
    expect(lastLine(0, 0, 0)).toEqual(["54 passed, 0 failed", 0]);
  });

  it("adds up the tests on other runtimes in the same way", () => {
    tests(40);
    checks(9, 0);
    const report = { numPassedTests: 5, testResults: [] };
    writeFileSync(join(folder, "long.json"), JSON.stringify(report));
    expect(lastLine(0, 0, 0, 0)).toEqual(["54 passed, 1 failed", 1]);
    writeFileSync(join(folder, "runtimes.json"), JSON.stringify(report));
    expect(lastLine(0, 0, 0, 0)).toEqual(["59 passed, 0 failed", 0]);
  });

  it("adds up the tests with peers as they count themselves", () => {
    tests(40);
    checks(9, 0);
    const report = { numPassedTests: 5, testResults: [] };
    for (const name of ["long", "runtimes"]) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(report));
    }
    expect(lastLine(0, 0, 0, 0, 0)).toEqual(["59 passed, 1 failed", 1]);
    writeFileSync(join(folder, "peers.json"), JSON.stringify({ passed: 7, failed: 2 }));
    expect(lastLine(0, 0, 0, 0, 1)).toEqual(["66 passed, 2 failed", 1]);
  });

  it("adds up the tests in a browser as they count themselves", () => {
    tests(40);
    checks(9, 0);
    const report = { numPassedTests: 5, testResults: [] };
    for (const name of ["long", "runtimes"]) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(report));
    }
    writeFileSync(join(folder, "peers.json"), JSON.stringify({ passed: 7, failed: 0 }));
    expect(lastLine(0, 0, 0, 0, 0, 0)).toEqual(["66 passed, 1 failed", 1]);
    writeFileSync(join(folder, "browser.json"), JSON.stringify({ passed: 3, failed: 0 }));
    expect(lastLine(0, 0, 0, 0, 0, 0)).toEqual(["69 passed, 0 failed", 0]);
  });

  it("counts a test file that could not be loaded as a failure", () => {
    tests(40, [{ status: "failed", assertionResults: [] }]);
    checks(9, 0);
    expect(lastLine(1, 0)).toEqual(["49 passed, 1 failed", 1]);
  });

  it("counts tests that crashed without a report as a failure", () => {
    checks(9, 0);
    expect(printed(134, 0)).toEqual([
      ["FAILED: tests ended with exit code 134 and no report", "9 passed, 1 failed"],
      1,
    ]);
  });

  it("counts a run that ends badly although no test failed", () => {
    tests(40);
    checks(9, 0);
    expect(lastLine(1, 0)).toEqual(["49 passed, 1 failed", 1]);
  });

  it("does not take a run without tests for a success", () => {
    tests(0);
    checks(9, 0);
    expect(lastLine(0, 0)).toEqual(["9 passed, 1 failed", 1]);
  });
});
