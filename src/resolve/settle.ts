import { checkSignal, listIn } from "../policy/given.ts";
import { hear } from "../async/hear.ts";
import { checkKeys } from "../policy/check-kind.ts";
import type { Claim, Finding } from "../conflict/claim.ts";
import { comparators, type Comparator, type Compare } from "../conflict/compare.ts";
import { askedToCompare } from "../conflict/group.ts";
import { subjects } from "../conflict/subjects.ts";
import { aloneAsker } from "../engine/ask-alone.ts";
import { checkAsked, checkChain, DEFAULT_CHAIN } from "./chain.ts";
import type { Link } from "./link.ts";
import { settleSubjects } from "./settle-subjects.ts";
import type { Verdict } from "./verdict.ts";

/** How {@link settle} compares and decides, and what else was said. */
export interface SettleOptions {
  /** How conflicts are settled: the first link that decides. `DEFAULT_CHAIN` where left out. */
  readonly resolve?: readonly Link[];
  /** How positions are compared, by subject; `equal()` where left out. */
  readonly compare?: Compare;
  /** What was reported without being asked about. */
  readonly findings?: Iterable<Finding>;
  /** How findings are grouped; `similar()` where left out. */
  readonly similar?: Comparator;
  /** Who looked for findings; what they do not report they hold to be absent. Who reports any is added. */
  readonly answered?: Iterable<string>;
  /** Who was asked and did not answer. */
  readonly missing?: Iterable<string>;
  /** Stops the settling: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const OPTIONS: ReadonlySet<string> = new Set([
  "resolve",
  "compare",
  "findings",
  "similar",
  "answered",
  "missing",
  "signal",
]);

/**
 * Settles bare claims and findings, without a supervisor: one verdict per subject, contested or not; claims in
 * code-unit order of their subjects, then findings, the most reported first. Judges in the chain, and what comparators ask, are asked as
 * they would be by a supervisor, at most 8 at once, without a store.
 *
 * An agent has one position per subject: where it claims twice, its last claim holds. Rejects with `CLAIMS_INVALID`
 * and `BAD_OPTIONS` for what cannot be read, and never because of a link.
 */
export async function settle(
  claims: Iterable<Claim>,
  options: SettleOptions = {},
): Promise<readonly Verdict[]> {
  try {
    return await settled(claims, options);
  } catch (refusal) {
    hear([claims, options]);
    throw refusal;
  }
}

async function settled(
  claims: Iterable<Claim>,
  options: SettleOptions,
): Promise<readonly Verdict[]> {
  checkKeys(options, OPTIONS, "settle");
  const { resolve, compare, findings, similar, answered, missing, signal } = options;
  checkSignal(signal, "settle");
  const chain = resolve === undefined ? DEFAULT_CHAIN : checkChain(resolve, "settle");
  const material = {
    claims: [...listIn(claims, "settle")],
    findings: [...listIn(findings ?? [], "settle: findings")],
    answered: [...listIn(answered ?? [], "settle: answered")],
    compare: comparators(compare),
    similar,
  };
  checkAsked(chain, askedToCompare(material), "settle");
  const ask = aloneAsker(signal);
  const all = await subjects(material, { ask, signal, stopped: signal });
  return settleSubjects(all, {
    resolve: chain,
    ask,
    missing: [...listIn(missing ?? [], "settle: missing")],
    signal,
  });
}
