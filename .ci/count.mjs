// Adds up what the tests and the checks reported, after each failure that was named: node count.mjs FOLDER TESTS-EXIT CHECKS-EXIT
// [LONG-EXIT [RUNTIMES-EXIT [PEERS-EXIT [BROWSER-EXIT]]]].
// A part that left no report, or that failed without saying what, counts as one failure.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countTests } from "../scripts/count-tests.mjs";

const [folder = ".", testsExit, checksExit, longExit, runtimesExit, peersExit, browserExit] =
  process.argv.slice(2);

/**
 * @typedef {{ passed: number, failed: number, failures?: string[] }} Counted `failures` says what failed, and why
 */

/**
 * @param {string} name of a report of a part that counts itself
 * @returns {Counted | undefined} undefined when there is none that can be read
 */
function ownCounts(name) {
  try {
    return JSON.parse(readFileSync(join(folder, name), "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {string} name of a report of tests, of which there is at least one */
function testCounts(name) {
  const counted = countTests(join(folder, name));
  return counted?.passed === 0 ? undefined : counted;
}

/**
 * @param {string} what
 * @param {Counted | undefined} counted
 * @param {string | undefined} exit
 */
function settle(what, counted, exit) {
  for (const failure of counted?.failures ?? []) console.log(`FAILED, of the ${what}: ${failure}`);
  if (counted !== undefined && (exit === "0" || counted.failed > 0)) return counted;
  console.log(
    `The ${what} ended with exit code ${exit} and ${counted ? "no failure named" : "no report"}.`,
  );
  return { passed: counted?.passed ?? 0, failed: 1 };
}

const parts = [
  settle("tests", testCounts("tests.json"), testsExit),
  settle("checks", ownCounts("checks.json"), checksExit),
  ...(longExit === undefined ? [] : [settle("long tests", testCounts("long.json"), longExit)]),
  ...(runtimesExit === undefined
    ? []
    : [settle("tests on other runtimes", testCounts("runtimes.json"), runtimesExit)]),
  ...(peersExit === undefined
    ? []
    : [settle("tests with peers", ownCounts("peers.json"), peersExit)]),
  ...(browserExit === undefined
    ? []
    : [settle("tests in a browser", ownCounts("browser.json"), browserExit)]),
];
const passed = parts.reduce((sum, part) => sum + part.passed, 0);
const failed = parts.reduce((sum, part) => sum + part.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
