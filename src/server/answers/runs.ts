import { openQuestions } from "../../log/questions.ts";
import { billOf } from "../../money/bill.ts";
import { runJson } from "../../report/run-json.ts";
import { viewRun, type RunView } from "../../report/run-view.ts";
import type { RunStatus, RunSummary } from "../../store/store.ts";
import { ownRun, principalOf, storeOf, type RouteAnswers } from "../asked.ts";
import { eventStream } from "../http/event-stream.ts";
import { HttpRefusal } from "../http/http-refusal.ts";
import { jsonAnswer } from "../http/json-answer.ts";
import { htmlPage, render, reportOf, type ReportFormat } from "../reported.ts";
import type { EventsAnswer, QuestionsAnswer, RunAnswer, RunCounts, RunsAnswer } from "../wire.ts";

/** Which runs are listed or counted. */
interface CountedQuery {
  readonly team?: string;
  readonly tag?: readonly string[];
  readonly since?: number;
}

/** The routes that read runs. */
export const RUN_ANSWERS: RouteAnswers<
  | "listRuns"
  | "showRun"
  | "showDocument"
  | "followRun"
  | "reportRun"
  | "listQuestions"
  | "countRuns"
> = {
  async listRuns(asked) {
    const { tenant } = principalOf(asked);
    const {
      tag,
      after,
      limit = 100,
      ...query
    } = asked.query as CountedQuery & {
      readonly status?: readonly RunStatus[];
      readonly after?: string;
      readonly limit?: number;
    };
    // A run of another tenant cannot be a place in this list.
    if (after !== undefined) await ownRun(asked, after);
    const runs = await storeOf(asked).runs({
      ...query,
      ...(tag !== undefined && { tag: tagsIn(tag) }),
      ...(tenant !== undefined && { tenant }),
      ...(after !== undefined && { after }),
      limit,
    });
    const last = runs.length < limit ? undefined : runs.at(-1);
    return jsonAnswer({
      runs,
      ...(last !== undefined && { next: last.runId }),
    } satisfies RunsAnswer);
  },

  async showRun(asked) {
    const run = await ownRun(asked);
    if (asked.query["report"] === false) return jsonAnswer({ run } satisfies RunAnswer);
    return jsonAnswer({ run, report: await reportOf(storeOf(asked), run) } satisfies RunAnswer);
  },

  async showDocument(asked) {
    const run = await ownRun(asked);
    const events = await storeOf(asked).read(run.runId);
    const view: RunView = { ...viewRun(run.runId, events), ...isInterrupted(run) };
    return jsonAnswer(runJson({ ...view, bill: view.bill ?? billOf(events) }));
  },

  async followRun(asked) {
    const { runId } = await ownRun(asked);
    const { parts, request } = asked;
    const { limit = 1_000, after } = asked.query as {
      readonly after?: number;
      readonly limit?: number;
    };
    const afterSeq = after ?? lastEventId(request) ?? 0;
    if (!wantsStream(request)) {
      const events = await storeOf(asked).read(runId, afterSeq, limit);
      const last = events.length < limit ? undefined : events.at(-1);
      return jsonAnswer({
        events,
        ...(last !== undefined && { next: last.seq }),
      } satisfies EventsAnswer);
    }
    const onClose = parts.allowance.stream(principalOf(asked).key);
    const stream = eventStream({
      store: storeOf(asked),
      runId,
      // A client that reconnects continues after the last event it saw.
      afterSeq: Math.max(afterSeq, lastEventId(request) ?? 0),
      signal: parts.stopping,
      stalledMs: parts.limits.stalledMs,
      onClose,
    });
    return new Response(stream, {
      headers: { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" },
    });
  },

  async reportRun(asked) {
    const run = await ownRun(asked);
    const { format } = asked.query as { readonly format: Exclude<ReportFormat, "github"> | "html" };
    const store = storeOf(asked);
    if (format === "html") {
      const page = htmlPage(await store.read(run.runId), {
        interrupted: run.status === "interrupted",
      });
      return text(page, "text/html", `run-${run.runId}.html`, {
        // The report is a page with its own script, so it is isolated from the server's origin.
        "Content-Security-Policy":
          "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'",
      });
    }
    const [type, ending] = REPORT_TYPES[format];
    return text(render(await reportOf(store, run), format), type, `run-${run.runId}.${ending}`);
  },

  async listQuestions(asked) {
    const { runId } = await ownRun(asked);
    const questions = openQuestions(await storeOf(asked).read(runId));
    return jsonAnswer({ questions } satisfies QuestionsAnswer);
  },

  async countRuns(asked) {
    const { tenant } = principalOf(asked);
    const { tag, ...query } = asked.query as CountedQuery;
    const counted = await asked.parts.counts.of({
      ...query,
      ...(tag !== undefined && { tag: tagsIn(tag) }),
      ...(tenant !== undefined && { tenant }),
    });
    return jsonAnswer(counted satisfies RunCounts);
  },
};

const REPORT_TYPES = {
  md: ["text/markdown", "md"],
  json: ["application/json", "json"],
  junit: ["application/xml", "xml"],
  sarif: ["application/sarif+json", "sarif"],
} as const;

function text(
  content: string,
  type: string,
  file: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  // An id may contain any characters.
  const name = file.replaceAll(/[^\w.-]/g, "_");
  return new Response(content, {
    headers: {
      "Content-Type": `${type}; charset=utf-8`,
      "Content-Disposition": `attachment; filename="${name}"`,
      ...headers,
    },
  });
}

function tagsIn(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]),
  );
}

function isInterrupted({ status }: RunSummary): { readonly status?: "interrupted" } {
  return status === "interrupted" ? { status } : {};
}

function wantsStream(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("text/event-stream");
}

function lastEventId(request: Request): number | undefined {
  const given = request.headers.get("last-event-id");
  if (given === null || given === "") return undefined;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new HttpRefusal(400, "BAD_REQUEST", "Last-Event-ID is none of the ids of this stream.");
}
