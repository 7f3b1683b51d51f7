import {
  checkName,
  checkNeeds,
  isWorker,
  type Agent,
  type Worker,
  type Workers,
} from "../../agent.ts";
import { comparators, isComparator } from "../../conflict/compare.ts";
import { askedToCompare } from "../../conflict/later.ts";
import type { InputMap } from "../../engine/input.ts";
import { checkRedact } from "../../engine/redact.ts";
import { QuorateError } from "../../errors.ts";
import { checkBudgets } from "../../money/budget.ts";
import { checkPrices } from "../../money/price.ts";
import { makeLimit } from "../../limits/limit.ts";
import { checkInteger } from "../../policy/bounds.ts";
import { checkCache } from "../../policy/cache.ts";
import { TASK_SUBJECT } from "../../conflict/said.ts";
import { didYouMean } from "../../policy/did-you-mean.ts";
import { checkGiven, checkKeys, checkKind, shown } from "../../policy/check-kind.ts";
import { checkLanes } from "../../limits/lane.ts";
import { checkLimits, LIMIT_KEYS, type CallLimits } from "../../policy/limits.ts";
import { checkEscalateIf, checkTiers } from "../../policy/tier.ts";
import { checkAsked, checkChain, DEFAULT_CHAIN } from "../../resolve/chain.ts";
import type { Learning, Lessons, Link } from "../../resolve/link.ts";
import { checkOrder } from "./graph.ts";
import {
  checkConcurrency,
  checkDeadline,
  checkMode,
  DEFAULT_CONCURRENCY,
  DEFAULT_MAX_SUBJECTS,
  DEFAULT_MIN_ANSWERS,
  DEFAULT_MODE,
  type SupervisorOptions,
} from "../options.ts";
import { planEveryone } from "./plan.ts";
import { meantOf, teamOf, type Member, type Team } from "./team.ts";

type AnyOptions = SupervisorOptions<Workers, string, unknown>;

// Written out as a record, so that the compiler misses an option that is added.
const OWN_OPTIONS: Readonly<Record<Exclude<keyof AnyOptions, keyof CallLimits>, true>> = {
  name: true,
  version: true,
  description: true,
  agents: true,
  mode: true,
  route: true,
  inputs: true,
  required: true,
  minAnswers: true,
  deadlineMs: true,
  concurrency: true,
  resolve: true,
  compare: true,
  similar: true,
  needs: true,
  asWorker: true,
  answer: true,
  store: true,
  budget: true,
  prices: true,
  cache: true,
  tiers: true,
  escalateIf: true,
  lanes: true,
  maxSubjects: true,
  redact: true,
  hashSecret: true,
  engine: true,
  clock: true,
};
const OPTION_KEYS: ReadonlySet<string> = new Set([...Object.keys(OWN_OPTIONS), ...LIMIT_KEYS]);
const FORMER_OPTIONS: ReadonlyMap<string, string> = new Map([
  [
    "earlyStop",
    "removed; leave it out, and all agents are waited for (a later version asks fewer agents by panel)",
  ],
]);

/** Checks a supervisor's description. Throws `BAD_OPTIONS` with one sentence about the first thing that cannot work. */
export function makeTeam(options: AnyOptions): Team {
  checkGiven(
    options,
    "what supervisor() is given",
    "object",
    "describe it: supervisor({ name, agents })",
  );
  const { name, version, agents, route, compare, similar, answer } = options;
  checkName(name, "supervisor");
  const where = `supervisor "${name}"`;
  checkKeys(options, OPTION_KEYS, where, FORMER_OPTIONS);
  checkShape(options, where);
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
    return (
      index ??
      refuse(`${what} "${agent}", which is not among its agents; ${meantOf(agent, indexOf)}`)
    );
  };

  const mode = checkMode(options.mode ?? DEFAULT_MODE, where);
  const required = new Set((options.required ?? []).map((agent) => known(agent, "requires")));
  if (Array.isArray(route)) {
    if (route.length === 0) refuse("routes to nobody; name at least one agent, or leave route out");
    for (const agent of route) known(agent, "routes to");
  }

  // By Object.entries: an agent may be called "constructor".
  const inputs = new Map<string, InputMap>(Object.entries(options.inputs ?? {}) as never);
  for (const [agent, map] of inputs) {
    known(agent, "maps the input of");
    if (typeof map !== "function")
      refuse(`has inputs.${agent} that is no function; use (task, results) => …`);
  }

  const members = workers.map(([key, worker], index): Member => {
    if (!isWorker(worker)) refuse(`has "${key}", which is no agent; make it with agent({ … })`);
    if (worker.name !== key) {
      refuse(`has the agent "${worker.name}" under the key "${key}"; the key must be its name`);
    }
    return {
      name: key,
      worker: teamOf(worker) ?? (worker as Agent),
      needs: Object.entries(worker.needs).map(([need, needed]) => {
        const place = known(need, `has "${key}", which needs`);
        if (workers[place]?.[1] === needed) return place;
        return refuse(
          `has "${key}", which needs another agent called "${need}" than the team's; use the same one`,
        );
      }),
      required: required.has(index),
      input: inputs.get(key),
    };
  });
  checkOrder(members, mode, refuse);
  checkNeeds(options.needs, where);

  if (similar !== undefined && !isComparator(similar)) {
    refuse("has something in similar that is no comparator; use similar({ threshold })");
  }
  const comparing = { compare: comparators(compare), similar };
  const resolve =
    options.resolve === undefined ? DEFAULT_CHAIN : checkChain(options.resolve, where);
  checkAsked(resolve, askedToCompare(comparing), where);
  for (const link of resolve) {
    for (const agent of link.names ?? []) known(agent, `has ${link.name}() with a word about`);
  }
  if (hasOneSubject(members)) {
    for (const subject of comparing.compare.keys()) {
      const near = subject === TASK_SUBJECT ? undefined : didYouMean(subject, [TASK_SUBJECT]);
      if (near !== undefined)
        refuse(
          `compares "${subject}", about which none of its agents says anything; did you mean "${near}"?`,
        );
    }
  }
  return Object.freeze({
    label: Object.freeze({ name, ...(version !== undefined && { version }) }),
    where,
    members,
    indexOf,
    mode,
    route: route as Team["route"],
    everyone: planEveryone(members, mode),
    deadlineMs: checkDeadline(options.deadlineMs, where),
    minAnswers: checkInteger(
      options.minAnswers ?? DEFAULT_MIN_ANSWERS,
      `${where}: minAnswers`,
      0,
      members.length,
    ),
    slots: makeLimit(checkConcurrency(options.concurrency ?? DEFAULT_CONCURRENCY, where)),
    limits: checkLimits(options, where),
    asWorker: checkLimits(options.asWorker ?? {}, `${where}: asWorker`),
    resolve,
    lessons: lessonsOf(name, resolve, new Set(indexOf.keys())),
    ...comparing,
    answer: answer as Team["answer"],
    redact: checkRedact(options.redact, where),
    hashSecret: checkHashSecret(options.hashSecret, where),
    budgets: checkBudgets(options.budget, where),
    prices: checkPrices(options.prices, where),
    cache: checkCache(options.cache, where),
    tiers: options.tiers === undefined ? undefined : checkTiers(options.tiers, where),
    escalateIf: checkEscalateIf(options.escalateIf, where, true),
    lanes: checkLanes(options.lanes, where),
    maxSubjects: checkInteger(
      options.maxSubjects ?? DEFAULT_MAX_SUBJECTS,
      `${where}: maxSubjects`,
      0,
      MAX_SUBJECTS,
    ),
  });
}

/** Whether all that its members can claim is about the task: none says what its answers assert, and a team claims what it decided. */
function hasOneSubject(members: readonly Member[]): boolean {
  const says = (one: Agent): boolean => one.claims === undefined && one.fallback.every(says);
  return members.every(({ worker }) => "run" in worker && says(worker));
}

/** How a team learns: by what its links go by, of two that say the same thing by the first. */
function lessonsOf(
  name: string,
  resolve: readonly Link[],
  members: ReadonlySet<string>,
): Lessons | undefined {
  const learning = resolve.reduceRight<Learning | undefined>(
    (later, { learns }) => (learns === undefined ? later : { ...later, ...defined(learns) }),
    undefined,
  );
  if (learning === undefined) return undefined;
  if (typeof learning.lessons !== "function") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${name}: what a link learns has no lessons; use learning() of quorate/learning`,
    );
  }
  return learning.lessons(name, learning, members);
}

function defined(learning: Learning): Learning {
  const said = Object.entries(learning).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as unknown as Learning;
}

const LEAST_SECRET_CHARS = 16;

/** Refuses with `BAD_OPTIONS` what is no secret; one that is short could be guessed. Never quotes it. */
function checkHashSecret(secret: unknown, where: string): string | undefined {
  if (secret === undefined) return undefined;
  if (typeof secret === "string" && secret.length >= LEAST_SECRET_CHARS) return secret;
  const got = typeof secret === "string" ? "too short" : `a value of type ${typeof secret}`;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where}: hashSecret is ${got}; use a random text of at least ${LEAST_SECRET_CHARS} characters`,
  );
}

const MAX_SUBJECTS = 1_000_000;
const AS_WORKER_KEYS: ReadonlySet<string> = new Set(["timeoutMs", "retries"]);

/** Refuses with `BAD_OPTIONS` options of the wrong kind, before anything is made of them. */
function checkShape(options: AnyOptions, where: string): void {
  const { version, description, route, required, inputs, compare, answer } = options;
  const { asWorker, store, engine, clock } = options;
  checkKind(version, `${where}: version`, "string", 'use a text, for instance "1"');
  checkKind(description, `${where}: description`, "string", "use a sentence");
  checkKind(inputs, `${where}: inputs`, "object", "use { agent: (task, results) => … }");
  checkKind(compare, `${where}: compare`, "object", "use { subject: within({ percent: 5 }) }");
  checkKind(asWorker, `${where}: asWorker`, "object", "use { timeoutMs, retries }");
  if (asWorker !== undefined) checkKeys(asWorker, AS_WORKER_KEYS, `${where}: asWorker`);
  checkKind(answer, `${where}: answer`, "function", "use (outcome) => …");
  checkKind(engine, `${where}: engine`, "function", "use (agents) => engine");
  checkKind(store, `${where}: store`, "object", "use sqliteStore({ path }) or memoryStore()");
  checkKind(clock, `${where}: clock`, "object", "use systemClock, or virtualClock() in tests");
  if (store !== undefined) checkMethods(store, ["append", "read", "runs"], `${where}: store`);
  if (clock !== undefined) checkMethods(clock, ["now", "monotonic", "timer"], `${where}: clock`);
  if (required !== undefined && !Array.isArray(required)) {
    throw new QuorateError("BAD_OPTIONS", `${where}: required is no list; use ["agent"]`);
  }
  if (route !== undefined && typeof route !== "function" && !Array.isArray(route)) {
    const instead = 'use a list ["agent"] or a function (task) => ["agent"]';
    throw new QuorateError("BAD_OPTIONS", `${where}: route is ${shown(route)}; ${instead}`);
  }
}

function checkMethods(value: object, names: readonly string[], what: string): void {
  for (const name of names) {
    const method = (value as Readonly<Record<string, unknown>>)[name] ?? null;
    checkKind(method, `${what}.${name}`, "function", "it has to be one");
  }
}
