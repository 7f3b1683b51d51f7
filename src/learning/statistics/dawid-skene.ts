import { correlationOf } from "./over-dispersion.ts";
import { byPattern, patternsOf, type Patterns } from "./patterns.ts";
import { toChances, type Standing } from "./standing.ts";
import { add, at, type VoteTable } from "./vote-table.ts";

// Dawid and Skene (1979), Maximum likelihood estimation of observer error-rates using the EM algorithm, with three changes
// that were measured to help on data with known truths:
// - rows are drawn towards those of all agents (a Dirichlet prior of ROW_VOTES votes), because most agents say little;
// - a few passes, not until nothing changes: later passes make the votes more and more confident;
// - n votes on a subject count as √n for the winner, and for its confidence according to the correlation of votes on one subject
//   (over-dispersion.ts); a share of the confidence is reserved for the case that the votes say nothing. Agents share
//   mistakes.

/** What each agent says for each truth. Rates are rows of `keys`: truth, then what is said. */
export interface ConfusionModel {
  readonly keys: number;
  /** The share of each position among all subjects. */
  readonly shares: Float64Array;
  /** `keys` × `keys`: everybody together. */
  readonly pool: Float64Array;
  /** For each agent `keys` × `keys`. */
  readonly rates: Float64Array;
  /** By topic: shares, and the rates of the agents that were seen in it. */
  readonly topics: readonly TopicModel[];
  /** The correlation of votes on one subject, 0–1; `undefined` in results of earlier versions. */
  readonly correlation: number | undefined;
  /** What turned out to be true for combinations of answers, by topic. */
  readonly patterns: Patterns;
}

export interface TopicModel {
  readonly shares: Float64Array;
  readonly rates: ReadonlyMap<number, Float64Array>;
}

/** What is known besides the votes. */
export interface KnownTruths {
  /** For each subject: the true position, −1 if it is unknown. */
  readonly truths: Int32Array;
  /** For each subject: the number of its topic, −1 for none. */
  readonly topicOf?: Int32Array | undefined;
  readonly topics?: number;
}

/** A row is drawn towards the row of all agents as if by this many votes. */
export const ROW_VOTES = 4;
/** The same for an agent's row in one topic, towards the agent's own. */
const TOPIC_VOTES = 4;
/** A topic's shares are drawn towards the shares of all as if by this many subjects. */
const TOPIC_SUBJECTS = 12;
const SHARE_SUBJECTS = 1;
/** Once there are truths, an agent's votes on subjects without one count as at most this many votes. */
const GUESSED_VOTES = 100;
/** The share of the confidence that is reserved for the case that the votes on a subject say nothing. */
export const SHARED_MISTAKE = 0.06;

/**
 * Learns rates in a few passes: which positions are right is guessed from the votes, and how good agents are from that.
 * Subjects with a truth are not guessed. The first guess is the share of the votes.
 */
export function learnConfusion(
  table: VoteTable,
  known: KnownTruths,
  passes: number,
): ConfusionModel {
  const keys = table.keys.length;
  const guesses = firstGuess(table, known.truths);
  let model = tally(table, known, guesses);
  for (let pass = 1; pass < passes; pass++) {
    guessAgain(table, known, model, guesses);
    model = tally(table, known, guesses);
  }
  return {
    keys,
    ...model,
    correlation: correlationOf(table, known.truths, { keys, ...model }),
    patterns: patternsOf(table, known.truths, known.topicOf),
  };
}

type VoteTally = Omit<ConfusionModel, "keys" | "correlation" | "patterns">;

function firstGuess(
  { subjects, keys, starts, keyOf }: VoteTable,
  truths: Int32Array,
): Float64Array {
  const guesses = new Float64Array(subjects.length * keys.length);
  for (let subject = 0; subject < subjects.length; subject++) {
    const row = subject * keys.length;
    const from = at(starts, subject);
    const to = at(starts, subject + 1);
    const truth = at(truths, subject);
    if (truth >= 0) guesses[row + truth] = 1;
    else for (let i = from; i < to; i++) add(guesses, row + at(keyOf, i), 1 / (to - from));
  }
  return guesses;
}

/** Without a discount: here the guesses should distinguish agents, and are not used as confidences. */
function guessAgain(
  table: VoteTable,
  known: KnownTruths,
  model: VoteTally,
  guesses: Float64Array,
): void {
  const keys = table.keys.length;
  const logs = model.rates.map(Math.log);
  const logShares = model.shares.map(Math.log);
  const scores = new Float64Array(keys);
  for (let subject = 0; subject < table.subjects.length; subject++) {
    if (at(known.truths, subject) >= 0) continue;
    scores.set(logShares);
    for (let i = at(table.starts, subject); i < at(table.starts, subject + 1); i++) {
      const row = at(table.agentOf, i) * keys * keys + at(table.keyOf, i);
      for (let truth = 0; truth < keys; truth++) add(scores, truth, at(logs, row + truth * keys));
    }
    toChances(scores);
    guesses.set(scores, subject * keys);
  }
}

/** Counts what each agent said for each assumed truth, and draws the counts together. */
function tally(table: VoteTable, known: KnownTruths, guesses: Float64Array): VoteTally {
  const keys = table.keys.length;
  const cells = keys * keys;
  const sure = new Float64Array(table.agents.length * cells);
  const guessed = new Float64Array(table.agents.length * cells);
  const sureShares = new Float64Array(keys);
  const guessedShares = new Float64Array(keys);
  const byTopic = Array.from({ length: known.topics ?? 0 }, () => ({
    subjects: new Float64Array(keys),
    counts: new Map<number, Float64Array>(),
  }));
  let truths = 0;
  for (let subject = 0; subject < table.subjects.length; subject++) {
    const from = at(table.starts, subject);
    const to = at(table.starts, subject + 1);
    if (from === to) continue;
    const truth = at(known.truths, subject);
    const topic = byTopic[known.topicOf?.[subject] ?? -1];
    if (truth >= 0) {
      truths++;
      const weight = at(table.weights, subject);
      add(sureShares, truth, weight);
      if (topic !== undefined) add(topic.subjects, truth, weight);
      for (let i = from; i < to; i++) {
        const agent = at(table.agentOf, i);
        const cell = truth * keys + at(table.keyOf, i);
        add(sure, agent * cells + cell, weight);
        if (topic === undefined) continue;
        let counts = topic.counts.get(agent);
        if (counts === undefined) topic.counts.set(agent, (counts = new Float64Array(cells)));
        add(counts, cell, weight);
      }
      continue;
    }
    for (let guess = 0; guess < keys; guess++) {
      const chance = at(guesses, subject * keys + guess);
      if (chance === 0) continue;
      add(guessedShares, guess, chance);
      for (let i = from; i < to; i++) {
        add(guessed, at(table.agentOf, i) * cells + guess * keys + at(table.keyOf, i), chance);
      }
    }
  }
  const most = truths > 0 ? GUESSED_VOTES : Number.POSITIVE_INFINITY;
  const counts = sure;
  for (let agent = 0; agent < table.agents.length; agent++) {
    addScaled(counts, guessed, agent * cells, cells, most);
  }
  addScaled(sureShares, guessedShares, 0, keys, most);

  const pool = new Float64Array(cells);
  for (let i = 0; i < counts.length; i++) add(pool, i % cells, at(counts, i));
  const even = new Float64Array(cells).fill(1 / keys);
  toRates(pool, 0, keys, even, 1);
  for (let agent = 0; agent < table.agents.length; agent++)
    toRates(counts, agent * cells, keys, pool, ROW_VOTES);
  const shares = sharesOf(sureShares, new Float64Array(keys).fill(1), SHARE_SUBJECTS * keys);
  const topics = byTopic.map((topic): TopicModel => {
    for (const [agent, own] of topic.counts) {
      const whole = counts.subarray(agent * cells, (agent + 1) * cells);
      toRates(own, 0, keys, whole, TOPIC_VOTES);
    }
    return { shares: sharesOf(topic.subjects, shares, TOPIC_SUBJECTS), rates: topic.counts };
  });
  return { shares, pool, rates: counts, topics };
}

/** Adds guessed counts, as at most `most` in all. */
function addScaled(
  into: Float64Array,
  guessed: Float64Array,
  from: number,
  length: number,
  most: number,
): void {
  let total = 0;
  for (let i = from; i < from + length; i++) total += at(guessed, i);
  if (total === 0) return;
  const scale = Math.min(1, most / total);
  for (let i = from; i < from + length; i++) add(into, i, at(guessed, i) * scale);
}

/** Turns counts into rates, row by row, drawn towards the rows of `towards` by this many votes. */
function toRates(
  counts: Float64Array,
  from: number,
  keys: number,
  towards: Float64Array,
  votes: number,
): void {
  for (let row = 0; row < keys; row++) {
    const start = from + row * keys;
    let total = votes;
    for (let i = 0; i < keys; i++) total += at(counts, start + i);
    for (let i = 0; i < keys; i++)
      counts[start + i] = (at(counts, start + i) + votes * at(towards, row * keys + i)) / total;
  }
}

/** Counts as shares, drawn towards others by `pseudo` subjects. */
function sharesOf(counts: Float64Array, towards: Float64Array, pseudo: number): Float64Array {
  const whole = towards.reduce((sum, share) => sum + share, 0);
  const total = counts.reduce((sum, count) => sum + count, pseudo);
  return counts.map((count, i) => (count + (pseudo * at(towards, i)) / whole) / total);
}

/**
 * The standing of each position after these votes: `agents[i]`, whose number is −1 if nothing is known about it, says `said[i]`. Over
 * all positions, held or not, leads and chances add up to 1.
 *
 * ln share + d × Σ ln rate, as probabilities; of those SHARED_MISTAKE goes to the shares. d is √n / n for the lead, and for the chance
 * 1 / (1 + (n − 1) × correlation): the winner does not depend on its confidence. If exactly this combination of answers was seen before in that topic, both are
 * drawn towards what then turned out to be true.
 */
export function confusionStandings(
  model: ConfusionModel,
  agents: ArrayLike<number>,
  said: ArrayLike<number>,
  topic: number,
): readonly Standing[] {
  const { keys, pool, correlation, patterns } = model;
  const cells = keys * keys;
  const inTopic = model.topics[topic];
  const shares = inTopic?.shares ?? model.shares;
  const evidence = new Float64Array(keys);
  for (let i = 0; i < said.length; i++) {
    const agent = at(agents, i);
    const own = agent < 0 ? undefined : inTopic?.rates.get(agent);
    const rates = own ?? (agent < 0 ? pool : model.rates);
    const start = (own !== undefined || agent < 0 ? 0 : agent * cells) + at(said, i);
    for (let truth = 0; truth < keys; truth++)
      add(evidence, truth, Math.log(at(rates, start + truth * keys)));
  }
  const votes = Math.max(1, said.length);
  const leads = discounted(evidence, 1 / Math.sqrt(votes), shares);
  const chances =
    correlation === undefined
      ? leads
      : discounted(evidence, 1 / (1 + (votes - 1) * correlation), shares);
  const standings = Array.from(leads, (lead, truth) => ({ lead, chance: at(chances, truth) }));
  return byPattern(patterns, agents, said, topic, standings);
}

function discounted(evidence: Float64Array, by: number, shares: Float64Array): Float64Array {
  const chances = evidence.map((sum, truth) => sum * by + Math.log(at(shares, truth)));
  toChances(chances);
  return chances.map((chance, truth) => blended(chance, at(shares, truth)));
}

/** SHARED_MISTAKE of a chance goes to the share. */
export function blended(chance: number, share: number): number {
  return (1 - SHARED_MISTAKE) * chance + SHARED_MISTAKE * share;
}

/** How much an agent's answer tells about the truth before it is given, in nats: Σ share × rate × ln(rate / how often it says that in all). */
export function information(model: ConfusionModel, agent: number, topic: number): number {
  const { keys } = model;
  const inTopic = model.topics[topic];
  const shares = inTopic?.shares ?? model.shares;
  const own = agent < 0 ? model.pool : inTopic?.rates.get(agent);
  const rates = own ?? model.rates.subarray(agent * keys ** 2, (agent + 1) * keys ** 2);
  let told = 0;
  for (let said = 0; said < keys; said++) {
    let often = 0;
    for (let truth = 0; truth < keys; truth++)
      often += at(shares, truth) * at(rates, truth * keys + said);
    for (let truth = 0; truth < keys; truth++) {
      const rate = at(rates, truth * keys + said);
      told += at(shares, truth) * rate * Math.log(rate / often);
    }
  }
  return told;
}
