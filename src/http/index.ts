// quorate/http: agents that are endpoints.

export { httpAgent } from "./http-agent.ts";
export type { HttpOptions } from "./http-agent.ts";
export type { QueryValues, RequestContext } from "./request.ts";
export type { HttpAnswer } from "./http-answer.ts";
export type { HeaderValue } from "./header-values.ts";
