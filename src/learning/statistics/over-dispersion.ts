import type { ConfusionModel } from "./dawid-skene.ts";
import { toChances } from "./standing.ts";
import { add, at, type VoteTable } from "./vote-table.ts";

/** The correlations that are tried, as shares of all variance. */
const TRIED = [0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7] as const;
const ROUNDS = 5;
/** How much the observed correlation counts, besides the minimum: only a part of what votes share shows as scatter. */
const LEAST = 0.1;
const TIMES = 4;
const MOST = 0.8;
/** About a second's work: of more subjects, an evenly spread sample is looked at. */
const MAX_CELLS = 2_000_000;

/**
 * The correlation by which n votes on one subject say less than n independent ones: 1 / (1 + (n − 1) × correlation). It is visible without any
 * truth, because agents that share misleading influences scatter more from subject to subject than independent ones would.
 *
 * Votes on subjects of one truth are modelled as Dirichlet-multinomial (Mosimann 1962), with all agents alike; the correlation with
 * the largest likelihood is taken. A mistake that all agents share does not scatter, and is not seen.
 */
export function correlationOf(
  table: VoteTable,
  truths: Int32Array,
  { keys, pool, shares }: Pick<ConfusionModel, "keys" | "pool" | "shares">,
): number {
  const subjects = subjectsOf(table, truths);
  if (subjects.length === 0) return MOST;
  let best = { likelihood: Number.NEGATIVE_INFINITY, correlation: 0 };
  for (const correlation of TRIED) {
    const likelihood = fitted(subjects, keys, correlation, pool.slice(), shares.slice());
    if (likelihood > best.likelihood) best = { likelihood, correlation };
  }
  return Math.min(MOST, LEAST + TIMES * best.correlation);
}

/** The votes on one subject, or on several with the same counts. */
interface CountedVotes {
  /** For each held position: its number, and how many hold it. */
  readonly said: readonly (readonly [key: number, count: number])[];
  readonly votes: number;
  readonly truth: number;
  /** How many subjects are like this. */
  times: number;
}

function subjectsOf(table: VoteTable, truths: Int32Array): readonly CountedVotes[] {
  const { starts, keyOf, keys, subjects } = table;
  const cells = keys.length ** 2 * TRIED.length;
  const step = Math.max(1, Math.ceil((subjects.length * cells) / MAX_CELLS));
  const found = new Map<string, CountedVotes>();
  for (let subject = 0; subject < subjects.length; subject += step) {
    const from = at(starts, subject);
    const to = at(starts, subject + 1);
    if (from === to) continue;
    const counts = new Map<number, number>();
    for (let i = from; i < to; i++) counts.set(at(keyOf, i), (counts.get(at(keyOf, i)) ?? 0) + 1);
    const said = [...counts].sort(([a], [b]) => a - b);
    const truth = at(truths, subject);
    const name = `${truth} ${said.join(" ")}`;
    const alike = found.get(name);
    if (alike === undefined) found.set(name, { said, votes: to - from, truth, times: 1 });
    else alike.times++;
  }
  return [...found.values()];
}

/** The largest log-likelihood of the votes, over the pool's rates and shares. Both are overwritten. */
function fitted(
  subjects: readonly CountedVotes[],
  keys: number,
  correlation: number,
  pool: Float64Array,
  shares: Float64Array,
): number {
  const spread = 1 / correlation - 1;
  const most = subjects.reduce((all, { votes }) => Math.max(all, votes), 0);
  const whole = rising(spread, most);
  const scores = new Float64Array(keys);
  let likelihood = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const rows = Array.from(pool, (rate) => rising(spread * rate, most));
    const nextPool = new Float64Array(keys * keys).fill(1 / keys);
    const nextShares = new Float64Array(keys).fill(1);
    likelihood = 0;
    for (const { said, votes, truth, times } of subjects) {
      for (let t = 0; t < keys; t++) {
        let score = Math.log(at(shares, t)) - at(whole, votes);
        for (const [key, count] of said) score += at(rows[t * keys + key] ?? NONE, count);
        scores[t] = truth < 0 || truth === t ? score : Number.NEGATIVE_INFINITY;
      }
      likelihood += times * toChances(scores);
      const counts = times / (1 + (votes - 1) * correlation);
      for (let t = 0; t < keys; t++) {
        const chance = at(scores, t);
        add(nextShares, t, times * chance);
        for (const [key, count] of said) add(nextPool, t * keys + key, chance * count * counts);
      }
    }
    toRows(nextPool, keys);
    toRows(nextShares, keys);
    pool.set(nextPool);
    shares.set(nextShares);
  }
  return likelihood;
}

const NONE: ArrayLike<number> = Object.freeze([]);

/** Σ ln(from + j) over j < n, for each n: a rising factorial needs no gamma function. */
function rising(from: number, most: number): Float64Array {
  const sums = new Float64Array(most + 1);
  for (let n = 1; n <= most; n++) sums[n] = at(sums, n - 1) + Math.log(from + n - 1);
  return sums;
}

/** Rows of `width` as shares of their sums. */
function toRows(values: Float64Array, width: number): void {
  for (let start = 0; start < values.length; start += width) {
    const sum = values.subarray(start, start + width).reduce((all, each) => all + each, 0);
    for (let i = start; i < start + width; i++) values[i] = at(values, i) / sum;
  }
}
