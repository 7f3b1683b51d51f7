export type { Embed } from "../conflict/similar/embedding.ts";
export type { SameIssueAnswer, SameIssueJudge, SameIssueQuestion } from "../conflict/same-issue.ts";
export { similar } from "../conflict/similar/similar.ts";
export type { SimilarOptions } from "../conflict/similar/similar-options.ts";
