// quorate/a2a: agents that are remote peers.

export { a2aAgent } from "./a2a-agent.ts";
export type { A2aOptions } from "./a2a-agent.ts";
export type { A2aQuestion } from "./ask-peer.ts";
export type { A2aAnswer, A2aFile } from "./peer-answer.ts";
export type { HeaderValue } from "../http/header-values.ts";
