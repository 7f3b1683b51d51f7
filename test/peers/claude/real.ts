import { claude } from "../../../src/command/index.ts";
import type { RealAgent } from "../coding-agent.ts";

export const real: RealAgent = {
  name: "claude",
  make: claude as never,
  given: (_, url) => ({
    env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "sk-fake" },
    model: "claude-x",
  }),
  reads: (path) => ({ tool: "Read", input: { file_path: path } }),
  writes: (path) => ({ tool: "Write", input: { file_path: path, content: "x" } }),
  runs: (command) => ({ tool: "Bash", input: { command, description: "x" } }),
  answersBy: "StructuredOutput",
};
