import { type Agent } from "../describe/agent.ts";
import { checkNeeds, isWorker, underKey, type Worker } from "../describe/worker.ts";
import { integer } from "../check/kinds.ts";
import type { Checked } from "../check/options.ts";
import { foldedKey } from "../conflict/canonical.ts";
import { comparators } from "../conflict/compare.ts";
import { askedToCompare } from "../conflict/group.ts";
import type { InputMap } from "../call/input.ts";
import { checkRedact } from "../log/redact.ts";
import { QuorateError } from "../model/errors.ts";
import { makeLimit } from "../limits/limit.ts";
import { TASK_SUBJECT } from "../model/claim.ts";
import { didYouMean } from "../check/did-you-mean.ts";
import { shown } from "../check/shown.ts";
import { readGiven } from "../check/given.ts";
import { LIMITS } from "../describe/limits.ts";
import { checkAsked, checkChain, DEFAULT_CHAIN } from "../resolve/chain.ts";
import type { Learning, Lessons, Resolver } from "../resolve/resolver.ts";
import { panelFault } from "./freeze-panel.ts";
import { checkOrder } from "./graph.ts";
import { possiblePositions } from "./possible-positions.ts";
import type { SUPERVISOR } from "./options.ts";
import { planEveryone } from "./plan.ts";
import { meantOf, teamOf, type Member, type Team } from "./team.ts";

/** Makes a team of a supervisor's description. Throws `BAD_OPTIONS` with one sentence about the first option that cannot work. */
export function makeTeam(described: Checked<typeof SUPERVISOR>): Team {
  const where = `supervisor "${described.name}"`;
  return readGiven(where, described, () => made(described, where));
}

function made(described: Checked<typeof SUPERVISOR>, where: string): Team {
  const { name, version, agents, mode, route, compare, similar, answer, minAnswers } = described;
  const refuse = (why: string): never => {
    throw new QuorateError("BAD_OPTIONS", `${where} ${why}`);
  };

  if (Array.isArray(agents))
    refuse("has its agents in a list; give each its name: agents: { security }");
  if (Object.keys(Object(agents)).length === 0) {
    refuse("has no agents; give it at least one: agents: { security }");
  }
  const workers = Object.entries<Worker>(agents);
  const indexOf = new Map(workers.map(([key], index) => [key, index]));
  const known = (agent: string, what: string): number => {
    const named = typeof agent === "string" ? agent : shown(agent);
    return (
      indexOf.get(agent) ??
      refuse(`${what} "${named}", which is not among its agents; ${meantOf(agent, indexOf)}`)
    );
  };

  const required = new Set(described.required.map((agent) => known(agent, "requires")));
  const elsewhere = new Set(described.elsewhere.map((agent) => known(agent, "has elsewhere")));
  if (Array.isArray(route)) {
    if (route.length === 0)
      refuse("routes to no agent; name at least one agent, or leave route out");
    for (const agent of route) known(agent, "routes to");
  }

  // With Object.entries, because an agent may be named "constructor".
  const inputs = new Map<string, InputMap>(Object.entries(described.inputs ?? {}) as never);
  for (const [agent, map] of inputs) {
    known(agent, "maps the input of");
    if (typeof map !== "function")
      refuse(`has inputs.${agent} that is not a function; use (task, results) => …`);
  }

  const members = workers.map(([key, worker], index): Member => {
    if (!isWorker(worker)) refuse(`has "${key}", which is not an agent; make it with agent({ … })`);
    const called = underKey(worker, key);
    if (called.name !== key) {
      refuse(`has the agent "${worker.name}" under the key "${key}"; the key must be its name`);
    }
    const other = workers.find(([, one]) => one === worker)?.[0];
    if (other !== key)
      refuse(`has one agent under the keys "${other}" and "${key}"; make an agent for each key`);
    return {
      name: key,
      worker: teamOf(worker) ?? (called as Agent),
      needs: Object.entries(worker.needs).map(([need, needed]) => {
        const place = known(need, `has "${key}", which needs`);
        if (workers[place]?.[1] === needed) return place;
        return refuse(
          `has "${key}", which needs another agent called "${need}" than the team's; use the same one`,
        );
      }),
      required: required.has(index),
      elsewhere: elsewhere.has(index),
      input: inputs.get(key),
    };
  });
  checkOrder(members, mode, refuse);
  checkNeeds(described.needs, where);

  const comparing = { compare: comparators(compare), similar };
  const resolve =
    described.resolve === undefined ? DEFAULT_CHAIN : checkChain(described.resolve, where);
  checkAsked(resolve, askedToCompare(comparing), where);
  for (const resolver of resolve) {
    for (const agent of resolver.names ?? [])
      known(agent, `has ${resolver.name}() with a setting for`);
    const unknown = comparing.compare.has(TASK_SUBJECT)
      ? undefined
      : impossibleIn(resolver, members);
    if (unknown !== undefined) refuse(unknown);
  }
  if (hasOneSubject(members)) {
    for (const subject of described.gate?.rules.keys() ?? []) {
      if (subject !== TASK_SUBJECT)
        refuse(
          `has a gate about "${subject}", about which none of its agents says anything; they speak about "${TASK_SUBJECT}"`,
        );
    }
    for (const subject of comparing.compare.keys()) {
      const near = subject === TASK_SUBJECT ? undefined : didYouMean(subject, [TASK_SUBJECT]);
      if (near !== undefined)
        refuse(
          `compares "${subject}", about which none of its agents says anything; did you mean "${near}"?`,
        );
    }
  }
  const { panel } = described;
  const fault =
    panel === undefined
      ? undefined
      : panelFault({ resolve, compare: comparing.compare, indexOf }, panel);
  if (fault !== undefined) refuse(fault);
  const atMostAll = integer(0, members.length).needed();
  return Object.freeze({
    label: Object.freeze({ name, ...(version !== undefined && { version }) }),
    where,
    members,
    indexOf,
    mode,
    route: route as Team["route"],
    everyone: planEveryone(members, mode),
    deadlineMs: described.deadlineMs,
    minAnswers: atMostAll.take(minAnswers, `${where}: minAnswers`),
    slots: makeLimit(described.concurrency, undefined, {
      waitsFor: { kind: "concurrency", name },
    }),
    limits: LIMITS.among(described),
    asWorker: LIMITS.among(described.asWorker ?? {}),
    resolve,
    lessons: lessonsOf(name, resolve, new Set(indexOf.keys())),
    ...comparing,
    answer: answer as Team["answer"],
    gate: described.gate,
    redact: checkRedact(described.redact, where),
    hashSecret: described.hashSecret,
    budgets: described.budget,
    prices: described.prices,
    cache: described.cache,
    tiers: described.tiers,
    escalateIf: described.escalateIf,
    limiters: described.limiters,
    maxSubjects: described.maxSubjects,
    panel,
    executor: described.executor,
  });
}

/** A word about the first position that a resolver names and no member can hold; `undefined` if each may be held. */
function impossibleIn(
  { name, positions = [] }: Resolver,
  members: readonly Member[],
): string | undefined {
  const possible = positions.length === 0 ? undefined : possiblePositions(members);
  const keys = new Set(possible?.map(foldedKey));
  const impossible = positions.find((position) => !keys.has(foldedKey(position)));
  if (possible === undefined || impossible === undefined) return undefined;
  const names = possible.filter((one) => typeof one === "string");
  const near = typeof impossible === "string" ? didYouMean(impossible, names) : undefined;
  const meant =
    near === undefined
      ? `they hold ${[...new Set(possible.map(shown))].join(", ")}`
      : `did you mean ${shown(near)}?`;
  return `has ${name}() with a word about ${shown(impossible)}, which none of its agents' schemas allows; ${meant}`;
}

/** Whether its members can only claim something about the task: no member has its own claims, and a nested team claims what it decided. */
function hasOneSubject(members: readonly Member[]): boolean {
  const says = (one: Agent): boolean =>
    typeof one.claims !== "function" && one.fallback.every(says);
  return members.every(({ worker }) => "run" in worker && says(worker));
}

/** How a team learns: from its resolvers; of two that do the same, from the first. */
function lessonsOf(
  name: string,
  resolve: readonly Resolver[],
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
      `${name}: what a resolver learns has no lessons; use learning() of quorate/learning`,
    );
  }
  return learning.lessons(name, learning, members);
}

function defined(learning: Learning): Learning {
  const said = Object.entries(learning).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as unknown as Learning;
}
