import { at, type VoteTable } from "./vote-table.ts";

/** How many agents are compared with each other at most, those with the most votes. */
const MAX_AGENTS = 1_000;
/** How many pairs of votes are looked at, at most, of the first subjects. */
const MAX_PAIRS = 5_000_000;
/** Pairs of agents with fewer subjects in common say nothing. */
const LEAST_COMMON = 5;
const ROUNDS = 60;
/** Levels that change by less than this have settled. */
const ENOUGH = 1e-6;
/** A level is drawn towards that of all as if by this many subjects in common. */
const LEVEL_VOTES = 2;

/**
 * How much pairs of agents agree beyond what the quality of each explains: the standard deviation of the agreement of
 * pairs, less what chance adds, around g = e + (1 − e) × uₐ × u_b. Here e is the agreement by chance, given how often each position
 * is held, and u the level of each agent, fitted by least squares. 0 if agents err independently;
 * 0.1 and more if there are camps.
 */
export function excessAgreement(table: VoteTable): number {
  const pairs = pairsOf(table);
  const chance = chanceAgreement(table);
  const { size, common, same } = pairs;
  let commons = 0;
  let sames = 0;
  for (let i = 0; i < common.length; i++) {
    commons += at(common, i);
    sames += at(same, i);
  }
  if (commons === 0 || chance >= 1) return 0;
  const mean = Math.sqrt(Math.max(0.01, (sames / commons - chance) / (1 - chance)));
  const levels = new Float64Array(size).fill(mean);
  const fitted = new Float64Array(size);
  let moved = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && moved > ENOUGH; round++) {
    moved = 0;
    // All at once: there may be several fits, and which one is found must not depend on what the agents are called.
    for (let a = 0; a < size; a++) {
      let above = LEVEL_VOTES * mean;
      let below = LEVEL_VOTES;
      for (let b = 0; b < size; b++) {
        const votes = at(common, a * size + b);
        if (votes === 0) continue;
        const agreed = (at(same, a * size + b) / votes - chance) / (1 - chance);
        above += votes * at(levels, b) * agreed;
        below += votes * at(levels, b) ** 2;
      }
      // Half of the way: all of it would go to and fro.
      fitted[a] = (at(levels, a) + above / below) / 2;
      moved = Math.max(moved, Math.abs(at(fitted, a) - at(levels, a)));
    }
    levels.set(fitted);
  }
  let beyond = 0;
  let weight = 0;
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      const votes = at(common, a * size + b);
      if (votes < LEAST_COMMON) continue;
      const expected = chance + (1 - chance) * at(levels, a) * at(levels, b);
      const bounded = Math.min(0.999, Math.max(0.001, expected));
      const off = at(same, a * size + b) / votes - bounded;
      beyond += votes * (off ** 2 - (bounded * (1 - bounded)) / votes);
      weight += votes;
    }
  }
  return weight === 0 ? 0 : Math.sqrt(Math.max(0, beyond / weight));
}

function chanceAgreement({ keys, keyOf }: VoteTable): number {
  const held = new Float64Array(keys.length);
  for (const key of keyOf) held[key] = at(held, key) + 1;
  return held.reduce((sum, count) => sum + (count / keyOf.length) ** 2, 0);
}

interface Pairs {
  readonly size: number;
  /** `size` × `size`: subjects that both voted on, and those on which they said the same. */
  readonly common: Float64Array;
  readonly same: Float64Array;
}

function pairsOf(table: VoteTable): Pairs {
  const votes = new Float64Array(table.agents.length);
  for (const agent of table.agentOf) votes[agent] = at(votes, agent) + 1;
  const chosen = [...votes.keys()]
    .sort((a, b) => at(votes, b) - at(votes, a) || a - b)
    .slice(0, MAX_AGENTS);
  const numbers = new Int32Array(table.agents.length).fill(-1);
  for (const [number, agent] of chosen.entries()) numbers[agent] = number;
  const size = chosen.length;
  const common = new Float64Array(size * size);
  const same = new Float64Array(size * size);
  let seen = 0;
  for (let subject = 0; subject < table.subjects.length && seen < MAX_PAIRS; subject++) {
    const from = at(table.starts, subject);
    const to = at(table.starts, subject + 1);
    for (let i = from; i < to && seen < MAX_PAIRS; i++) {
      const a = at(numbers, at(table.agentOf, i));
      if (a < 0) continue;
      for (let j = i + 1; j < to; j++) {
        const b = at(numbers, at(table.agentOf, j));
        if (b < 0) continue;
        seen++;
        const agree = at(table.keyOf, i) === at(table.keyOf, j) ? 1 : 0;
        for (const cell of [a * size + b, b * size + a]) {
          common[cell] = at(common, cell) + 1;
          same[cell] = at(same, cell) + agree;
        }
      }
    }
  }
  return { size, common, same };
}
