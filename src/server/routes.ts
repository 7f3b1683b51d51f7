import type { TokenScope } from "./tokens.ts";

/** A JSON Schema, 2020-12. */
export type RouteSchema = Readonly<Record<string, unknown>>;

/** One way to ask the server: what checks it, what it needs, and what the OpenAPI document says of it. */
export interface ServerRoute {
  /** Names it in the OpenAPI document, and the function that answers it. */
  readonly id: RouteId;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** What the token has to allow; `"signed-in"`: any does. `"open"`: nobody has to say who they are. */
  readonly needs: TokenScope | "signed-in" | "open";
  readonly summary: string;
  /** Of the query, by name; a list where it may be given again. */
  readonly query?: Readonly<Record<string, RouteSchema>>;
  readonly body?: RouteSchema;
  /** What an answer that succeeds has. */
  readonly answers: { readonly status: number; readonly type: string; readonly says: string };
  /** It lasts as long as its reader stays. */
  readonly streams?: true;
}

export type RouteId =
  | "health"
  | "ready"
  | "openApi"
  | "openSession"
  | "showSession"
  | "closeSession"
  | "listTeams"
  | "listRuns"
  | "startRun"
  | "showRun"
  | "showDocument"
  | "followRun"
  | "reportRun"
  | "listQuestions"
  | "cancelRun"
  | "decide"
  | "forkRun"
  | "planFork"
  | "recordTruth"
  | "planRun"
  | "showBill"
  | "showAgents"
  | "a2aCard"
  | "a2aTeamCard"
  | "a2aAsk"
  | "a2aAskTeam"
  | "mcp";

const text = (maxLength: number): RouteSchema => ({ type: "string", minLength: 1, maxLength });
const object = (
  properties: Readonly<Record<string, RouteSchema>>,
  required: readonly string[] = [],
): RouteSchema => ({ type: "object", properties, required, additionalProperties: false });

const RUN_ID = text(200);
const NAME = text(200);
const LIMIT = (maximum: number): RouteSchema => ({ type: "integer", minimum: 1, maximum });
const TIME_MS: RouteSchema = { type: "integer", minimum: 0, maximum: 9_007_199_254_740_991 };
const SEQ: RouteSchema = { type: "integer", minimum: 0, maximum: 9_007_199_254_740_991 };
const ANYTHING: RouteSchema = {};
const STATUS: RouteSchema = {
  enum: ["running", "interrupted", "waiting", "complete", "partial", "failed", "cancelled"],
};
/** One, or several. */
const many = (items: RouteSchema, maxItems: number): RouteSchema => ({
  type: "array",
  items,
  maxItems,
});
const TAGS: RouteSchema = {
  type: "object",
  maxProperties: 50,
  propertyNames: { type: "string", minLength: 1, maxLength: 100 },
  additionalProperties: { type: "string", maxLength: 500 },
};
const BUDGET = object({ usd: { type: "number", minimum: 0, maximum: 1e9 } }, ["usd"]);
const DEADLINE_MS: RouteSchema = { type: "integer", minimum: 1, maximum: 2_592_000_000 };

const json = (says: string, status = 200): ServerRoute["answers"] => ({
  status,
  type: "application/json",
  says,
});

/** Every way to ask, once: the router, the checks, the rights and the OpenAPI document are made of it. */
export const ROUTES: readonly ServerRoute[] = [
  {
    id: "health",
    method: "GET",
    path: "/healthz",
    needs: "open",
    summary: "Whether the server answers.",
    answers: json("It does."),
  },
  {
    id: "ready",
    method: "GET",
    path: "/readyz",
    needs: "open",
    summary: "Whether the server can take work: it is not closing, and its store answers.",
    answers: json("It can."),
  },
  {
    id: "openApi",
    method: "GET",
    path: "/openapi.json",
    needs: "open",
    summary: "This document.",
    answers: json("OpenAPI 3.1."),
  },
  {
    id: "openSession",
    method: "POST",
    path: "/api/session",
    needs: "open",
    summary: "Signs a browser in, by a token or by a code that works once: sets a cookie.",
    body: {
      oneOf: [object({ token: text(1_000) }, ["token"]), object({ code: text(200) }, ["code"])],
    },
    answers: json("Who is signed in."),
  },
  {
    id: "showSession",
    method: "GET",
    path: "/api/session",
    needs: "signed-in",
    summary: "Who asks, and what the token allows.",
    answers: json("{ name?, tenant?, scopes }"),
  },
  {
    id: "closeSession",
    method: "DELETE",
    path: "/api/session",
    needs: "open",
    summary: "Signs the browser out.",
    answers: { status: 204, type: "", says: "It is signed out." },
  },
  {
    id: "listTeams",
    method: "GET",
    path: "/api/teams",
    needs: "read",
    summary: "The teams that can be given a task.",
    answers: json("{ teams }"),
  },
  {
    id: "listRuns",
    method: "GET",
    path: "/api/runs",
    needs: "read",
    summary: "Runs, those that began last first.",
    query: {
      team: NAME,
      status: many(STATUS, 7),
      tag: many({ type: "string", pattern: "^[^=]{1,100}=", maxLength: 601 }, 50),
      since: TIME_MS,
      after: RUN_ID,
      limit: LIMIT(500),
    },
    answers: json("{ runs, next? }: give next as after for those that follow."),
  },
  {
    id: "startRun",
    method: "POST",
    path: "/api/runs",
    needs: "run",
    summary:
      "Gives a task to a team. With the header Idempotency-Key it is begun once, however often it is asked for.",
    body: object(
      { team: NAME, input: ANYTHING, tags: TAGS, budget: BUDGET, deadlineMs: DEADLINE_MS },
      ["team", "input"],
    ),
    answers: json("{ runId }: it has begun. 200 where the same key began it before.", 201),
  },
  {
    id: "showRun",
    method: "GET",
    path: "/api/runs/:id",
    needs: "read",
    summary: "A run: how it stands, and its report so far.",
    query: { report: { type: "boolean" } },
    answers: json("{ run, report? }"),
  },
  {
    id: "showDocument",
    method: "GET",
    path: "/api/runs/:id/document",
    needs: "read",
    summary: "A run as the document that quorate run --json prints.",
    answers: json("The document."),
  },
  {
    id: "followRun",
    method: "GET",
    path: "/api/runs/:id/events",
    needs: "read",
    summary:
      "The events of a run. As server-sent events where Accept asks for them: those that are there, and those that come, until the run has ended; id is seq, and Last-Event-ID or after says where to go on. Else as JSON, those that are there.",
    query: { after: SEQ, limit: LIMIT(5_000) },
    answers: {
      status: 200,
      type: "text/event-stream",
      says: "RunEvent each; JSON: { events, next? }",
    },
    streams: true,
  },
  {
    id: "reportRun",
    method: "GET",
    path: "/api/runs/:id/report",
    needs: "read",
    summary: "A run for others to read.",
    query: { format: { enum: ["md", "json", "junit", "sarif", "html"], default: "md" } },
    answers: { status: 200, type: "text/markdown", says: "The report, in the type of its format." },
  },
  {
    id: "listQuestions",
    method: "GET",
    path: "/api/runs/:id/questions",
    needs: "read",
    summary: "What a run waits for a person to decide.",
    answers: json("{ questions }"),
  },
  {
    id: "cancelRun",
    method: "POST",
    path: "/api/runs/:id/cancel",
    needs: "run",
    summary: "Asks for a run to be cancelled, whichever process drives it.",
    body: object({ reason: text(10_000) }),
    answers: json('{ answer }: "asked", "cancelled", or "ended" where it had an outcome already.'),
  },
  {
    id: "decide",
    method: "POST",
    path: "/api/runs/:id/decide",
    needs: "decide",
    summary: "Records what a person decided, and goes on with the run.",
    body: object(
      {
        subject: text(100_000),
        winner: ANYTHING,
        index: { type: "integer", minimum: 0, maximum: 1_000_000 },
        why: text(10_000),
        by: NAME,
        team: text(10_000),
        question: { type: "integer", minimum: 0, maximum: 1_000_000 },
      },
      ["subject", "why"],
    ),
    answers: json('{ kept }: "recorded", or "left" for whoever drives the run.'),
  },
  {
    id: "forkRun",
    method: "POST",
    path: "/api/runs/:id/fork",
    needs: "run",
    summary: "A new run that takes over what it can of this one.",
    body: object({
      from: text(10_000),
      input: ANYTHING,
      tags: TAGS,
      budget: BUDGET,
      deadlineMs: DEADLINE_MS,
    }),
    answers: json("{ runId }", 201),
  },
  {
    id: "planFork",
    method: "POST",
    path: "/api/runs/:id/fork/plan",
    needs: "run",
    summary: "What a fork would ask again, and what that takes. Asks nobody.",
    body: object({ from: text(10_000), input: ANYTHING }),
    answers: json("{ reused, asked, expected, worst }"),
  },
  {
    id: "recordTruth",
    method: "POST",
    path: "/api/runs/:id/truth",
    needs: "decide",
    summary: "Records what turned out to be true of a subject; without truth, forgets it.",
    body: object({ subject: text(100_000), truth: ANYTHING, by: NAME, team: text(10_000) }, [
      "subject",
    ]),
    answers: json("Who was right, and who was wrong."),
  },
  {
    id: "planRun",
    method: "POST",
    path: "/api/plan",
    needs: "run",
    summary: "What a task would take. Asks no agent, and keeps nothing.",
    body: object({ team: NAME, input: ANYTHING }, ["team", "input"]),
    answers: json("The plan."),
  },
  {
    id: "showBill",
    method: "GET",
    path: "/api/bill",
    needs: "read",
    summary: "What runs came to, the latest first.",
    query: { team: NAME, since: TIME_MS, limit: LIMIT(10_000) },
    answers: json("{ total, teams, days, dearest, all, budgets, more? }"),
  },
  {
    id: "showAgents",
    method: "GET",
    path: "/api/agents",
    needs: "read",
    summary: "How good, how fast and how dear the agents of a team were in its last runs.",
    query: { team: NAME, labels: { enum: ["fixed", "open"], default: "open" } },
    answers: json("{ team, learned?, agents, calibration? }"),
  },
  {
    id: "a2aCard",
    method: "GET",
    path: "/.well-known/agent-card.json",
    needs: "open",
    summary: "The agent card of A2A. With a token it says which teams there are.",
    answers: json("AgentCard of A2A 1.0."),
  },
  {
    id: "a2aTeamCard",
    method: "GET",
    path: "/a2a/:team/.well-known/agent-card.json",
    needs: "read",
    summary: "The agent card of one team.",
    answers: json("AgentCard of A2A 1.0."),
  },
  {
    id: "a2aAsk",
    method: "POST",
    path: "/a2a",
    needs: "signed-in",
    summary:
      "A2A 1.0 over JSON-RPC; a message that begins a task names the team in its metadata, as skillId. What a method needs, its scope says.",
    body: { type: "object" },
    answers: json("JSON-RPC 2.0, as server-sent events where the method streams."),
  },
  {
    id: "a2aAskTeam",
    method: "POST",
    path: "/a2a/:team",
    needs: "signed-in",
    summary: "The same, of one team.",
    body: { type: "object" },
    answers: json("JSON-RPC 2.0, as server-sent events where the method streams."),
  },
  {
    id: "mcp",
    method: "POST",
    path: "/mcp",
    needs: "signed-in",
    summary:
      "The Model Context Protocol, streamable HTTP: each team is a tool, runs are resources. What the token allows holds for each tool.",
    body: ANYTHING,
    answers: {
      status: 200,
      type: "text/event-stream",
      says: "JSON-RPC 2.0 messages; 202 for notifications, 501 where @modelcontextprotocol/server is not installed",
    },
    streams: true,
  },
];
