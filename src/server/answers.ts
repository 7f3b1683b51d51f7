import { openQuestions } from "../log/questions.ts";
import { recordTruth } from "../learning/index.ts";
import { billOf } from "../money/bill.ts";
import type { Json } from "../model/json.ts";
import type { LabelKind } from "../model/reliability.ts";
import { htmlPage, render, reportOf, type ReportFormat } from "./reported.ts";
import { runJson } from "../report/run-json.ts";
import { viewRun, type RunView } from "../report/run-view.ts";
import type { RunStatus, RunSummary } from "../store/store.ts";
import { askByA2a, teamsOwnCard, wellKnownCard } from "./a2a/answers.ts";
import { agentsFigures } from "./agent-figures.ts";
import {
  ownBackend,
  ownRun,
  principalOf,
  storeOf,
  teamNamed,
  teamOfRun,
  type RouteRequest,
} from "./asked.ts";
import { idempotencyKey, idOnce } from "./begin-once.ts";
import type { StartOptions } from "./driving.ts";
import { eventStream } from "./event-stream.ts";
import { planFork } from "./fork-plan.ts";
import { HttpRefusal } from "./http-refusal.ts";
import { openApi } from "./open-api.ts";
import type { RouteId } from "./routes.ts";
import { spendingOf } from "./spending.ts";
import { cancelOwn, decidedBy, decideOwn } from "./steer-run.ts";
import { listed } from "./listed-team.ts";
import type { Principal } from "./tokens.ts";
import { checkOwnPage, sessionCookie, sessionIn } from "./who-asks.ts";
import type {
  CancelledAnswer,
  DecidedAnswer,
  EventsAnswer,
  QuestionsAnswer,
  RunAnswer,
  RunBegun,
  RunsAnswer,
  SessionAnswer,
  TeamsAnswer,
} from "./wire.ts";

/** What answers a request that was let in and checked. */
type RouteAnswer = (asked: RouteRequest) => Response | Promise<Response>;

const json = (
  value: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response => Response.json(value, { status, headers });

/** Each route of the table, by its name. */
export const ANSWERS: Readonly<Record<RouteId, RouteAnswer>> = {
  health: () => json({ status: "ok" }),

  async ready(asked) {
    await storeOf(asked).runs({ limit: 1 });
    return json({ status: "ready" });
  },

  openApi: ({ parts }) => json(openApi(parts.version)),

  openSession({ parts, request, address, body }) {
    // Else another page could sign a browser in as somebody of its own choice.
    if (request.headers.has("origin") || request.headers.has("sec-fetch-site")) {
      checkOwnPage(request, address);
    }
    const { token, code } = body as { readonly token?: string; readonly code?: string };
    const principal =
      token === undefined ? parts.sessions.redeem(code ?? "") : parts.book.of(token);
    if (principal === undefined) {
      const what =
        token === undefined
          ? "code is not known, or was used, or is too old"
          : "token is not known";
      throw new HttpRefusal(401, "UNAUTHORIZED", `The ${what}.`);
    }
    const cookie = sessionCookie(address, parts.sessions.open(principal));
    return json(sessionAnswer(principal), 200, { "Set-Cookie": cookie });
  },

  showSession: (asked) => json(sessionAnswer(principalOf(asked))),

  closeSession({ parts, request, address }) {
    const session = sessionIn(request, address);
    if (session !== undefined) {
      checkOwnPage(request, address);
      parts.sessions.close(session);
    }
    const cookie = sessionCookie(address, undefined);
    return new Response(null, { status: 204, headers: { "Set-Cookie": cookie } });
  },

  listTeams: ({ parts }) =>
    json({ teams: [...parts.teams.values()].map(listed) } satisfies TeamsAnswer),

  async listRuns(asked) {
    const { tenant } = principalOf(asked);
    const {
      tag,
      after,
      limit = 100,
      ...query
    } = asked.query as {
      readonly team?: string;
      readonly status?: readonly RunStatus[];
      readonly tag?: readonly string[];
      readonly since?: number;
      readonly after?: string;
      readonly limit?: number;
    };
    // A run of another tenant is no place in this list.
    if (after !== undefined) await ownRun(asked, after);
    const runs = await storeOf(asked).runs({
      ...query,
      ...(tag !== undefined && { tag: tagsIn(tag) }),
      ...(tenant !== undefined && { tenant }),
      ...(after !== undefined && { after }),
      limit,
    });
    const last = runs.length < limit ? undefined : runs.at(-1);
    return json({ runs, ...(last !== undefined && { next: last.runId }) } satisfies RunsAnswer);
  },

  async startRun(asked) {
    const {
      team: name,
      input,
      ...given
    } = asked.body as { readonly team: string; readonly input: unknown };
    const team = teamNamed(asked, name);
    return once(asked, (options) =>
      asked.parts.driving.start(team, input, { ...given, ...options }),
    );
  },

  async forkRun(asked) {
    const run = await ownRun(asked);
    const team = teamOfRun(asked, run);
    return once(asked, (options) =>
      asked.parts.driving.fork(team, run.runId, { ...asked.body, ...options }),
    );
  },

  async planFork(asked) {
    const run = await ownRun(asked);
    const { from, ...given } = asked.body as { readonly from?: string; readonly input?: unknown };
    const events = await storeOf(asked).read(run.runId);
    return json(
      await planFork(teamOfRun(asked, run), ownBackend(asked), { run, events, from, ...given }),
    );
  },

  async planRun(asked) {
    const { team, input } = asked.body as { readonly team: string; readonly input: unknown };
    const { tenant } = principalOf(asked);
    const plan = await teamNamed(asked, team).plan(input as never, {
      backend: ownBackend(asked),
      ...(tenant !== undefined && { tenant }),
    });
    return json(forTenant(asked) ? { ...plan, budgets: plan.budgets.filter(isOwnBudget) } : plan);
  },

  async showRun(asked) {
    const run = await ownRun(asked);
    if (asked.query["report"] === false) return json({ run } satisfies RunAnswer);
    return json({ run, report: await reportOf(storeOf(asked), run) } satisfies RunAnswer);
  },

  async showDocument(asked) {
    const run = await ownRun(asked);
    const events = await storeOf(asked).read(run.runId);
    const view: RunView = { ...viewRun(run.runId, events), ...isInterrupted(run) };
    return json(runJson({ ...view, bill: view.bill ?? billOf(events) }));
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
      return json({ events, ...(last !== undefined && { next: last.seq }) } satisfies EventsAnswer);
    }
    const onClose = parts.allowance.stream(principalOf(asked).key);
    const stream = eventStream({
      store: storeOf(asked),
      runId,
      // Whoever comes again goes on after what it saw last.
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
        // It is a page with its program in it: it is kept away from the server's own origin.
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
    return json({ questions } satisfies QuestionsAnswer);
  },

  async cancelRun(asked) {
    const reason = asked.body["reason"] as string | undefined;
    const answer = await cancelOwn(asked, await ownRun(asked), reason);
    return json({ answer } satisfies CancelledAnswer);
  },

  async decide(asked) {
    const decision = asked.body as { readonly subject: string; readonly why: string };
    const kept = await decideOwn(asked, await ownRun(asked), decision);
    return json({ kept } satisfies DecidedAnswer);
  },

  async recordTruth(asked) {
    const run = await ownRun(asked);
    const { subject, truth, by, team } = asked.body as {
      readonly subject: string;
      readonly truth?: Json;
      readonly by?: string;
      readonly team?: string;
    };
    const name = decidedBy(principalOf(asked), by);
    const recorded = await recordTruth(asked.parts.backend, run.runId, subject, truth, {
      ...(name !== undefined && { by: name }),
      ...(team !== undefined && { team }),
    });
    return json(recorded);
  },

  mcp: (asked) => asked.parts.mcp.answer(asked),

  async showBill(asked) {
    const {
      since = null,
      limit = 1_000,
      ...query
    } = asked.query as {
      readonly team?: string;
      readonly since?: number;
      readonly limit?: number;
    };
    const spending = await spendingOf(ownBackend(asked), { ...query, sinceMs: since, limit });
    // What runs share is not one tenant's.
    return json(forTenant(asked) ? { ...spending, budgets: [] } : spending);
  },

  a2aCard: wellKnownCard,
  a2aTeamCard: teamsOwnCard,
  a2aAsk: askByA2a,
  a2aAskTeam: askByA2a,

  async showAgents(asked) {
    const [first] = asked.parts.teams.keys();
    const { team = first ?? "", labels } = asked.query as {
      readonly team?: string;
      readonly labels: LabelKind;
    };
    teamNamed(asked, team);
    return json(
      await agentsFigures(ownBackend(asked), team, { labels, withLearned: !forTenant(asked) }),
    );
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
  // The id may have any characters.
  const name = file.replaceAll(/[^\w.-]/g, "_");
  return new Response(content, {
    headers: {
      "Content-Type": `${type}; charset=utf-8`,
      "Content-Disposition": `attachment; filename="${name}"`,
      ...headers,
    },
  });
}

/** Begins a run, under an idempotency key once. */
async function once(
  asked: RouteRequest,
  begin: (options: StartOptions) => Promise<string>,
): Promise<Response> {
  const { tenant } = principalOf(asked);
  const whose = tenant === undefined ? {} : { tenant };
  const key = idempotencyKey(asked.request);
  if (key === undefined) {
    return json({ runId: await begin(whose) } satisfies RunBegun, 201);
  }
  const store = storeOf(asked);
  const what = { path: new URL(asked.request.url).pathname, body: asked.body };
  const { runId, forget } = await idOnce(store.values, { key, tenant, asked: what });
  if ((await store.run(runId)) !== undefined) return json({ runId } satisfies RunBegun);
  try {
    await begin({ ...whose, runId });
  } catch (error) {
    // Nothing has begun: the key is free for a request that is better.
    if ((await store.run(runId)) === undefined) await forget();
    throw error;
  }
  return json({ runId } satisfies RunBegun, 201);
}

function sessionAnswer({ name, tenant, scopes }: Principal): SessionAnswer {
  return {
    ...(name !== undefined && { name }),
    ...(tenant !== undefined && { tenant }),
    scopes: [...scopes],
  };
}

function tagsIn(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]),
  );
}

function forTenant(asked: RouteRequest): boolean {
  return principalOf(asked).tenant !== undefined;
}

function isOwnBudget({ scope }: { readonly scope: string | null }): boolean {
  return scope === null;
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
