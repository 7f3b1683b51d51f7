import { readFileSync } from "node:fs";

const MAX_MESSAGE_LINES = 12;

/**
 * @typedef {{ passed: number, failed: number, failures?: string[] }} Counted `failures` says what failed, and why
 */

/**
 * What tests or checks came to that ended with that exit code. Where they left no report, or failed without saying what, that is one failure.
 * @param {string} what
 * @param {Counted | undefined} counted
 * @param {number | string | null | undefined} exit
 * @returns {Counted & { failures: string[] }}
 */
export function settled(what, counted, exit) {
  if (counted !== undefined && (String(exit) === "0" || counted.failed > 0)) {
    return { ...counted, failures: counted.failures ?? [] };
  }
  const none = counted === undefined ? "no report" : "no failure named";
  const failures = [`${what} ended with exit code ${exit} and ${none}`];
  return { passed: counted?.passed ?? 0, failed: 1, failures };
}

/**
 * What a JSON report of vitest says. A file that could not be loaded is one failure without a failed test.
 * @param {string} path of the report
 * @returns {Counted | undefined} undefined where there is no report that can be read
 */
export function countTests(path) {
  try {
    const report = JSON.parse(readFileSync(path, "utf8"));
    /** @type {string[]} */
    const failures = report.testResults.flatMap(failuresIn);
    return { passed: report.numPassedTests, failed: failures.length, failures };
  } catch {
    return undefined;
  }
}

/**
 * @param {{ name: string, status: string, message: string,
 *   assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }} file
 */
function failuresIn(file) {
  const tests = file.assertionResults.filter(({ status }) => status === "failed");
  if (tests.length === 0) return file.status === "failed" ? [told(file.name, file.message)] : [];
  return tests.map((test) =>
    told(`${file.name}: ${test.fullName}`, test.failureMessages.join("\n")),
  );
}

/**
 * @param {string} what
 * @param {string} why
 */
function told(what, why) {
  return [what, ...why.split("\n").slice(0, MAX_MESSAGE_LINES)].join("\n    ");
}
