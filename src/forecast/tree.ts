import type { Agent } from "../describe/agent.ts";
import type { Cancellation } from "../async/cancellation.ts";
import { checkInput, mapInput, type CheckedInputs } from "../call/input.ts";
import { isShared, type ContentKeys } from "../call/key.ts";
import type { ConfiguredAgent } from "../call/configured-agent.ts";
import { mergeLimits } from "../describe/limits.ts";
import type { Graph } from "../team/graph.ts";
import type { Plan } from "../team/plan.ts";
import { planFor } from "../team/route.ts";
import { withPanel } from "../team/freeze-panel.ts";
import { isConfiguredTeam, type ConfiguredTeam } from "../team/configure-team.ts";
import type { Member } from "../team/team.ts";

/** What an agent would be asked, if that does not depend on others' answers. */
export type KnownTask = { readonly value: unknown; readonly derived: boolean } | undefined;

/** A place in a team that would be asked. */
export interface Node {
  readonly name: string;
  readonly place: string;
  /** What it waits for: indices in its own list. */
  readonly before: readonly number[];
  readonly stage: number;
}

export interface AgentNode extends Node {
  readonly kind: "agent";
  readonly configured: ConfiguredAgent;
  readonly input: KnownTask;
  readonly kept: boolean | "unknown";
}

export interface TeamNode extends Node {
  readonly kind: "team";
  readonly configuredTeam: ConfiguredTeam;
  readonly plan: Plan;
  readonly members: readonly (AgentNode | TeamNode)[];
  readonly judges: readonly JudgeNode[];
}

/** An agent that is asked to compare, or to decide. */
export interface JudgeNode extends Node {
  readonly kind: "judge";
  readonly configured: ConfiguredAgent;
  /** How often at most in one run of its team, and how often of these one after another; `Infinity` if unknown. */
  readonly calls: number;
  readonly callsInRow: number;
}

/** What is needed to look ahead. */
export interface Ahead {
  /** Whether the store keeps an answer to a call with that key. */
  readonly kept: (configured: ConfiguredAgent, key: string) => Promise<boolean>;
  /** Whether kept answers must not be used. */
  readonly bust: boolean;
  readonly keys: ContentKeys;
  readonly cancellation: Cancellation;
}

/** The place of a team, and its task. */
interface ForecastPlace {
  readonly node: Node;
  /** Is put before the places of its agents. */
  readonly prefix: string;
  readonly task: KnownTask;
  readonly plan: Plan;
  readonly checked: CheckedInputs;
}

/** What would be asked of a team and of its nested teams. Functions that map inputs and route are called, agents are not. */
export async function lookAhead(
  ahead: Ahead,
  configuredTeam: ConfiguredTeam,
  place: ForecastPlace,
): Promise<TeamNode> {
  const { node, prefix, plan } = place;
  const { team } = configuredTeam;
  const at = new Map(plan.planned.map((index, position) => [index, position]));
  const stages = stagesOf(plan.graph);
  const members: (AgentNode | TeamNode)[] = [];
  for (const [position, index] of plan.planned.entries()) {
    const member = team.members[index];
    const configured = configuredTeam.members[index];
    if (member === undefined || configured === undefined) continue;
    const before = new Set(member.needs.map((need) => at.get(need) ?? 0));
    if (plan.mode === "sequence" && position > 0) before.add(position - 1);
    const next: Node = {
      name: member.name,
      place: prefix + member.name,
      before: [...before].toSorted((a, b) => a - b),
      stage: stages[index] ?? 1,
    };
    members.push(await lookAtMember(ahead, { ...place, node: next }, member, configured));
  }
  const last = members.reduce((most, { stage }) => Math.max(most, stage), 0);
  const judges = judgesOf(configuredTeam, prefix, last + 1);
  return { ...node, kind: "team", configuredTeam, plan, members, judges };
}

async function lookAtMember(
  ahead: Ahead,
  place: ForecastPlace,
  member: Member,
  configured: ConfiguredAgent | ConfiguredTeam,
): Promise<AgentNode | TeamNode> {
  const { node } = place;
  const task = await inputOf(place, member, configured);
  if (!isConfiguredTeam(configured)) {
    return {
      ...node,
      kind: "agent",
      configured,
      input: task,
      kept: await keptOf(ahead, node, configured, task),
    };
  }
  const routed = await planOf(ahead, configured, task);
  // The order in which its panel asks makes no difference in the worst case.
  const plan = withPanel(configured, routed, { settings: undefined, learned: undefined, seed: "" });
  const checked = member.input === undefined ? place.checked : new Map();
  return lookAhead(ahead, configured, { node, prefix: `${node.place}/`, task, plan, checked });
}

/** The input of a member. If its schema or its map refuses it, nothing is known: then it is not asked, or may cost its bound. */
async function inputOf(
  { node, task, checked }: ForecastPlace,
  member: Member,
  configured: ConfiguredAgent | ConfiguredTeam,
): Promise<KnownTask> {
  const { input: map } = member;
  if (task === undefined || (map !== undefined && node.before.length > 0)) return undefined;
  try {
    if (!isConfiguredTeam(configured)) {
      const parts = { task: task.value, results: {}, map, checked };
      const value = await checkInput(configured.agent, parts, configured.limits.maxBytes);
      return { value, derived: task.derived || map !== undefined || value !== task.value };
    }
    if (map === undefined) return task;
    const { maxBytes } = mergeLimits(configured.team.limits);
    return { value: mapInput(node.name, map, task.value, {}, maxBytes), derived: true };
  } catch {
    return undefined;
  }
}

async function keptOf(
  { kept, bust, keys }: Ahead,
  { before }: Node,
  configured: ConfiguredAgent,
  input: KnownTask,
): Promise<boolean | "unknown"> {
  if (configured.cache === undefined || bust) return false;
  if (input === undefined || before.length > 0) return "unknown";
  const definition = configured.definition();
  const key = keys.of({ definition, input: input.value, derived: input.derived, results: {} });
  return isShared(key) && kept(configured, key);
}

/** The members that a nested team would ask; all if that cannot be known now. */
async function planOf(
  { cancellation }: Ahead,
  { team }: ConfiguredTeam,
  task: KnownTask,
): Promise<Plan> {
  if (task === undefined && typeof team.route === "function") return team.everyone;
  try {
    return await planFor(team, task?.value, cancellation);
  } catch {
    if (cancellation.cancelled) throw cancellation.reason;
    return team.everyone;
  }
}

/** By member, from 1: members that wait for none, members that wait for these, and so on. */
function stagesOf({ ready, waits, after }: Graph): readonly number[] {
  const left = [...waits];
  const stages: number[] = [];
  for (let [stage, wave] = [1, ready]; wave.length > 0; stage++) {
    const next: number[] = [];
    for (const index of wave) {
      stages[index] = stage;
      for (const other of after[index] ?? []) {
        left[other] = (left[other] ?? 0) - 1;
        if (left[other] === 0) next.push(other);
      }
    }
    wave = next;
  }
  return stages;
}

function judgesOf(
  { team, judges, doubts, reruns }: ConfiguredTeam,
  prefix: string,
  stage: number,
): readonly JudgeNode[] {
  // After a rerun the whole chain is tried once more; what was said is compared again then, and after more expensive tiers were asked.
  const trials = reruns ? 2 : 1;
  const hearings = trials + (doubts ? 1 : 0);
  return [...judges].map(([agent, { name, configured }]): JudgeNode => {
    const about = callsOf(agent, team.resolve, ({ callsPerSubject }) => callsPerSubject);
    const comparators = [
      ...team.compare.values(),
      ...(team.similar === undefined ? [] : [team.similar]),
    ];
    const comparing = callsOf(agent, comparators, ({ callsAtMost }) => callsAtMost);
    return {
      kind: "judge",
      name: agent.name,
      place: prefix + name,
      before: [],
      stage,
      configured,
      calls: about * team.maxSubjects * trials + comparing * hearings,
      callsInRow: about * trials + comparing * hearings,
    };
  });
}

/** How often an agent is asked by all of them together; `Infinity` if one of them does not say. */
function callsOf<T extends { readonly asks?: readonly Agent[] }>(
  agent: Agent,
  asking: readonly T[],
  callsBy: (one: T) => number | undefined,
): number {
  return asking
    .filter(({ asks }) => asks?.includes(agent) === true)
    .map((one) => callsBy(one) ?? Infinity)
    .reduce((sum, calls) => sum + (calls >= 0 ? calls : Infinity), 0);
}
