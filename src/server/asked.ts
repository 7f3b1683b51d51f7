import { QuorateError } from "../model/errors.ts";
import type { RunSummary, Store } from "../store/store.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Backend } from "../team/backend.ts";
import type { Allowance, ServerLimits } from "./http/allowance.ts";
import type { Driving } from "./driving.ts";
import { HttpRefusal } from "./http/http-refusal.ts";
import type { McpDoor } from "./mcp/over-http.ts";
import type { RunCounter } from "./run-counts.ts";
import type { RouteId } from "./http/server-route.ts";
import type { Principal, Sessions, TokenBook } from "./http/tokens.ts";
import type { WebHooks } from "./web-hooks.ts";
import { tenantView } from "./store-view.ts";

/** The parts of a server. */
export interface ServerParts {
  readonly teams: ReadonlyMap<string, Supervisor>;
  readonly backend: Backend;
  readonly book: TokenBook;
  readonly sessions: Sessions;
  readonly driving: Driving;
  readonly hooks: WebHooks;
  readonly limits: Required<ServerLimits>;
  readonly allowance: Allowance;
  readonly counts: RunCounter;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  readonly version: string;
  /** The server's public URL, if it is configured. */
  readonly url: string | undefined;
  /** Teams as tools, by the Model Context Protocol. */
  readonly mcp: McpDoor;
  /** How long an A2A message waits for its run, in ms. */
  readonly a2aWaitsMs: number;
}

/** The parts that answer for runs, whichever protocol is used. */
export type RunDesk = Pick<
  ServerParts,
  "teams" | "backend" | "driving" | "stopping" | "version"
> & { readonly hooks: Pick<WebHooks, "tell"> };

/** The caller, and the parts that answer it. */
export interface RunAsker {
  readonly parts: RunDesk;
  /** `undefined` on a route that needs no token. */
  readonly principal: Principal | undefined;
}

/** A request that was admitted and checked against the route table. */
export interface RouteRequest extends RunAsker {
  readonly parts: ServerParts;
  readonly request: Request;
  readonly address: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers a request that was admitted and checked. */
type RouteAnswer = (asked: RouteRequest) => Response | Promise<Response>;

/** The answers to some of the routes. */
export type RouteAnswers<Id extends RouteId> = Readonly<Record<Id, RouteAnswer>>;

/** The caller of a route that needs a token. */
export function principalOf({ principal }: Pick<RunAsker, "principal">): Principal {
  if (principal === undefined) throw new HttpRefusal(401, "UNAUTHORIZED", "Sign in first.");
  return principal;
}

/** The backend, with only the runs that the caller may see. */
export function ownBackend(asked: RunAsker): Backend {
  const { backend } = asked.parts;
  const { tenant } = principalOf(asked);
  return tenant === undefined ? backend : { ...backend, store: tenantView(backend.store, tenant) };
}

/** Whether the caller sees the runs of one tenant only. */
export function forTenant(asked: RunAsker): boolean {
  return principalOf(asked).tenant !== undefined;
}

/** The run that a request names, found by `runNamed`. */
export function ownRun(asked: RouteRequest, runId: string = runIdOf(asked)): Promise<RunSummary> {
  return runNamed(asked, runId);
}

/** A run by its id. A run of another tenant and a missing run are refused alike, after the same query to the store. */
export async function runNamed(asked: RunAsker, runId: string): Promise<RunSummary> {
  const { tenant } = principalOf(asked);
  const run = runId.length > 200 ? undefined : await storeOf(asked).run(runId);
  if (run !== undefined && (tenant === undefined || run.tenant === tenant)) return run;
  throw noRun();
}

function noRun(): QuorateError {
  return new QuorateError("RUN_NOT_FOUND", "There is no such run.");
}

export function storeOf({ parts }: RunAsker): Store {
  return parts.backend.store;
}

export function runIdOf({ params }: RouteRequest): string {
  return params["id"] ?? "";
}

/** A team by its name. */
export function teamNamed({ parts }: RunAsker, name: string): Supervisor {
  const team = parts.teams.get(name);
  if (team !== undefined) return team;
  throw new HttpRefusal(
    404,
    "NOT_FOUND",
    "There is no team of that name here; GET /api/teams lists those that there are.",
  );
}

/** A run's team, which is needed to resume the run: it has the code of the agents. */
export function teamOfRun({ parts }: RunAsker, run: RunSummary): Supervisor {
  const team = parts.teams.get(run.supervisor.name);
  if (team !== undefined) return team;
  throw new HttpRefusal(
    409,
    "CONFLICT",
    "The team of this run is not served here, so the run cannot be continued here.",
  );
}
