import { isWorker, type Agent } from "../../agent.ts";
import { QuorateError } from "../../errors.ts";
import { checkKeys, shown } from "../../policy/check-kind.ts";
import { byWorth, isDropped, trustBy, type JudgeWeights, type Trust } from "./record.ts";
import { checkAuthors, judgeAgent, type JudgeAsk } from "./seat.ts";
import {
  checkSettings,
  SETTING_KEYS,
  type CheckedSettings,
  type JudgeSettings,
} from "./settings.ts";

/** A judge of a panel, with what is known of it. */
export interface PanelJudge {
  readonly ask: JudgeAsk;
  /** Of a function. Default: the link's name and the judge's place, as in `judge-2`. */
  readonly name?: string;
  /** The order of the options cannot influence it (a score for each, say): it is asked in one order only. Default: false. */
  readonly once?: boolean;
  /** Agents that are this judge by another name, or of its model: what they hold it does not judge. Default: none. */
  readonly authorOf?: readonly string[];
}

/**
 * Judges that are asked one after another, each in both orders, until what they chose makes one position likely enough.
 *
 * A choice counts as log-odds of its judge's accuracy; one that differs between the orders, or is missing, counts nothing.
 * Choices of several judges are discounted for the errors that they share. A judge that holds a position is not
 * asked about that subject, nor one that was right in less than 60 % of its recorded outcomes (from 10 on).
 *
 * Confidence `judge-panel`: the probability of the winner that follows, all positions being equally likely beforehand.
 */
export interface JudgePanelOptions extends JudgeSettings {
  /** The judges in the order in which they are asked, the cheapest first. */
  readonly panel: readonly (JudgeAsk | PanelJudge)[];
  /** Nobody more is asked once a position is this likely, above 0.5; 1 asks all. Default 0.8. */
  readonly stopAt?: number;
  /** Below this likelihood nothing is decided when nobody is left to ask. Default 0.6. */
  readonly atLeast?: number;
  /**
   * How far judges are trusted, by their names: how often their choices are right, above 0.5 and below 1; what was recorded
   * of them, which is drawn to the default by 4 pseudo-outcomes and counts one standard error lower; or what `learn()` made
   * of their choices and of outcomes. Default, for those that are not named: 0.75, and two thirds for judges that are
   * asked once.
   */
  readonly weights?: JudgeWeights;
  /**
   * `"worth"`: not in the order given, but always the cheapest of those that their records cannot tell from the best one left,
   * by one standard error. Every judge needs a record with `usdMicros` for that. Default: `"given"`.
   */
  readonly order?: "given" | "worth";
  readonly ask?: undefined;
}

const DEFAULTS = { stopAt: 0.8, atLeast: 0.6, order: "given" } as const;

const OWN: Readonly<Record<Exclude<keyof JudgePanelOptions, keyof JudgeSettings>, true>> = {
  panel: true,
  stopAt: true,
  atLeast: true,
  weights: true,
  order: true,
  ask: true,
};
const KEYS: ReadonlySet<string> = new Set([...Object.keys(OWN), ...SETTING_KEYS]);
const JUDGE: Readonly<Record<keyof PanelJudge, true>> = {
  ask: true,
  name: true,
  once: true,
  authorOf: true,
};
const JUDGE_KEYS: ReadonlySet<string> = new Set(Object.keys(JUDGE));

/** A judge of the panel, checked. */
export interface Member {
  readonly agent: Agent;
  readonly once: boolean;
  readonly authorOf: readonly string[];
  readonly trust: Trust;
}

/** A panel, checked. */
export interface CheckedPanel {
  readonly settings: CheckedSettings;
  readonly stopAt: number;
  readonly atLeast: number;
  /** Who is asked, in this order. */
  readonly members: readonly Member[];
  /** Who is not, for its record. */
  readonly dropped: readonly Member[];
}

/** Throws `BAD_OPTIONS` for a panel that cannot work. */
export function checkPanel(options: JudgePanelOptions): CheckedPanel {
  const settings = checkSettings(options);
  const { name } = settings;
  checkKeys(options, KEYS, name);
  const { stopAt = DEFAULTS.stopAt, atLeast = DEFAULTS.atLeast, order = DEFAULTS.order } = options;
  const listed = checkMembers(options, name);
  const asked = listed.filter(({ trust }) => !isDropped(trust));
  return {
    settings,
    stopAt: checkShare(stopAt, `${name}: stopAt`, 0.5),
    atLeast: checkShare(atLeast, `${name}: atLeast`, 0),
    members: inOrder(asked, order, name),
    dropped: listed.filter(({ trust }) => isDropped(trust)),
  };
}

function checkMembers({ panel, weights }: JudgePanelOptions, name: string): readonly Member[] {
  if (!Array.isArray(panel) || panel.length === 0) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${name}: panel lists no judges; give agents or functions, the cheapest first, as an array`,
    );
  }
  const trust = trustBy(weights, `${name}: weights`);
  const members = (panel as JudgePanelOptions["panel"]).map((listed, i): Member => {
    const where = `${name}: panel[${i}]`;
    const {
      ask,
      name: own = `${name}-${i + 1}`,
      once = false,
      authorOf,
    } = described(listed, where);
    if (typeof once !== "boolean") {
      throw new QuorateError("BAD_OPTIONS", `${where}.once is ${shown(once)}; use true or false`);
    }
    const agent = judgeAgent(ask, own, where);
    return {
      agent,
      once,
      authorOf: checkAuthors(authorOf, `${where}.authorOf`),
      trust: trust(agent.name, once),
    };
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

function described(listed: JudgeAsk | PanelJudge, where: string): PanelJudge {
  if (typeof listed === "function" || isWorker(listed)) return { ask: listed as JudgeAsk };
  if (typeof listed !== "object" || listed === null) return { ask: listed };
  checkKeys(listed, JUDGE_KEYS, where);
  return listed;
}

function inOrder(members: readonly Member[], order: unknown, name: string): readonly Member[] {
  if (order === "given") return members;
  if (order !== "worth") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${name}: order is ${shown(order)}; use "given" or "worth"`,
    );
  }
  const unknown = members.find(({ trust }) => trust.record?.usdMicros === undefined);
  if (unknown === undefined) return byWorth(members);
  throw new QuorateError(
    "BAD_OPTIONS",
    `${name}: order is "worth", and what ${unknown.agent.name} costs is not known; give it a record with usdMicros in weights`,
  );
}

function checkShare(value: unknown, what: string, above: number): number {
  if (typeof value === "number" && value > above && value <= 1) return value;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is ${shown(value)}; use a number above ${above}, at most 1`,
  );
}
