import { number, shareAbove, word } from "../check/kinds.ts";
import { option, options, type Option, type Options } from "../check/options.ts";
import { PANEL_ORDERS, type PanelOrder } from "../panel/order.ts";
import type { PanelUntil } from "../model/planned-panel.ts";

/** How many agents of a team are asked before their answers are enough. */
export interface PanelOptions<Name extends string = string> {
  readonly until: PanelUntil;
  /** In which order members are asked (`"best"`); those that are `required` or that others need always come first. */
  readonly order?: PanelOrder;
  /** The share of runs in which all are asked, to learn more about those that come last (0). */
  readonly explore?: number;
  /** Members that are likely to err alike, in addition to those of one model: for `"lead"` two of them count as one voice. */
  readonly kin?: readonly (readonly Name[])[];
}

/** When the answers of a team are enough, and no further member is asked. */
export type TeamPanel<Name extends string = string> = "certain" | "lead" | PanelOptions<Name>;

/** The same, checked. */
export interface PanelSettings {
  readonly until: PanelUntil;
  readonly order: PanelOrder;
  readonly explore: number;
  readonly kin: readonly (readonly string[])[];
}

const INSTEAD =
  'use "certain", "lead" or { until, order, explore, kin }, where until may be { confidence: 0.6 }';

const CONFIDENCE: Options<{ readonly confidence: number }> = options(
  { confidence: shareAbove(0).needed() },
  { instead: "use { confidence: 0.6 }" },
);

const UNTIL = option<PanelUntil>((given, what) => {
  if (given === "certain" || given === "lead") return given;
  if (typeof given === "object" && given !== null) return CONFIDENCE.of(given, what);
  return undefined;
}, 'use "certain", "lead" or { confidence: 0.6 }');

const KIN = option<readonly (readonly string[])[]>(
  (given) =>
    Array.isArray(given) && given.every((group) => Array.isArray(group))
      ? given.map((group: readonly string[]) => [...group])
      : undefined,
  'use a list of lists of members, for instance [["gpt", "gpt-mini"]]',
);

const SETTINGS: Options<PanelOptions, "order" | "explore" | "kin"> = options(
  {
    until: UNTIL.needed(),
    order: word(...PANEL_ORDERS).or("best"),
    explore: number(0, 1, "use a share of runs from 0 to 1").or(0),
    kin: KIN.or([]),
  },
  { instead: INSTEAD },
);

/** When the answers of a team are enough; without it, all are asked. */
export const TEAM_PANEL: Option<PanelSettings | undefined> = option<PanelSettings>(
  (given, what) => {
    if (typeof given === "string")
      return given === "certain" || given === "lead"
        ? { until: given, order: "best", explore: 0, kin: [] }
        : undefined;
    return SETTINGS.of(given as PanelOptions, what);
  },
  INSTEAD,
);

/** The same for one run, which may say `false`: all are asked. */
export const RUN_PANEL: Option<PanelSettings | false | undefined> = option<PanelSettings | false>(
  (given, what) => (given === false ? false : TEAM_PANEL.take(given, what)),
  INSTEAD,
);
