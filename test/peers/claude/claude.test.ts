import { tryCodingAgent } from "../try-coding-agent.ts";
import { real } from "./real.ts";

tryCodingAgent(real, {
  lacks: ["shape", "reasoning"],
  noLogin: ({ home, peer }) => ({ env: { HOME: home, ANTHROPIC_BASE_URL: peer.url } }),
  sentence: "claude is not logged in; set ANTHROPIC_API_KEY, or log in with the command",
});
