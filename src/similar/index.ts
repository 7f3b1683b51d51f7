export type { Embed } from "../conflict/embedding.ts";
export type { SameIssueAnswer, SameIssueJudge, SameIssueQuestion } from "../conflict/same-issue.ts";
export { similar } from "../conflict/similar.ts";
export type { SimilarOptions } from "../conflict/similar-options.ts";
