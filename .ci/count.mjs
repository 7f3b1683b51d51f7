// Adds up what the tests and the checks reported: node count.mjs FOLDER TESTS-EXIT CHECKS-EXIT.
// A part that left no report, or that failed without saying what, counts as one failure.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder = ".", testsExit, checksExit] = process.argv.slice(2);

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

/** A test file that could not be loaded has failed without a failed test. */
function testCounts() {
  const tests = report("tests.json");
  if (tests === undefined || tests.numPassedTests === 0) return undefined;
  /** @type {{ status: string, assertionResults: { status: string }[] }[]} */
  const files = tests.testResults;
  const broken = files.filter(
    (file) =>
      file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  return { passed: tests.numPassedTests, failed: tests.numFailedTests + broken.length };
}

const tests = settle("tests", testCounts(), testsExit);
const checks = settle("checks", report("checks.json"), checksExit);
const failed = tests.failed + checks.failed;
console.log(`${tests.passed + checks.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
