import type { TokenScope } from "./tokens.ts";

/** A JSON Schema, 2020-12. */
export type RouteSchema = Readonly<Record<string, unknown>>;

/** One route: its checks, the rights it needs, and its part of the OpenAPI document. */
export interface ServerRoute {
  /** Its name in the OpenAPI document and in the table of answers. */
  readonly id: RouteId;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** The scope that the token needs; `"signed-in"`: any token; `"open"`: no token. */
  readonly needs: TokenScope | "signed-in" | "open";
  readonly summary: string;
  /** The query's parameters, by name; a list if one may be repeated. */
  readonly query?: Readonly<Record<string, RouteSchema>>;
  readonly body?: RouteSchema;
  /** The successful answer. */
  readonly answers: { readonly status: number; readonly type: string; readonly says: string };
  /** Whether it stays open as long as its reader does. */
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
