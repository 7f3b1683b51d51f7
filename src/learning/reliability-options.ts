import { foldedKey } from "../conflict/canonical.ts";
import { ABSENT, PRESENT } from "../conflict/findings.ts";
import { QuorateError } from "../errors.ts";
import { checkKeys, checkKind } from "../policy/check-kind.ts";
import { checkReliability } from "../reliability/check-reliability.ts";
import { checkLabels } from "../reliability/learn.ts";
import type { LabelKind, RecordedOutcome, Reliability } from "../reliability/reliability.ts";
import type { Trust } from "../resolve/link.ts";
import { checkTrust } from "../experience/trust.ts";

export interface ReliabilityOptions {
  /** Whether positions mean the same in every subject. Declared, never guessed; `from` says it where it is left out. */
  readonly labels?: LabelKind;
  /** What `learn()` made of earlier claims. Left out: what earlier runs taught, else the claims that are settled together. */
  readonly from?: Reliability;
  /** What `learn()` made of earlier findings, whose positions are `"present"` and `"absent"`. Left out: what earlier runs taught. */
  readonly findings?: Reliability;
  /** What is known to be true of some of the subjects that are settled together. Default: nothing. */
  readonly outcomes?: Iterable<RecordedOutcome>;
  /** The topic of a subject, as it was given to `learn()`. Default: no topics. */
  readonly topicOf?: (subject: string) => string | undefined;
  /** In a supervisor: what verdicts of earlier runs count as outcomes, by who reached them. Default: a person's 1, a judge's 0. */
  readonly trust?: Trust;
  /** The confidence that it takes to decide, 0–1; below it the link passes. Default 0: any lead will do. */
  readonly atLeast?: number;
  /** Of the link. Default: `"reliability"`. */
  readonly name?: string;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof ReliabilityOptions>([
  "labels",
  "from",
  "findings",
  "outcomes",
  "topicOf",
  "trust",
  "atLeast",
  "name",
]);
const DEFAULTS = { atLeast: 0, name: "reliability" } as const;

/** The options, checked. */
export interface CheckedOptions extends Omit<ReliabilityOptions, "outcomes" | "trust"> {
  readonly trust: Required<Trust>;
  readonly outcomes: readonly RecordedOutcome[];
  readonly atLeast: number;
  readonly name: string;
}

/** Refuses with `BAD_OPTIONS` what cannot be meant, also a record that is none. */
export function checkReliabilityOptions(options: ReliabilityOptions): CheckedOptions {
  checkKind(options, "reliability: options", "object", 'use { labels: "fixed" } or { from }');
  checkKeys(options, OPTIONS, "reliability");
  const { labels, from, findings, outcomes = [], topicOf } = options;
  const { atLeast = DEFAULTS.atLeast, name = DEFAULTS.name } = options;
  checkKind(name, "reliability: name", "string", 'use a text, for instance "reliability"');
  checkKind(topicOf, "reliability: topicOf", "function", "use (subject) => topic");
  if (!(typeof atLeast === "number" && atLeast >= 0 && atLeast <= 1)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `reliability: atLeast is ${String(atLeast)}; use a confidence from 0 to 1`,
    );
  }
  if (from !== undefined) checkReliability(from, "reliability: from");
  if (findings !== undefined) checkFindings(checkReliability(findings, "reliability: findings"));
  if (labels !== undefined || (from === undefined && findings === undefined))
    checkLabels(labels, "reliability");
  if (from !== undefined && labels !== undefined && labels !== from.labels) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `reliability: labels is "${labels}", and from was learned with "${from.labels}"; leave labels out, or learn again`,
    );
  }
  const known = [...outcomes];
  if (from !== undefined && known.length > 0) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "reliability: outcomes and from are both given; hand the outcomes to learn()",
    );
  }
  return {
    ...options,
    outcomes: known,
    trust: checkTrust(options.trust, "reliability"),
    atLeast,
    name,
  };
}

/** Where it has its positions, they tell whether it was learned of findings. */
function checkFindings({ known }: Reliability): void {
  if (known === undefined || known.keys.some((key) => FINDING_KEYS.has(key))) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    'reliability: findings was learned of claims; hand in what learn() made of votes for "present" and "absent"',
  );
}

const FINDING_KEYS: ReadonlySet<string> = new Set([PRESENT, ABSENT].map(foldedKey));
