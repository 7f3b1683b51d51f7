import { tryCodingAgent } from "../try-coding-agent.ts";
import { real } from "./real.ts";

tryCodingAgent(real, {
  noLogin: ({ home }) => ({ env: { HOME: home, CODEX_HOME: `${home}/codex` } }),
  sentence: 'codex is not logged in; run "codex login", or set CODEX_API_KEY',
});
