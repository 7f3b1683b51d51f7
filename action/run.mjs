// The first step of the action: runs `quorate run` with its reports, and passes its exit code to the next steps. Loads only Node's modules. It always ends
// with 0, so that the reports of a failed run are kept, too.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const { env } = process;

/** The command line of the package that is installed in the team's folder. */
function commandLine() {
  const require = createRequire(join(process.cwd(), "package.json"));
  try {
    return join(dirname(require.resolve("quorate/package.json")), "dist", "cli", "main.js");
  } catch {
    console.log(
      "::error::quorate is not installed here; add it to the package, and run npm ci before this step.",
    );
    return undefined;
  }
}

/**
 * The command's exit code. The runner treats its output as text, not as workflow commands, until it reads a random word.
 *
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
async function run(args) {
  const word = randomUUID();
  console.log(`::stop-commands::${word}`);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] });
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
  } finally {
    // On its own line, even if the output did not end one.
    console.log(`\n::${word}::`);
  }
}

/** @param {string} name @param {string | number} value */
function output(name, value) {
  if (env["GITHUB_OUTPUT"]) appendFileSync(env["GITHUB_OUTPUT"], `${name}=${value}\n`);
}

const main = commandLine();
if (main === undefined) {
  output("exit-code", 2);
} else {
  const reports = mkdtempSync(join(env["RUNNER_TEMP"] || tmpdir(), "quorate-"));
  const sarif = join(reports, "report.sarif");
  const annotations = join(reports, "annotations.txt");
  const files = {
    md: join(reports, "report.md"),
    json: join(reports, "report.json"),
    junit: join(reports, "report.junit.xml"),
    sarif,
    github: annotations,
  };
  /** @param {string} flag @param {string | undefined} value @returns {string[]} */
  const given = (flag, value) => (value ? [flag, value] : []);
  const code = await run([
    main,
    "run",
    env["QUORATE_TEAM"] ?? "",
    ...given("--input", env["QUORATE_INPUT"]),
    ...given("--text", env["QUORATE_TEXT"]),
    ...Object.entries(files).flatMap(([format, file]) => ["--report", `${format}=${file}`]),
    ...(env["QUORATE_ARGS"] ?? "")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  ]);
  if (env["QUORATE_ANNOTATE"] === "true" && existsSync(annotations)) {
    process.stdout.write(readFileSync(annotations, "utf8"));
  }
  output("exit-code", code);
  output("reports", reports);
  if (existsSync(sarif)) output("sarif", sarif);
}
