import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";
import { runGate } from "./gate.ts";
import { testFolder } from "./play.ts";

const folder = testFolder();

it("a model, a coding agent and a compiler decide together, with a program in the place of the coding agent", async () => {
  const command = join(folder, "claude");
  const program = join(import.meta.dirname, "processes/coding-agent.ts");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${program}" "$@"\n`);
  chmodSync(command, 0o755);
  const printed = {
    type: "result",
    subtype: "success",
    is_error: false,
    structured_output: { recommendation: "ship", reasons: ["it is short"] },
    modelUsage: { "claude-x": { inputTokens: 20, outputTokens: 9, costUSD: 0.0003 } },
  };
  const env = { FAKE_RECORD: join(folder, "record.json"), FAKE_STDOUT: JSON.stringify(printed) };
  await runGate(join(folder, "project"), { command, env });
});
