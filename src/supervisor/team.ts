import { checkName, checkNeeds, isWorker, type Agent, type Worker, type Workers } from "../agent.ts";
import { comparators, isComparator, type Comparator } from "../conflict/compare.ts";
import type { InputMap } from "../engine/input.ts";
import { QuorateError } from "../errors.ts";
import type { SupervisorLabel } from "../events.ts";
import type { Outcome } from "../outcome.ts";
import { lane, type Lane } from "../policy/admission.ts";
import { checkInteger } from "../policy/bounds.ts";
import { checkLimits, type CallLimits } from "../policy/limits.ts";
import { checkChain, DEFAULT_CHAIN } from "../resolve/chain.ts";
import type { Link } from "../resolve/link.ts";
import { checkOrder } from "./graph.ts";
import {
  DEFAULT_CONCURRENCY,
  DEFAULT_MIN_ANSWERS,
  DEFAULT_MODE,
  type Mode,
  type SupervisorOptions,
} from "./options.ts";
import { planEveryone, type Plan } from "./route.ts";

/** A supervisor's description, checked, as the rest of the code reads it. Agents are known by their index. */
export interface Team {
  readonly label: SupervisorLabel;
  /** `supervisor "NAME"`: how its sentences begin. */
  readonly where: string;
  readonly members: readonly Member[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly mode: Mode;
  readonly route: readonly string[] | ((task: unknown) => unknown) | undefined;
  /** The plan where the route leaves nobody out. */
  readonly everyone: Plan;
  readonly minAnswers: number;
  readonly lane: Lane;
  readonly limits: CallLimits;
  readonly asWorker: Pick<CallLimits, "timeoutMs" | "retries">;
  readonly resolve: readonly Link[];
  readonly compare: ReadonlyMap<string, Comparator>;
  /** Groups open findings. */
  readonly similar: Comparator | undefined;
  readonly answer: ((outcome: Outcome) => unknown) | undefined;
}

/** One place in a team. */
export interface Member {
  readonly name: string;
  /** An agent, or the team of a nested supervisor. */
  readonly worker: Agent | Team;
  readonly needs: readonly number[];
  readonly required: boolean;
  /** Makes its input of the task. */
  readonly input: InputMap | undefined;
}

// Registered, so that supervisors of another copy of this package are known; its value is the team.
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
  return typeof value === "object" && value !== null && SUPERVISOR in value
    ? (value as TeamBrand)[SUPERVISOR]
    : undefined;
}

type AnyOptions = SupervisorOptions<Workers, string, unknown>;

/** Checks a supervisor's description. Throws `BAD_OPTIONS` with one sentence about the first thing that cannot work. */
export function makeTeam(options: AnyOptions): Team {
  const { name, version, agents, route, compare, similar, answer } = options;
  checkName(name, "supervisor");
  const where = `supervisor "${name}"`;
  const refuse = (why: string): never => {
    throw new QuorateError("BAD_OPTIONS", `${where} ${why}`);
  };

  if (typeof agents !== "object" || agents === null || Object.keys(agents).length === 0) {
    refuse("has no agents; give it at least one: agents: { security }");
  }
  const workers = Object.entries<Worker>(agents);
  const indexOf = new Map(workers.map(([key], index) => [key, index]));
  const known = (agent: string, what: string): number => {
    const index = indexOf.get(agent);
    return index ?? refuse(`${what} "${agent}", which is not among its agents; they are ${listed(indexOf)}`);
  };

  const { mode = DEFAULT_MODE } = options;
  if (mode !== "parallel" && mode !== "sequence") {
    refuse(`has the mode "${String(mode)}"; use "parallel" or "sequence"`);
  }
  const required = new Set((options.required ?? []).map((agent) => known(agent, "requires")));
  if (Array.isArray(route)) for (const agent of route) known(agent, "routes to");
  for (const agent of Object.keys(options.inputs ?? {})) known(agent, "maps the input of");

  const members = workers.map(([key, worker], index): Member => {
    if (!isWorker(worker)) refuse(`has "${key}", which is no agent; make it with agent({ … })`);
    if (worker.name !== key) {
      refuse(`has the agent "${worker.name}" under the key "${key}"; the key must be its name`);
    }
    return {
      name: key,
      worker: teamOf(worker) ?? (worker as Agent),
      needs: Object.keys(worker.needs).map((need) => known(need, `has "${key}", which needs`)),
      required: required.has(index),
      input: options.inputs?.[key] as InputMap | undefined,
    };
  });
  checkOrder(members, mode, refuse);
  checkNeeds(options.needs, where);

  if (similar !== undefined && !isComparator(similar)) {
    refuse("has something in similar that is no comparator; use similar({ threshold })");
  }
  return Object.freeze({
    label: Object.freeze({ name, ...(version !== undefined && { version }) }),
    where,
    members,
    indexOf,
    mode,
    route: route as Team["route"],
    everyone: planEveryone(members, mode),
    minAnswers: checkInteger(
      options.minAnswers ?? DEFAULT_MIN_ANSWERS,
      `${where}: minAnswers`,
      0,
      members.length,
    ),
    lane: lane(checkConcurrency(options.concurrency ?? DEFAULT_CONCURRENCY, where)),
    limits: checkLimits(options, where),
    asWorker: checkLimits(options.asWorker ?? {}, `${where}: asWorker`),
    resolve:
      options.resolve === undefined ? DEFAULT_CHAIN : checkChain(options.resolve, where),
    compare: comparators(compare),
    similar,
    answer: answer as Team["answer"],
  });
}

const MAX_CONCURRENCY = 1_000_000;

/** Refuses with `BAD_OPTIONS` what is no number of attempts. */
export function checkConcurrency(concurrency: number, where: string): number {
  return checkInteger(concurrency, `${where}: concurrency`, 1, MAX_CONCURRENCY);
}

/** `"a", "b", "c" and 5 more`: the names of a team, for a message. */
export function listed(indexOf: ReadonlyMap<string, number>): string {
  const names = [...indexOf.keys()].map((name) => `"${name}"`);
  return names.length <= 12
    ? names.join(", ")
    : `${names.slice(0, 12).join(", ")} and ${names.length - 12} more`;
}
