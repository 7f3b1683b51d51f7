import { readFileSync } from "node:fs";

const MAX_MESSAGE_LINES = 12;

/**
 * What a JSON report of vitest says. A file that could not be loaded is one failure without a failed test.
 * @param {string} path of the report
 * @returns {{ passed: number, failed: number, failures: string[] } | undefined} `failures` names each failed test and says why; undefined
 * where there is no report that can be read
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
