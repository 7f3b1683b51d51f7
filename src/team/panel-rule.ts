import { TASK_SUBJECT } from "../model/claim.ts";
import type { PlannedPanel } from "../model/planned-panel.ts";
import type { LearnedBefore } from "../model/reliability.ts";
import type { Outlook } from "../panel/certain.ts";
import { nextRound, type PanelRule } from "../panel/until.ts";
import { recordIn } from "./freeze-panel.ts";
import { isConfiguredTeam, type ConfiguredTeam } from "./configure-team.ts";

/** The rules that decide whether the answers of a team about a subject are enough. */
export function panelRules(
  configuredTeam: ConfiguredTeam,
  panel: PlannedPanel,
  learned: LearnedBefore | undefined,
): (subject: string) => PanelRule {
  const { resolve } = configuredTeam.team;
  const truths = recordIn(resolve, learned)?.truths ?? 0;
  const isKin = kinOf(configuredTeam, panel);
  const outlookOn = (subject: string): Outlook =>
    resolve.map((resolver) => {
      const foresight = resolver.foresee?.(subject, learned);
      return typeof foresight === "object" ? foresight : undefined;
    });
  return (subject) => ({
    until: panel.until,
    // Members that are contradicted may be asked again, and say something else.
    outlook: configuredTeam.doubts ? [] : outlookOn(subject),
    truths,
    isKin,
  });
}

/** How many are asked first. */
export function firstRound(
  { team }: ConfiguredTeam,
  { order, always, explores }: PlannedPanel,
  ruleAbout: (subject: string) => PanelRule,
): number {
  if (explores === true) return order.length;
  const fewest = nextRound(ruleAbout(TASK_SUBJECT), { held: [] }, order).length;
  return Math.min(order.length, Math.max(always, team.minAnswers, fewest));
}

/** Whether two are declared kin, or ask one model. */
function kinOf({ members, team }: ConfiguredTeam, { kin = [] }: PlannedPanel): PanelRule["isKin"] {
  const modelOf = (name: string): string | undefined => {
    const configured = members[team.indexOf.get(name) ?? -1];
    return configured === undefined || isConfiguredTeam(configured)
      ? undefined
      : configured.modelName;
  };
  return (one, other) =>
    kin.some((group) => group.includes(one) && group.includes(other)) ||
    (modelOf(one) !== undefined && modelOf(one) === modelOf(other));
}
