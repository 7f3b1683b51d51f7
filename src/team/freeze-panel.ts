import { TASK_SUBJECT } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import { sha256 } from "../model/hash.ts";
import { microsOf } from "../money/micros.ts";
import type { LearnedBefore } from "../model/reliability.ts";
import { inOrder, type PanelOrder } from "../panel/order.ts";
import type { Foresight } from "../resolve/foresight.ts";
import type { Resolver } from "../resolve/resolver.ts";
import type { PanelSettings } from "./panel-options.ts";
import type { Plan } from "./plan.ts";
import { isConfiguredTeam, type ConfiguredTeam } from "./configure-team.ts";
import type { Team } from "./team.ts";

/** What orders the members of one run. */
export interface Freezing {
  readonly settings: PanelSettings | false | undefined;
  readonly learned: LearnedBefore | undefined;
  /** Decides by chance whether this run explores: the same for the same run, wherever it continues. */
  readonly seed: string;
}

/** The plan with the order in which its members are asked. */
export function withPanel(
  configuredTeam: ConfiguredTeam,
  plan: Plan,
  { settings = configuredTeam.team.panel, learned, seed }: Freezing,
): Plan {
  if (settings === undefined || settings === false) return plan;
  const fault = panelFault(configuredTeam.team, settings);
  if (fault !== undefined)
    throw new QuorateError("BAD_OPTIONS", `${configuredTeam.team.where} ${fault}`);
  const { until, order, explore, kin } = settings;
  const { members } = configuredTeam.team;
  const needed = new Set(plan.planned.flatMap((index) => members[index]?.needs ?? []));
  const isAlways = (index: number): boolean =>
    members[index]?.required === true || needed.has(index);
  const nameOf = (index: number): string => members[index]?.name ?? "";
  const always = plan.planned.filter(isAlways);
  const others = plan.planned.filter((index) => !isAlways(index));
  // In sequence they are asked in the order of the list.
  const by: PanelOrder = plan.mode === "sequence" ? "given" : order;
  const names =
    plan.mode === "sequence"
      ? plan.agents
      : [...always.map(nameOf), ...ordered(configuredTeam, others, by, learned)];
  return {
    ...plan,
    panel: {
      until,
      order: names,
      // In sequence, all members before the last of them, too.
      always: plan.mode === "sequence" ? plan.planned.findLastIndex(isAlways) + 1 : always.length,
      ...(kin.length > 0 && { kin }),
      ...(drawn(seed) < explore && { explores: true as const }),
    },
  };
}

/** Best first, if anything is known about them; else as listed. */
function ordered(
  { team, members: configuredMembers }: ConfiguredTeam,
  indices: readonly number[],
  order: PanelOrder,
  learned: LearnedBefore | undefined,
): readonly string[] {
  const record = recordIn(team.resolve, learned);
  const listed = indices.map((index) => team.members[index]?.name ?? "");
  if (record === undefined) return listed;
  const members = indices.map((index, i) => {
    const configured = configuredMembers[index];
    const maxCost =
      configured === undefined || isConfiguredTeam(configured)
        ? undefined
        : configured.agent.maxCost;
    const usdMicros =
      typeof maxCost === "object" && maxCost.usd !== undefined
        ? microsOf(maxCost.usd, "up")
        : undefined;
    const name = listed[i] ?? "";
    return { name, usdMicros, ...record.worth(name) };
  });
  return inOrder(members, order);
}

/** What the chain knows about the members, from the first resolver that knows anything. */
export function recordIn(
  resolve: readonly Resolver[],
  learned: LearnedBefore | undefined,
): Foresight["record"] {
  for (const resolver of resolve) {
    const foresight = resolver.foresee?.(TASK_SUBJECT, learned);
    if (typeof foresight === "object" && foresight.record !== undefined) return foresight.record;
  }
  return undefined;
}

/** A share from 0 to 1, drawn from the text. */
function drawn(text: string): number {
  const bits = [...Buffer.from(sha256(text), "base64url").subarray(0, 6)];
  return bits.reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48;
}

/** Why a team cannot have a panel, if so: nobody could tell before the end whether the answers are enough. */
export function panelFault(
  { resolve, compare, indexOf }: Pick<Team, "resolve" | "compare" | "indexOf">,
  { kin }: PanelSettings,
): string | undefined {
  if (!resolve.some(({ foresee }) => foresee !== undefined)) {
    const names = resolve.map(({ name }) => `${name}()`).join(", ");
    return `has a panel, and no resolver of its chain (${names}) can tell before all have answered whether the answers are enough; add vote() or reliability(), or leave panel out`;
  }
  const rerun = resolve.find(({ reruns }) => reruns !== undefined);
  if (rerun !== undefined)
    return `has a panel and ${rerun.name}(), which asks again after the answers were enough; leave one of them out`;
  const vague = [...compare].find(([, { exact }]) => exact !== true);
  if (vague !== undefined)
    return `has a panel, and compares "${vague[0]}" by ${vague[1].name}(): later answers could change the groups of earlier ones; use equal() or oneOf(), or leave panel out`;
  const unknown = kin.flat().find((name) => !indexOf.has(name));
  return unknown === undefined
    ? undefined
    : `has a panel with kin "${String(unknown)}", which is not among its agents`;
}
