import type { ServerRoute } from "../http/server-route.ts";
import { LIMIT, NAME, RUN_ID, SEQ, STATUS, TAG_PAIRS, TIME_MS, json, many } from "./schemas.ts";

/** The routes that read runs. */
export const RUN_ROUTES: readonly ServerRoute[] = [
  {
    id: "listRuns",
    method: "GET",
    path: "/api/runs",
    needs: "read",
    summary: "Runs, those that began last first.",
    query: {
      team: NAME,
      status: many(STATUS, 7),
      tag: TAG_PAIRS,
      since: TIME_MS,
      after: RUN_ID,
      limit: LIMIT(500),
    },
    answers: json("{ runs, next? }: give next as after for those that follow."),
  },
  {
    id: "countRuns",
    method: "GET",
    path: "/api/run-counts",
    needs: "read",
    summary: "How many runs there are of each status, as of a moment ago.",
    query: { team: NAME, tag: TAG_PAIRS, since: TIME_MS },
    answers: json("{ all, statuses, more? }: more where only the latest 5,000 were counted."),
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
      "The events of a run. If Accept asks for server-sent events: the existing ones, then each new one until the run has ended; id is seq, and Last-Event-ID or after says where to begin. Otherwise as JSON: the existing ones.",
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
];
