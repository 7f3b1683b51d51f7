// quorate/frameworks: agents of other frameworks, by their structure and without a dependency on any of them.

export { frameworkAgent } from "./framework-agent.ts";
export type { ForeignAgent, FrameworkOptions } from "./framework-agent.ts";
export type { AskContext } from "./asker.ts";
export type { PromptContext } from "../prompt/prompt-of.ts";
