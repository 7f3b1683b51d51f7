import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { codex } from "../../../src/command/index.ts";
import type { RealAgent } from "../coding-agent.ts";

export const real: RealAgent = {
  name: "codex",
  make: codex as never,
  given(home, url) {
    const folder = join(home, "codex");
    mkdirSync(folder, { recursive: true });
    const provider = `{name="x",base_url="${url}/v1",wire_api="responses",env_key="KEY",request_max_retries=0,stream_max_retries=0}`;
    return {
      env: { CODEX_HOME: folder, KEY: "sk-fake" },
      model: "mini",
      args: ["-c", "model_provider=x", "-c", `model_providers.x=${provider}`],
    };
  },
  reads: (path) => ({ tool: "exec_command", input: { cmd: `cat "${path}"` } }),
  // It has no tool that writes files besides its shell.
  writes: (path) => ({ tool: "exec_command", input: { cmd: `echo x > "${path}"` } }),
  runs: (cmd) => ({ tool: "exec_command", input: { cmd } }),
};
