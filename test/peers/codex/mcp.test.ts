import { tryToolClient } from "../tool-client.ts";
import { real } from "./real.ts";

tryToolClient({
  real,
  line: "codex mcp add quorate -- npx quorate mcp team.ts",
  tool: "mcp__quorate__gate",
  asks: (prompt) => [
    "exec",
    "--skip-git-repo-check",
    "-c",
    "mcp_servers.quorate.required=true",
    "--model",
    "mini",
    prompt,
  ],
});
