import { arrayIn, listIn, readGiven } from "../../check/given.ts";
import { hearIfRefused } from "../../model/hear.ts";
import { byCodeUnits } from "../../conflict/subject.ts";
import { QuorateError } from "../../model/errors.ts";
import {
  featuresOf,
  FINDING_LOGISTIC,
  reportsOf,
  type FindingModel,
  type ReportedFinding,
  type ReporterRecord,
} from "./finding-model.ts";
import { chanceOf, fitLogistic, type Example } from "./ridge-logistic.ts";

/** A finding that was decided, with its truth. */
export interface RecordedFinding extends ReportedFinding {
  /** Whether it is right, and no better supported finding of the review says the same. Absent: unknown. */
  readonly right?: boolean;
}

/** All findings of one run, whatever was decided about them. */
export interface RecordedReview {
  readonly findings: readonly RecordedFinding[];
  /** How many right things are known that none of its findings report. Default 0. */
  readonly missed?: number;
}

/** With fewer truths, or fewer right or wrong ones, the model must not be used. */
const LEAST_TRUTHS = 60;
const LEAST_OF_EACH = 15;
/** How many earlier reports every agent is assumed to have, with the usual share of right ones. */
const PSEUDO_REPORTS = 20;
const RIDGE = 10;

/**
 * Learns from recorded reviews which findings are right: a logistic regression over four features of a finding (see
 * `FindingFeatures`). Some dozen reviews are enough, because agents' names enter only through their records.
 * The threshold is the chance at which the expected F1 of what stands is largest.
 *
 * The same for the same reviews in any order, to the last bit. `refused` says why if there are fewer than 60
 * truths, or fewer than 15 right or 15 wrong ones. Throws `BAD_OPTIONS` for a value that is not a review.
 */
export function learnFindings(reviews: Iterable<RecordedReview>): FindingModel {
  const checked = hearIfRefused(reviews, () =>
    listIn(reviews, "learnFindings").map((review, index) =>
      readGiven(`learnFindings: review ${index}`, review, () => checkReview(review)),
    ),
  );
  const all = checked.sort((a, b) => byCodeUnits(a.key, b.key));
  const agents = recordsOf(all);
  const records = new Map(agents.map(({ agent, record }) => [agent, record]));
  const examples: Example[] = [];
  let missed = 0;
  for (const review of all) {
    missed += review.missed;
    const reports = reportsOf(review.findings);
    for (const finding of review.findings) {
      if (finding.right === undefined) continue;
      examples.push({ features: featuresOf(finding, records, reports), right: finding.right });
    }
  }
  const right = examples.filter((example) => example.right).length;
  const refused = refusal(examples.length, right);
  const known = { truths: examples.length, right, agents };
  const base = { format: 1, estimator: FINDING_LOGISTIC, ...known } as const;
  if (refused !== undefined) {
    const logistic = { intercept: 0, weights: [0, 0, 0, 0] };
    return { ...base, refused, logistic, standsFrom: 1 };
  }
  const logistic = fitLogistic(examples, RIDGE);
  const chances = examples.map(({ features }) => chanceOf(logistic, features));
  return { ...base, logistic, standsFrom: bestLine(chances, right + missed) };
}

function refusal(truths: number, right: number): string | undefined {
  if (truths < LEAST_TRUTHS)
    return `${truths} findings with a truth are too few; it takes ${LEAST_TRUTHS}`;
  if (Math.min(right, truths - right) < LEAST_OF_EACH)
    return `of ${truths} findings ${right} were right; it takes ${LEAST_OF_EACH} right and ${LEAST_OF_EACH} wrong ones`;
  return undefined;
}

function recordsOf(reviews: readonly CheckedReview[]): readonly ReporterRecord[] {
  const counts = new Map<string, { reports: number; right: number }>();
  let allReports = 0;
  let allRight = 0;
  for (const { findings } of reviews) {
    for (const { right, reportedBy } of findings) {
      if (right === undefined) continue;
      for (const agent of reportedBy) {
        const count = counts.get(agent) ?? { reports: 0, right: 0 };
        counts.set(agent, count);
        count.reports++;
        allReports++;
        if (right) count.right++;
        if (right) allRight++;
      }
    }
  }
  // One more of each, because a share of 0 or 1 has no log-odds.
  const usual = (allRight + 1) / (allReports + 2);
  return [...counts]
    .sort(([a], [b]) => byCodeUnits(a, b))
    .map(([agent, { reports, right }]) => {
      const share = (right + PSEUDO_REPORTS * usual) / (reports + PSEUDO_REPORTS);
      return { agent, reports, right, record: logOdds(share) - logOdds(usual) };
    });
}

function logOdds(share: number): number {
  return Math.log(share / (1 - share));
}

/** The lowest chance that stands, so that 2 × (expected right ones) / (what stands + `sought`) is largest. */
function bestLine(chances: readonly number[], sought: number): number {
  let expected = 0;
  let best = 0;
  let line = 1;
  chances
    .toSorted((a, b) => b - a)
    .forEach((chance, i) => {
      expected += chance;
      const f1 = (2 * expected) / (i + 1 + sought);
      if (f1 <= best) return;
      best = f1;
      line = chance;
    });
  return line;
}

interface CheckedReview {
  readonly findings: readonly RecordedFinding[];
  readonly missed: number;
  /** The same for the same review. */
  readonly key: string;
}

function checkReview(given: RecordedReview): CheckedReview {
  const { findings, missed = 0 } = (given ?? {}) as Partial<RecordedReview>;
  const list = arrayIn(findings, "a review's findings");
  if (list === undefined) throw refuse("a review has no list of findings");
  if (!(Number.isSafeInteger(missed) && missed >= 0))
    throw refuse("a review's missed is not a whole number of 0 or more");
  const checked = (list as readonly RecordedFinding[]).map((finding) => {
    const { text, reportedBy, right } = finding ?? {};
    if (typeof text !== "string") throw refuse("a finding has no text");
    if (!Array.isArray(reportedBy) || reportedBy.some((agent) => typeof agent !== "string"))
      throw refuse("a finding's reportedBy is not a list of names");
    if (right !== undefined && typeof right !== "boolean")
      throw refuse("a finding's right is neither true nor false");
    const names = [...new Set(reportedBy as readonly string[])].sort(byCodeUnits);
    const known = { text, reportedBy: names, ...(right !== undefined && { right }) };
    return { key: JSON.stringify([text, names, right ?? null]), known };
  });
  checked.sort((a, b) => byCodeUnits(a.key, b.key));
  return {
    findings: checked.map(({ known }) => known),
    missed,
    key: JSON.stringify([missed, checked.map(({ key }) => key)]),
  };
}

function refuse(why: string): QuorateError {
  return new QuorateError(
    "BAD_OPTIONS",
    `learnFindings: ${why}; give reviews of { findings: [{ text, reportedBy, right }], missed }`,
  );
}
