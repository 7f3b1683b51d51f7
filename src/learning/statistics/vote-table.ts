import { hearIfRefused } from "../../model/hear.ts";
import { checkShape, positionKey } from "../../conflict/check-claim.ts";
import { QuorateError } from "../../model/errors.ts";
import type { RecordedTruth, RecordedVote } from "../../model/reliability.ts";

/**
 * Votes as numbers: sorted by subject, then by agent, in compressed rows. Agents, subjects and positions are numbered in
 * code-unit order, so every sum over a table is computed in the same order, however the votes came.
 */
export interface VoteTable {
  readonly agents: readonly string[];
  readonly subjects: readonly string[];
  /** The text that equal positions share. */
  readonly keys: readonly string[];
  /** The votes on subject `s` are those from `starts[s]` to `starts[s + 1]`. */
  readonly starts: Uint32Array;
  /** Of each vote. */
  readonly agentOf: Uint32Array;
  /** Of each vote. */
  readonly keyOf: Uint32Array;
  /** For each subject: the true position, −1 if it is unknown. */
  readonly truths: Int32Array;
  /** For each subject: the weight of its truth, above 0 and at most 1. */
  readonly weights: Float64Array;
}

/** About 200 MB while they are sorted. */
const MAX_VOTES = 10_000_000;

/**
 * Reads votes and truths. If an agent said two things about a subject, neither counts, and a subject with two
 * truths has none: otherwise the result would depend on their order.
 *
 * Throws `CLAIMS_INVALID` for a value that is not a vote or a truth, and `BAD_OPTIONS` for more than 10,000,000 votes.
 */
export function voteTable(
  votes: Iterable<RecordedVote>,
  known: Iterable<RecordedTruth>,
): VoteTable {
  const agents = numbering();
  const subjects = numbering();
  const keys = numbering();
  const keyNumber = keyNumbering(keys.number);
  const votedAgent = growing();
  const votedSubject = growing();
  const votedKey = growing();
  for (const given of votes) {
    if (votedAgent.length() === MAX_VOTES) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `learn: there are more than ${MAX_VOTES} votes; hand in the latest ones`,
      );
    }
    const vote = hearIfRefused(given, () => checkShape(given));
    votedAgent.push(agents.number(vote.agent));
    votedSubject.push(subjects.number(vote.subject));
    votedKey.push(keyNumber(vote));
  }
  const decided = new Map<number, number>();
  const counts = new Map<number, number>();
  for (const given of known) {
    const copy = { ...given, agent: "a truth" };
    const truth = hearIfRefused(copy, () => checkShape(copy));
    const subject = subjects.known(truth.subject);
    if (subject === undefined) continue;
    const key = keyNumber(truth);
    const before = decided.get(subject);
    decided.set(subject, before === undefined || before === key ? key : TWO_TRUTHS);
    counts.set(subject, Math.max(weightOf(given), counts.get(subject) ?? 0));
  }

  const agentOrder = agents.sorted();
  const subjectOrder = subjects.sorted();
  const keyOrder = keys.sorted();
  const truths = new Int32Array(subjectOrder.names.length).fill(-1);
  const weights = new Float64Array(truths.length).fill(1);
  for (const [subject, key] of decided) {
    const place = at(subjectOrder.ranks, subject);
    if (key !== TWO_TRUTHS) truths[place] = at(keyOrder.ranks, key);
    weights[place] = counts.get(subject) ?? 1;
  }
  const rows = sortedRows(
    ranked(votedSubject.values(), subjectOrder.ranks),
    ranked(votedAgent.values(), agentOrder.ranks),
    ranked(votedKey.values(), keyOrder.ranks),
    subjectOrder.names.length,
    agentOrder.names.length,
  );
  return {
    agents: agentOrder.names,
    subjects: subjectOrder.names,
    keys: keyOrder.names,
    truths,
    weights,
    ...rows,
  };
}

const TWO_TRUTHS = -2;

function weightOf({ subject, weight = 1 }: RecordedTruth): number {
  if (typeof weight === "number" && weight > 0 && weight <= 1) return weight;
  throw new QuorateError(
    "CLAIMS_INVALID",
    `the truth of "${subject.slice(0, 80)}" has the weight ${String(weight)}; use a number above 0 and at most 1`,
  );
}

/** An element of an array that is known to exist. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}

export function add(values: Float64Array, index: number, what: number): void {
  values[index] = at(values, index) + what;
}

interface Numbering {
  readonly number: (name: string) => number;
  readonly known: (name: string) => number | undefined;
  /** The names in code-unit order, and the place of each number in it. */
  readonly sorted: () => { readonly names: readonly string[]; readonly ranks: Uint32Array };
}

function numbering(): Numbering {
  const numbers = new Map<string, number>();
  return {
    number(name) {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, numbers.size);
      return numbers.size - 1;
    },
    known: (name) => numbers.get(name),
    sorted() {
      const names = [...numbers.keys()].sort();
      const ranks = new Uint32Array(names.length);
      for (const [rank, name] of names.entries()) ranks[numbers.get(name) ?? 0] = rank;
      return { names, ranks };
    },
  };
}

/** Folding a position is the most expensive step here, and most votes say what others have said. */
function keyNumbering(number: (name: string) => number): (vote: RecordedVote) => number {
  const known = new Map<string, number>();
  return (vote) => {
    const { position } = vote;
    if (typeof position !== "string" || position.length > MAX_KEPT_CHARS)
      return number(positionKey(vote));
    let found = known.get(position);
    if (found === undefined) known.set(position, (found = number(positionKey(vote))));
    return found;
  };
}

const MAX_KEPT_CHARS = 200;

interface Growing {
  readonly push: (value: number) => void;
  readonly length: () => number;
  readonly values: () => Uint32Array;
}

function growing(): Growing {
  let values = new Uint32Array(1024);
  let length = 0;
  return {
    push(value) {
      if (length === values.length) {
        const larger = new Uint32Array(values.length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    length: () => length,
    values: () => values.subarray(0, length),
  };
}

function ranked(numbers: Uint32Array, ranks: Uint32Array): Uint32Array {
  return numbers.map((number) => at(ranks, number));
}

/** Two stable counting sorts, by agent and then by subject; then double votes of an agent are removed. */
function sortedRows(
  subjectOf: Uint32Array,
  agentOf: Uint32Array,
  keyOf: Uint32Array,
  subjects: number,
  agents: number,
): Pick<VoteTable, "starts" | "agentOf" | "keyOf"> {
  const byAgent = countingOrder(agentOf, undefined, agents);
  const order = countingOrder(subjectOf, byAgent, subjects);
  const starts = new Uint32Array(subjects + 1);
  const keptAgent = new Uint32Array(order.length);
  const keptKey = new Uint32Array(order.length);
  let kept = 0;
  let next = 0;
  for (let subject = 0; subject < subjects; subject++) {
    starts[subject] = kept;
    while (next < order.length && at(subjectOf, at(order, next)) === subject) {
      const first = at(order, next);
      const agent = at(agentOf, first);
      const key = at(keyOf, first);
      let agrees = true;
      for (next++; next < order.length; next++) {
        const other = at(order, next);
        if (at(subjectOf, other) !== subject || at(agentOf, other) !== agent) break;
        if (at(keyOf, other) !== key) agrees = false;
      }
      if (agrees) {
        keptAgent[kept] = agent;
        keptKey[kept++] = key;
      }
    }
  }
  starts[subjects] = kept;
  return { starts, agentOf: keptAgent.slice(0, kept), keyOf: keptKey.slice(0, kept) };
}

function countingOrder(
  values: Uint32Array,
  before: Uint32Array | undefined,
  count: number,
): Uint32Array {
  const places = new Uint32Array(count + 1);
  for (const value of values) places[value + 1] = at(places, value + 1) + 1;
  for (let i = 1; i <= count; i++) places[i] = at(places, i) + at(places, i - 1);
  const order = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const index = before === undefined ? i : at(before, i);
    const value = at(values, index);
    const place = at(places, value);
    order[place] = index;
    places[value] = place + 1;
  }
  return order;
}
