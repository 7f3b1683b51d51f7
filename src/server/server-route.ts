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
  | "countRuns"
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
