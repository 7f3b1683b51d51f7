import { tryToolClient } from "../tool-client.ts";
import { real } from "./real.ts";

tryToolClient({
  real,
  line: "gemini mcp add quorate npx quorate mcp team.ts",
  tool: "mcp_quorate_gate",
  asks: (prompt) => ["--model", "gemini-x", "--approval-mode", "yolo", "-p", prompt],
  env: { GEMINI_CLI_TRUST_WORKSPACE: "true" },
});
