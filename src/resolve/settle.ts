import { listIn } from "../check/given.ts";
import { hear } from "../model/hear.ts";
import { SIGNAL } from "../check/arguments.ts";
import { anything, iterable, record, thing } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Claim, Finding } from "../model/claim.ts";
import { comparators, isComparator, type Comparator, type Compare } from "../conflict/compare.ts";
import { askedToCompare } from "../conflict/group.ts";
import { subjects } from "../conflict/subjects.ts";
import { LIMITERS, type DescribedLimiter, type LimiterOptions } from "../limits/limiter-options.ts";
import { aloneAsker } from "../call/batch/ask-alone.ts";
import { checkAsked, checkChain, DEFAULT_CHAIN } from "./chain.ts";
import type { Resolver } from "./resolver.ts";
import { settleSubjects } from "./settle-subjects.ts";
import type { Verdict } from "../model/verdict.ts";

/** How {@link settle} compares and decides, and what else was said. */
export interface SettleOptions {
  /** How conflicts are settled: the first resolver that decides. Default: `DEFAULT_CHAIN`. */
  readonly resolve?: Resolver | readonly Resolver[];
  /** How positions are compared, by subject. Default: `equal()`. */
  readonly compare?: Compare;
  /** Open findings, which agents reported unasked. */
  readonly findings?: Iterable<Finding>;
  /** How findings are grouped. Default: `similar()`. */
  readonly similar?: Comparator;
  /** The agents that looked for findings; they hold what they do not report to be absent. Agents that report any are added. */
  readonly answered?: Iterable<string>;
  /** The agents that were asked and did not answer. */
  readonly missing?: Iterable<string>;
  /** The limiters that its judges name, for this call alone; like those of a team, but without a `scope`. */
  readonly limiters?: Readonly<Record<string, LimiterOptions>>;
  /** Stops the settling: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export const SETTLE: Options<
  SettleOptions,
  never,
  {
    readonly findings: readonly Finding[];
    readonly answered: readonly string[];
    readonly missing: readonly string[];
    readonly limiters: ReadonlyMap<string, DescribedLimiter>;
  }
> = options({
  resolve: anything(),
  compare: record("use { subject: within({ percent: 5 }) }"),
  findings: iterable<Finding>().or([]),
  similar: thing("a comparator", isComparator, "use similar({ threshold })"),
  answered: iterable<string>().or([]),
  missing: iterable<string>().or([]),
  limiters: LIMITERS.or(new Map<string, DescribedLimiter>()),
  signal: SIGNAL,
});

/**
 * Settles bare claims and findings, without a supervisor: one verdict per subject, contested or not; claims in
 * code-unit order of their subjects, then findings, the most reported first. Judges in the chain, and agents of comparators, are asked as
 * a supervisor would ask them, at most 8 at once, without a store.
 *
 * An agent has one position per subject: if it claims twice, its last claim counts. Rejects with `CLAIMS_INVALID`
 * and `BAD_OPTIONS` for arguments that cannot be read, and never because of a resolver.
 */
export async function settle(
  claims: Iterable<Claim>,
  given: SettleOptions = {},
): Promise<readonly Verdict[]> {
  try {
    return await settled(claims, given);
  } catch (refusal) {
    hear([claims, given]);
    throw refusal;
  }
}

async function settled(claims: Iterable<Claim>, given: SettleOptions): Promise<readonly Verdict[]> {
  const { resolve, compare, missing, limiters, signal, ...said } = SETTLE.of(given, "settle");
  const chain = resolve === undefined ? DEFAULT_CHAIN : checkChain(resolve, "settle");
  const material = {
    similar: undefined,
    ...said,
    claims: listIn(claims, "settle"),
    compare: comparators(compare),
  };
  const compared = askedToCompare(material);
  checkAsked(chain, compared, "settle");
  const agents = [...chain.flatMap(({ asks = [] }) => asks), ...compared];
  const ask = aloneAsker({ agents, limiters, where: "settle", signal });
  const all = await subjects(material, { ask, asking: { signal }, stopping: { signal } });
  const known = [...material.claims, ...material.findings].map(({ agent }) => agent);
  signal?.throwIfAborted();
  const asked = new Set([...known, ...material.answered, ...missing]).size;
  return settleSubjects(all, { resolve: chain, ask, missing, asked, stopping: { signal } });
}
