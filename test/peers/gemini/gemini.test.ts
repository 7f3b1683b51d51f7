import { tryCodingAgent } from "../try-coding-agent.ts";
import { real } from "./real.ts";

tryCodingAgent(real, {
  noLogin: ({ home }) => ({ env: { HOME: home } }),
  sentence: 'gemini is not logged in; set GEMINI_API_KEY, or run "gemini" once',
});
