import type { RouteContext } from "../describe/route.ts";
import { didYouMean } from "../check/did-you-mean.ts";
import type { Agent } from "../describe/agent.ts";
import type { Comparator } from "../conflict/compare.ts";
import type { ExecutorFactory } from "../executor/executor.ts";
import type { InputMap } from "../call/input.ts";
import { KEY_FORMAT } from "../call/key.ts";
import type { RedactRule } from "../log/redact.ts";
import type { SupervisorLabel } from "../model/events.ts";
import { sha256 } from "../model/hash.ts";
import { canonicalJson } from "../model/json.ts";
import type { CheckedBudget } from "../money/budget.ts";
import type { Price } from "../money/price.ts";
import type { Outcome } from "../model/outcome.ts";
import type { DescribedLimiter } from "../limits/limiter-options.ts";
import type { Limit } from "../limits/limit.ts";
import type { CacheSettings } from "../describe/cache.ts";
import { mergeLimits, type CallLimits, type Limits } from "../describe/limits.ts";
import type { EscalateIf } from "../describe/tier.ts";
import type { Lessons, Resolver } from "../resolve/resolver.ts";
import type { Gate } from "../resolve/gate.ts";
import type { Mode } from "./run-options.ts";
import type { PanelSettings } from "./panel-options.ts";
import type { Plan } from "./plan.ts";

/** A supervisor's description, checked, in the form that the rest of the code reads. Agents are known by their index. */
export interface Team {
  readonly label: SupervisorLabel;
  /** `supervisor "NAME"`: the beginning of its sentences. */
  readonly where: string;
  readonly members: readonly Member[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly mode: Mode;
  readonly route:
    | readonly string[]
    | ((task: unknown, context: RouteContext) => unknown)
    | undefined;
  /** The plan if the route leaves nobody out. */
  readonly everyone: Plan;
  readonly minAnswers: number;
  /** How long one of its own runs may take, in ms. */
  readonly deadlineMs: number | undefined;
  /** How many attempts are in flight at once over all of its runs. */
  readonly slots: Limit;
  readonly limits: CallLimits;
  readonly asWorker: Pick<CallLimits, "timeoutMs" | "retries">;
  readonly resolve: readonly Resolver[];
  /** What its runs teach; `undefined` if its chain does not use that. */
  readonly lessons: Lessons | undefined;
  readonly compare: ReadonlyMap<string, Comparator>;
  /** Groups open findings. */
  readonly similar: Comparator | undefined;
  readonly answer: ((outcome: Outcome) => unknown) | undefined;
  /** What its outcome must be to pass. */
  readonly gate: Gate | undefined;
  readonly redact: RedactRule | undefined;
  /** The key for hashes of content from which `redact` takes something out. */
  readonly hashSecret: string | undefined;
  readonly budgets: readonly CheckedBudget[];
  readonly prices: ReadonlyMap<string, Price>;
  readonly cache: CacheSettings | false | undefined;
  /** `undefined`: those of the team above it. */
  readonly tiers: ReadonlyMap<string, unknown> | undefined;
  readonly escalateIf: readonly EscalateIf[] | undefined;
  /** The limiters that it describes, by their names. */
  readonly limiters: ReadonlyMap<string, DescribedLimiter>;
  readonly maxSubjects: number;
  /** When the answers of its members are enough; without it, all are asked. */
  readonly panel: PanelSettings | undefined;
  /** Carries out its attempts; `undefined`: its backend's executor. */
  readonly executor: ExecutorFactory | undefined;
}

/** One place in a team. */
export interface Member {
  readonly name: string;
  /** An agent, or the team of a nested supervisor. */
  readonly worker: Agent | Team;
  readonly needs: readonly number[];
  readonly required: boolean;
  /** Whether it works in other processes, if the backend reaches any. */
  readonly elsewhere: boolean;
  /** Makes its input from the task. */
  readonly input: InputMap | undefined;
}

// Registered, so that supervisors of another copy of this package are recognised; its value is the team.
const SUPERVISOR: unique symbol = Symbol.for("quorate.supervisor") as never;

/** What makes a worker a supervisor. */
export interface TeamBrand {
  readonly [SUPERVISOR]: Team;
}

export function teamBrand(team: Team): TeamBrand {
  return { [SUPERVISOR]: team };
}

/** The team behind a supervisor; `undefined` for anything else. */
export function teamOf(value: unknown): Team | undefined {
  try {
    return typeof value === "object" && value !== null && SUPERVISOR in value
      ? (value as TeamBrand)[SUPERVISOR]
      : undefined;
  } catch {
    // A proxy that throws on every access.
    return undefined;
  }
}

/** A supervisor's limits as one call of another: it is retried only if `asWorker` says so. */
export function limitsAsWorker({ limits, asWorker: { retries = 0 } }: Team): Limits {
  return { ...mergeLimits(limits), retries };
}

/**
 * Identifies a supervisor's description, given those of its workers: what shapes the answers and is visible from
 * outside. Functions are not: change the supervisor's version with them.
 */
export function teamDefinition(team: Team, workers: readonly string[]): string {
  const { label, members, mode, route, minAnswers, resolve, compare, similar } = team;
  return sha256(
    canonicalJson([
      KEY_FORMAT,
      "team",
      label.name,
      label.version ?? null,
      mode,
      typeof route === "function" ? "function" : (route ?? null),
      minAnswers,
      resolve.map(({ name, definition }) => [name, definition ?? null]),
      [...compare].map(([subject, { name, definition }]) => [subject, name, definition ?? null]),
      similar === undefined ? null : [similar.name, similar.definition ?? null],
      members.map(({ name, needs, required }, index) => [name, workers[index], needs, required]),
    ]),
  );
}

/** For a message about an unknown agent: which one may be meant, or all that there are. */
export function meantOf(agent: unknown, indexOf: ReadonlyMap<string, number>): string {
  return nearest(agent, indexOf.keys()) ?? `they are ${listed(indexOf)}`;
}

/** For a message about an unknown tier: which one may be meant, or all that there are. */
export function tiersOf(tier: string, tiers: ReadonlyMap<string, unknown>): string {
  if (tiers.size === 0) return "has no tiers; give it tiers: { … }";
  const known = [...tiers.keys()].map((name) => `"${name}"`).join(", ");
  return `has no such tier; ${nearest(tier, tiers.keys()) ?? `it has ${known}`}`;
}

function nearest(name: unknown, names: Iterable<string>): string | undefined {
  const near = typeof name === "string" ? didYouMean(name, names) : undefined;
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** `"a", "b", "c" and 5 more`: the names of a team, for a message. */
export function listed(indexOf: ReadonlyMap<string, number>): string {
  const names = [...indexOf.keys()].map((name) => `"${name}"`);
  return names.length <= 12
    ? names.join(", ")
    : `${names.slice(0, 12).join(", ")} and ${names.length - 12} more`;
}
