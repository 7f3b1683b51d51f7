import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { testFolder } from "./play.ts";

it("Without execa there is one sentence that names the package and the command that installs it, and no second attempt", () => {
  const folder = testFolder();
  // Where no package is found.
  cpSync(resolve(import.meta.dirname, "../../dist"), join(folder, "dist"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(folder, "main.js"),
    `import { supervisor } from "./dist/index.js";
     import { commandAgent } from "./dist/command/index.js";
     const agents = { types: commandAgent({ name: "types", command: "true" }) };
     const { results } = await supervisor({ name: "team", agents }).run("task");
     console.log(results.types.attempts, results.types.error.message);`,
  );
  const printed = execFileSync(process.execPath, [join(folder, "main.js")], { encoding: "utf8" });
  expect(printed).toBe(
    "1 types needs the package execa to start programs; install it with npm install execa\n",
  );
});
