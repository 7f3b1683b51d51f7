// Adds up what the tests and the checks reported: node count.mjs FOLDER TESTS-EXIT CHECKS-EXIT
// [LONG-EXIT [RUNTIMES-EXIT [PEERS-EXIT [BROWSER-EXIT]]]].
// A part that left no report, or that failed without saying what, counts as one failure.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder = ".", testsExit, checksExit, longExit, runtimesExit, peersExit, browserExit] =
  process.argv.slice(2);

/**
 * @param {string} name
 * @returns {any} the report, undefined when there is none that can be read
 */
function report(name) {
  try {
    return JSON.parse(readFileSync(join(folder, name), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} what
 * @param {{ passed: number, failed: number } | undefined} counted
 * @param {string | undefined} exit
 */
function settle(what, counted, exit) {
  if (counted !== undefined && (exit === "0" || counted.failed > 0)) return counted;
  console.log(
    `The ${what} ended with exit code ${exit} and ${counted ? "no failure named" : "no report"}.`,
  );
  return { passed: counted?.passed ?? 0, failed: 1 };
}

/**
 * A test file that could not be loaded has failed without a failed test.
 * @param {string} name
 */
function testCounts(name) {
  const tests = report(name);
  if (tests === undefined || tests.numPassedTests === 0) return undefined;
  /** @type {{ status: string, assertionResults: { status: string }[] }[]} */
  const files = tests.testResults;
  const broken = files.filter(
    (file) =>
      file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  return { passed: tests.numPassedTests, failed: tests.numFailedTests + broken.length };
}

const parts = [
  settle("tests", testCounts("tests.json"), testsExit),
  settle("checks", report("checks.json"), checksExit),
  ...(longExit === undefined ? [] : [settle("long tests", testCounts("long.json"), longExit)]),
  ...(runtimesExit === undefined
    ? []
    : [settle("tests on other runtimes", testCounts("runtimes.json"), runtimesExit)]),
  ...(peersExit === undefined ? [] : [settle("tests with peers", report("peers.json"), peersExit)]),
  ...(browserExit === undefined
    ? []
    : [settle("tests in a browser", report("browser.json"), browserExit)]),
];
const passed = parts.reduce((sum, part) => sum + part.passed, 0);
const failed = parts.reduce((sum, part) => sum + part.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
