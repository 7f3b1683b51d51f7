import { func, iterable, number, text } from "../check/kinds.ts";
import { option, options, type Checked, type Options } from "../check/options.ts";
import { foldedKey } from "../conflict/canonical.ts";
import { ABSENT, PRESENT } from "../conflict/findings.ts";
import { QuorateError } from "../model/errors.ts";
import { checkReliability } from "./statistics/check-reliability.ts";
import { LABELS, RENAMED } from "./statistics/learn.ts";
import type { LabelKind, RecordedTruth, Reliability } from "../model/reliability.ts";
import type { Trust } from "../resolve/resolver.ts";
import { DEFAULT_TRUST, TRUST } from "./history/trust.ts";

export interface ReliabilityOptions {
  /** Whether positions mean the same in every subject. Declared, never guessed. Default: taken from `from`. */
  readonly labels?: LabelKind;
  /** The result of `learn()` on earlier claims. Default: what earlier runs taught, else the claims that are settled together. */
  readonly from?: Reliability;
  /** The result of `learn()` on earlier findings, whose positions are `"present"` and `"absent"`. Default: what earlier runs taught. */
  readonly findings?: Reliability;
  /** Known truths about some of the subjects that are settled together. Default: none. */
  readonly truths?: Iterable<RecordedTruth>;
  /** The topic of a subject, as it was given to `learn()`. Default: no topics. */
  readonly topicOf?: (subject: string) => string | undefined;
  /** In a supervisor: how much verdicts of earlier runs count as truths, by who reached them. Default: a person's 1, a judge's 0. */
  readonly trust?: Trust;
  /** The confidence that it needs to decide, 0–1; below it the resolver defers. Default 0: any lead is enough. */
  readonly atLeast?: number;
  /** The resolver's name. Default: `"reliability"`. */
  readonly name?: string;
}

export const RELIABILITY: Options<
  ReliabilityOptions,
  "trust" | "atLeast" | "name",
  { readonly truths: readonly RecordedTruth[]; readonly trust: Required<Trust> }
> = options(
  {
    labels: LABELS,
    from: option(checkReliability, ""),
    findings: option((given, what) => checkFindings(checkReliability(given, what)), ""),
    truths: iterable<RecordedTruth>().or([]),
    topicOf: func("use (subject) => topic"),
    trust: TRUST.or(DEFAULT_TRUST),
    atLeast: number(0, 1, "use a confidence from 0 to 1").or(0),
    name: text('use a text, for instance "reliability"').or("reliability"),
  },
  { instead: 'use { labels: "fixed" } or { from }', former: RENAMED },
);

/** The options, checked. Throws `BAD_OPTIONS` for options that contradict each other. */
export function checkReliabilityOptions(given: ReliabilityOptions): Checked<typeof RELIABILITY> {
  const taken = RELIABILITY.of(given, "reliability");
  const { labels, from, findings, truths } = taken;
  if (from === undefined && findings === undefined)
    LABELS.needed().take(labels, "reliability: labels");
  if (from !== undefined && labels !== undefined && labels !== from.labels) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `reliability: labels is "${labels}", and from was learned with "${from.labels}"; leave labels out, or learn again`,
    );
  }
  if (from !== undefined && truths.length > 0) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "reliability: truths and from are both given; hand the truths to learn()",
    );
  }
  return taken;
}

/** If it has its positions, they show whether it was learned from findings. */
function checkFindings(learned: Reliability): Reliability {
  const { known } = learned;
  if (known === undefined || known.keys.some((key) => FINDING_KEYS.has(key))) return learned;
  throw new QuorateError(
    "BAD_OPTIONS",
    'reliability: findings was learned of claims; hand in what learn() made of votes for "present" and "absent"',
  );
}

const FINDING_KEYS: ReadonlySet<string> = new Set([PRESENT, ABSENT].map(foldedKey));
