// quorate/http: agents that are HTTP endpoints.

export { httpAgent } from "./http-agent.ts";
export type { HttpOptions } from "./http-agent.ts";
export type { QueryValues } from "./request.ts";
export type { Prompt, PromptContext } from "../prompt/prompt-of.ts";
export type { HttpAnswer } from "./http-answer.ts";
export type { HeaderValue } from "./header-values.ts";
