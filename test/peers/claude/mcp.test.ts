import { tryToolClient } from "../tool-client.ts";
import { real } from "./real.ts";

tryToolClient({
  real,
  line: "claude mcp add quorate -- npx quorate mcp team.ts",
  tool: "mcp__quorate__gate",
  asks: (prompt) => ["-p", prompt, "--model", "claude-x", "--allowedTools", "mcp__quorate__gate"],
});
