// Adds up what the tests and the checks reported, after each failure that was named: node count.mjs FOLDER TESTS-EXIT CHECKS-EXIT
// [LONG-EXIT [RUNTIMES-EXIT [PEERS-EXIT [BROWSER-EXIT]]]].
// A part that left no report, or that failed without saying what, counts as one failure.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countTests, settled } from "../scripts/count-tests.mjs";

const [folder = ".", testsExit, checksExit, longExit, runtimesExit, peersExit, browserExit] =
  process.argv.slice(2);

/**
 * @param {string} name of a report of a part that counts itself
 * @returns {import("../scripts/count-tests.mjs").Counted | undefined} undefined when there is none that can be read
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
  return counted?.passed === 0 && counted.failed === 0 ? undefined : counted;
}

const parts = [
  settled("tests", testCounts("tests.json"), testsExit),
  settled("checks", ownCounts("checks.json"), checksExit),
  ...(longExit === undefined ? [] : [settled("long tests", testCounts("long.json"), longExit)]),
  ...(runtimesExit === undefined
    ? []
    : [settled("tests on other runtimes", testCounts("runtimes.json"), runtimesExit)]),
  ...(peersExit === undefined
    ? []
    : [settled("tests with peers", ownCounts("peers.json"), peersExit)]),
  ...(browserExit === undefined
    ? []
    : [settled("tests in a browser", ownCounts("browser.json"), browserExit)]),
];
for (const failure of parts.flatMap(({ failures }) => failures)) console.log(`FAILED: ${failure}`);
const passed = parts.reduce((sum, part) => sum + part.passed, 0);
const failed = parts.reduce((sum, part) => sum + part.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
