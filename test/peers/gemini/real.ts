import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gemini } from "../../../src/command/index.ts";
import type { RealAgent } from "../coding-agent.ts";

export const real: RealAgent = {
  name: "gemini",
  make: gemini as never,
  given(home, url) {
    const settings = { security: { auth: { selectedType: "gemini-api-key" } } };
    mkdirSync(join(home, ".gemini"), { recursive: true });
    writeFileSync(join(home, ".gemini/settings.json"), JSON.stringify(settings));
    return {
      env: { GEMINI_API_KEY: "fake", GOOGLE_GEMINI_BASE_URL: url },
      model: "gemini-x",
    };
  },
  reads: (path) => ({ tool: "read_file", input: { file_path: path } }),
  writes: (path) => ({ tool: "write_file", input: { file_path: path, content: "x" } }),
  runs: (command) => ({ tool: "run_shell_command", input: { command } }),
};
