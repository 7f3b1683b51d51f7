import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { testFolder } from "../command/play.ts";

it("Without the protocol's SDK there is one sentence that names the package and the command that installs it, and no second attempt", () => {
  const folder = testFolder();
  // Where no package is found.
  cpSync(resolve(import.meta.dirname, "../../dist"), join(folder, "dist"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(folder, "main.js"),
    `import { supervisor } from "./dist/index.js";
     import { geminiAcp } from "./dist/acp/index.js";
     const { results } = await supervisor({ name: "team", agents: { gemini: geminiAcp() } }).run("task");
     console.log(results.gemini.attempts, results.gemini.error.message);`,
  );
  const printed = execFileSync(process.execPath, [join(folder, "main.js")], { encoding: "utf8" });
  expect(printed).toBe(
    "1 gemini needs the package @agentclientprotocol/sdk; install it with npm install @agentclientprotocol/sdk zod\n",
  );
});
