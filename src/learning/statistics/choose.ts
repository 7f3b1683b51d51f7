import type { Estimator, LabelKind } from "../../model/reliability.ts";
import { at, type VoteTable } from "./vote-table.ts";

/** What is done with votes and truths, and why. */
export interface EstimatorChoice {
  readonly estimator: Estimator;
  /** How often guesses are made again from the votes. */
  readonly passes: number;
  /** Whether truths are used, because there are enough. */
  readonly fromTruths: boolean;
  readonly why: string;
  /** Why nothing may be decided by it. */
  readonly refused?: string;
}

/** Fewer truths than this are ignored. */
const LEAST_TRUTHS = 10;
/** How many truths per position a table of what is said for each truth needs without a history. */
const TRUTHS_PER_POSITION = 20;
/** How many votes of one agent make a history. */
const HISTORY_VOTES = 30;
const TABLE_PASSES = 3;
const LEAST_TABLE_AGENTS = 5;
/** With more positions, a table has more cells than votes. */
const MAX_TABLE_POSITIONS = 20;
/** Cells of the tables of all agents: about 300 MB while they are learned. */
const MAX_TABLE_CELLS = 10_000_000;
/** With fewer agents, votes alone cannot tell them apart. */
const LEAST_AGENTS = 3;
const LEAST_SUBJECTS = 20;
/** With more agreement in camps than this, the largest camp, and not the best agents, would win. */
export const MOST_EXCESS = 0.1;

/**
 * Which estimator runs, by one rule:
 *
 * 1. `dawid-skene` if positions are declared to mean the same everywhere, there are 2 to 20 of them, and there are either 5 or more agents
 *    with a history (half of all votes come from agents with 30 votes or more) or 20 truths for each position;
 *    `one-coin` otherwise.
 * 2. With 10 truths or more it learns from them: `one-coin` from them alone, `dawid-skene` from them first. With fewer it
 *    learns from the votes: `one-coin` in one pass, `dawid-skene` in three.
 * 3. Without truths it is refused with fewer than 3 agents, with fewer than 20 subjects that two agents voted on, and for
 *    `one-coin` if agents agree in camps (`excess()` above 0.1).
 */
export function choose(
  table: VoteTable,
  labels: LabelKind,
  truths: number,
  excess: () => number,
): EstimatorChoice {
  const history = hasHistory(table);
  const fromTruths = truths >= LEAST_TRUTHS;
  const estimator = tableFits(table, labels, truths, history) ? "dawid-skene" : "one-coin";
  const passes = estimator === "dawid-skene" ? TABLE_PASSES : 1;
  const why = `${whyEstimator(table, labels, estimator, history)}, and ${whySource(truths, passes, estimator)}.`;
  const base = { estimator, passes, fromTruths, why } as const;
  if (fromTruths) return base;
  const refused = whyRefused(table, estimator, excess);
  return refused === undefined ? base : { ...base, refused };
}

function tableFits(
  { keys, agents }: VoteTable,
  labels: LabelKind,
  truths: number,
  history: boolean,
): boolean {
  if (labels !== "fixed" || keys.length < 2 || keys.length > MAX_TABLE_POSITIONS) return false;
  if (agents.length * keys.length ** 2 > MAX_TABLE_CELLS) return false;
  if (truths >= TRUTHS_PER_POSITION * keys.length) return true;
  return history && agents.length >= LEAST_TABLE_AGENTS;
}

function hasHistory({ agents, agentOf }: VoteTable): boolean {
  const votes = new Float64Array(agents.length);
  for (const agent of agentOf) votes[agent] = at(votes, agent) + 1;
  let long = 0;
  for (const count of votes) if (count >= HISTORY_VOTES) long += count;
  return agentOf.length > 0 && long * 2 >= agentOf.length;
}

function whyEstimator(
  { keys }: VoteTable,
  labels: LabelKind,
  estimator: Estimator,
  history: boolean,
): string {
  if (estimator === "dawid-skene") {
    const enough = history ? "agents with a history" : "enough truths for each";
    return `dawid-skene, since ${keys.length} positions mean the same in every subject and there are ${enough}`;
  }
  if (labels === "open") return "one-coin, since positions mean something else in each subject";
  if (keys.length < 2 || keys.length > MAX_TABLE_POSITIONS)
    return `one-coin, since there are ${keys.length} different positions, and a table takes 2 to ${MAX_TABLE_POSITIONS}`;
  return "one-coin, since there are too few votes or agents for a table of what each says for each truth";
}

function whySource(truths: number, passes: number, estimator: Estimator): string {
  if (truths >= LEAST_TRUTHS)
    return `learned from ${truths} truths${estimator === "dawid-skene" ? " and from the votes" : ""}`;
  const ignored = truths === 0 ? "" : ` (${counted(truths, "truth")}: too few)`;
  return `learned from the votes in ${passes === 1 ? "one pass" : `${passes} passes`}${ignored}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function whyRefused(
  { agents, starts }: VoteTable,
  estimator: Estimator,
  excess: () => number,
): string | undefined {
  const need = `${LEAST_TRUTHS} truths would do`;
  if (agents.length < LEAST_AGENTS) {
    return `${agents.length === 1 ? "one agent" : `${agents.length} agents`} cannot be told apart by votes; it takes ${LEAST_AGENTS}, or ${need}`;
  }
  let shared = 0;
  for (let i = 1; i < starts.length; i++) if (at(starts, i) - at(starts, i - 1) > 1) shared++;
  if (shared < LEAST_SUBJECTS) {
    return `${counted(shared, "subject")} with votes of two agents or more: too little to learn from; it takes ${LEAST_SUBJECTS}, or ${need}`;
  }
  if (estimator === "dawid-skene") return undefined;
  const beyond = excess();
  if (beyond <= MOST_EXCESS) return undefined;
  return `agents agree in camps, ${beyond.toFixed(2)} beyond what each one's quality explains, so that the largest camp would win; ${need}`;
}
