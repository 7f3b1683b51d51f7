// Tries the page of a run in a real browser, which is installed on first use, with packages of its own.
//
//   npm run test:browser                       all tests
//   npm run test:browser -- --report FILE      also writes { passed, failed, failures } to FILE, as JSON
//   npm run test:browser -- --renew            makes the pictures of docs/pictures anew, with which others are compared
//   npm run test:browser -- --renew terminal   only the recorded sessions of the command line
//   npm run test:browser -- --renew pictures   only the pictures of pages

import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { countTests, settled } from "../../scripts/count-tests.mjs";
import { installFolder } from "../../scripts/install-folder.ts";

const root = resolve(import.meta.dirname, "../..");

function tryPages(renew: boolean, rest: readonly string[]): ReturnType<typeof settled> {
  if (!installFolder(import.meta.dirname, ["--ignore-scripts"])) {
    return { passed: 0, failed: 1, failures: ["its packages are not installed"] };
  }
  const report = join(tmpdir(), `quorate-browser-${process.pid}.json`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const config = join(import.meta.dirname, "vitest.config.ts");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(
    process.execPath,
    [vitest, "run", "--config", config, ...reporters, ...rest],
    { cwd: root, stdio: "inherit", env: { ...process.env, ...(renew && { RENEW: "yes" }) } },
  );
  const counted = countTests(report);
  rmSync(report, { force: true });
  return settled("the browser", counted, status);
}

const { values, positionals } = parseArgs({
  options: {
    report: { type: "string" },
    renew: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const [what] = positionals;
if (values.renew && what !== "pictures") {
  if (installFolder(import.meta.dirname, ["--ignore-scripts"])) {
    const { recordTerminal } = await import("./terminal.ts");
    await recordTerminal();
  }
}
if (!values.renew || what !== "terminal") {
  const counts = tryPages(values.renew, values.renew ? ["pictures"] : positionals);
  console.log(`browser: ${counts.passed} passed, ${counts.failed} failed`);
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(counts));
  if (counts.failed > 0) process.exitCode = 1;
}
