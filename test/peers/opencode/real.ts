import { opencode } from "../../../src/command/index.ts";
import type { RealAgent } from "../coding-agent.ts";

export const real: RealAgent = {
  name: "opencode",
  make: opencode as never,
  given(_, url) {
    const options = { baseURL: `${url}/v1`, apiKey: "k" };
    const provider = { x: { npm: "@ai-sdk/openai-compatible", options, models: { mini: {} } } };
    return { env: { OPENCODE_CONFIG_CONTENT: JSON.stringify({ provider }) }, model: "x/mini" };
  },
  reads: (path) => ({ tool: "read", input: { filePath: path } }),
  writes: (path) => ({ tool: "write", input: { filePath: path, content: "x" } }),
  runs: (command) => ({ tool: "bash", input: { command, description: "x" } }),
};
