// quorate/frameworks: agents of other frameworks, recognised by their structure, without a dependency on any framework.

export { frameworkAgent } from "./framework-agent.ts";
export type { ForeignAgent, FrameworkOptions } from "./framework-agent.ts";
export type { AskContext } from "./asker.ts";
export type { PromptContext } from "../prompt/prompt-of.ts";
