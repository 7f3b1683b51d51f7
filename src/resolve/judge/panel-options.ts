import { arrayIn } from "../../check/given.ts";
import { type Agent } from "../../describe/agent.ts";
import { isWorker } from "../../describe/worker.ts";
import { anything, flag, shareAbove, word } from "../../check/kinds.ts";
import { NAME } from "../../check/name.ts";
import { option, options, type Checked, type Options } from "../../check/options.ts";
import { QuorateError } from "../../model/errors.ts";
import { byWorth, isDropped, trustBy, type JudgeWeights, type JudgeTrust } from "./record.ts";
import { ASK, AUTHORS, judgeAgent, type JudgeAsk } from "./judge-agent.ts";
import { INSTRUCTIONS, SETTINGS, type JudgeDefaults, type JudgeSettings } from "./settings.ts";

/** A judge of a panel, with what is known about it. */
export interface PanelJudge {
  readonly ask: JudgeAsk;
  /** For a function. Default: the resolver's name and the judge's place, as in `judge-2`. */
  readonly name?: string;
  /** The order of the options cannot influence it (it scores each, say): it is asked in one order only. Default: false. */
  readonly once?: boolean;
  /** Other names of this judge, or agents of its model: it does not judge what they hold. Default: none. */
  readonly authorOf?: readonly string[];
  /** This judge's criterion. Default: the panel's. */
  readonly instructions?: string;
}

/**
 * Judges that are asked one after another, each in both orders, until what they chose makes one position likely enough.
 *
 * A choice counts as log-odds of its judge's accuracy; one that differs between the orders, or is missing, counts nothing.
 * Choices of several judges are discounted for the errors that they share. A judge that holds a position is not
 * asked about that subject, nor is one that was right in less than 60 % of its recorded truths (from 10 on).
 *
 * Confidence `judge-panel`: the resulting probability of the winner, if all positions were equally likely beforehand.
 */
export interface JudgePanelOptions extends JudgeSettings {
  /** The judges in the order in which they are asked, the cheapest first. */
  readonly panel: readonly (JudgeAsk | PanelJudge)[];
  /** No further judge is asked once a position is this likely, above 0.5; 1 asks all. Default 0.8, and 0.75 with `order: "worth"`. */
  readonly stopAt?: number;
  /** If all judges have been asked and no position is this likely, nothing is decided. Default 0.6. */
  readonly atLeast?: number;
  /**
   * How much judges are trusted, by their names: how often their choices are right, above 0.5 and below 1; their
   * records, which are drawn to the default by 4 pseudo-truths and count one standard error lower; or what `learn()` made
   * of their choices and of truths. Default for unnamed judges: 0.75, and two thirds for judges that are
   * asked once.
   */
  readonly weights?: JudgeWeights;
  /**
   * `"worth"`: not in the given order, but always the cheapest judge whose accuracy is within one standard error of the best one
   * that is left. Every judge then needs a record with `usdMicros`. Default: `"given"`.
   */
  readonly order?: "given" | "worth";
  readonly ask?: undefined;
}

export const PANEL_JUDGE: Options<PanelJudge, "once" | "authorOf"> = options({
  ask: ASK,
  name: NAME,
  once: flag().or(false),
  authorOf: AUTHORS,
  instructions: INSTRUCTIONS,
});

export const PANEL: Options<JudgePanelOptions, "atLeast" | "order" | JudgeDefaults> = options({
  panel: option<JudgePanelOptions["panel"]>((given, what) => {
    const list = arrayIn(given, what);
    return list === undefined || list.length === 0
      ? undefined
      : (list as JudgePanelOptions["panel"]);
  }, "list agents or functions, the cheapest first").needed(),
  stopAt: shareAbove(0.5),
  atLeast: shareAbove(0).or(0.6),
  weights: anything(),
  order: word("given", "worth").or("given"),
  ask: anything(),
  ...SETTINGS.table,
});

/** With `"worth"`, the most valuable judges are asked first, so fewer are needed. */
const STOP_AT: Readonly<Record<"given" | "worth", number>> = { given: 0.8, worth: 0.75 };

/** A judge of the panel, checked. */
export interface TrustedJudge {
  readonly agent: Agent;
  readonly once: boolean;
  readonly authorOf: readonly string[];
  readonly trust: JudgeTrust;
  readonly instructions: string | undefined;
}

/** A panel, checked. */
export interface CheckedPanel {
  readonly settings: Checked<typeof PANEL>;
  readonly stopAt: number;
  /** The judges that are asked, in this order. */
  readonly members: readonly TrustedJudge[];
  /** The judges that are not asked, because of their records. */
  readonly dropped: readonly TrustedJudge[];
}

/** Throws `BAD_OPTIONS` for a panel that cannot work. */
export function checkPanel(given: unknown, name: string): CheckedPanel {
  const settings = PANEL.of(given, name);
  const listed = checkMembers(settings, name);
  const asked = listed.filter(({ trust }) => !isDropped(trust));
  return {
    settings,
    stopAt: settings.stopAt ?? STOP_AT[settings.order],
    members: settings.order === "given" ? asked : inOrderOfWorth(asked, name),
    dropped: listed.filter(({ trust }) => isDropped(trust)),
  };
}

function checkMembers(
  { panel, weights, instructions: all }: Checked<typeof PANEL>,
  name: string,
): readonly TrustedJudge[] {
  const trust = trustBy(weights, `${name}: weights`);
  const members = panel.map((listed, i): TrustedJudge => {
    const described = typeof listed === "function" || isWorker(listed) ? { ask: listed } : listed;
    const taken = PANEL_JUDGE.needed().take(described, `${name}: panel[${i}]`);
    const { ask, name: own = `${name}-${i + 1}`, once, authorOf, instructions = all } = taken;
    const agent = judgeAgent(ask, own);
    return { agent, once, authorOf, trust: trust(agent.name, once), instructions };
  });
  const names = new Set<string>();
  for (const { agent } of members) {
    if (names.has(agent.name)) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${name}: two judges are named "${agent.name}"; give one another name`,
      );
    }
    names.add(agent.name);
  }
  return members;
}

function inOrderOfWorth(members: readonly TrustedJudge[], name: string): readonly TrustedJudge[] {
  const unknown = members.find(({ trust }) => trust.record?.usdMicros === undefined);
  if (unknown === undefined) return byWorth(members);
  throw new QuorateError(
    "BAD_OPTIONS",
    `${name}: order is "worth", and what ${unknown.agent.name} costs is not known; give it a record with usdMicros in weights`,
  );
}
