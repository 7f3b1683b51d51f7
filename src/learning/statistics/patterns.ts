import type { Standing } from "./standing.ts";
import { add, at, type VoteTable } from "./vote-table.ts";

/** What turned out to be true when exactly these agents of a topic said exactly this, by the name of the pattern. */
export type Patterns = ReadonlyMap<string, Pattern>;

export interface Pattern {
  /** The number of its topic. */
  readonly topic: number;
  /** The answers, by number, in the order of the agents. */
  readonly said: readonly (readonly [agent: number, key: number])[];
  /** By position: for how many truths it was true. */
  readonly truths: Float64Array;
}

/** A pattern is drawn towards the table as if by this many truths. */
const PATTERN_TRUTHS = 4;
/** How many are kept, the most frequent ones: they are read with every run. */
const MAX_PATTERNS = 500;

/**
 * What turned out to be true for each topic and each combination of answers: this recognises tools that are blind to the same thing,
 * which no table of each agent by itself can.
 */
export function patternsOf(
  table: VoteTable,
  truths: Int32Array,
  topicOf: Int32Array | undefined,
): Patterns {
  if (topicOf === undefined) return NO_PATTERNS;
  const found = new Map<string, Pattern>();
  for (let subject = 0; subject < table.subjects.length; subject++) {
    const truth = at(truths, subject);
    const topic = at(topicOf, subject);
    const from = at(table.starts, subject);
    const to = at(table.starts, subject + 1);
    if (truth < 0 || topic < 0 || from === to) continue;
    const said = Array.from(
      { length: to - from },
      (_, i) => [at(table.agentOf, from + i), at(table.keyOf, from + i)] as const,
    );
    const name = patternName(topic, said);
    let pattern = found.get(name);
    if (pattern === undefined)
      found.set(name, (pattern = { topic, said, truths: new Float64Array(table.keys.length) }));
    add(pattern.truths, truth, at(table.weights, subject));
  }
  if (found.size <= MAX_PATTERNS) return found;
  const often = [...found].sort(([, a], [, b]) => truthsOf(b) - truthsOf(a));
  return new Map(often.slice(0, MAX_PATTERNS));
}

const NO_PATTERNS: Patterns = new Map();

/** `said` in the order of the agents. */
export function patternName(
  topic: number,
  said: readonly (readonly [agent: number, key: number])[],
): string {
  return `${topic}: ${said.map(([agent, key]) => `${agent} ${key}`).join(", ")}`;
}

/** A table's value, drawn towards what turned out when the agents said exactly this. */
export function byPattern(
  patterns: Patterns,
  agents: ArrayLike<number>,
  keys: ArrayLike<number>,
  topic: number,
  standings: readonly Standing[],
): readonly Standing[] {
  if (patterns.size === 0 || topic < 0) return standings;
  const said = Array.from({ length: keys.length }, (_, i) => [at(agents, i), at(keys, i)] as const);
  const pattern = patterns.get(
    patternName(
      topic,
      said.sort(([a], [b]) => a - b),
    ),
  );
  if (pattern === undefined) return standings;
  const all = truthsOf(pattern) + PATTERN_TRUTHS;
  const drawn = (value: number, key: number): number =>
    (at(pattern.truths, key) + PATTERN_TRUTHS * value) / all;
  return standings.map(({ lead, chance }, key) => ({
    lead: drawn(lead, key),
    chance: drawn(chance, key),
  }));
}

function truthsOf({ truths }: Pattern): number {
  return truths.reduce((sum, count) => sum + count, 0);
}
