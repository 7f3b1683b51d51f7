import { blended, confusionStandings, type ConfusionModel } from "./dawid-skene.ts";
import { accuracyOf, weightOf, type OneCoinModel } from "./one-coin.ts";
import { SLACK, type Standing } from "./standing.ts";
import { at } from "./vote-table.ts";

// Proofs about answers that are still to come. An agent with the number −1 is unknown.

/** What was said so far, as numbers: `agents[i]` says `said[i]`. */
export interface NumberedVotes {
  readonly agents: readonly number[];
  readonly said: readonly number[];
  readonly topic: number;
}

/** The number in `standings` of the position that really leads so far; `undefined` if none does. */
export function leaderOf(standings: readonly (Standing | undefined)[]): number | undefined {
  const [first, second] = standings
    .flatMap((standing, place) => (standing === undefined ? [] : [{ place, lead: standing.lead }]))
    .sort((a, b) => b.lead - a.lead);
  if (first === undefined) return undefined;
  return second === undefined || first.lead - second.lead > SLACK ? first.place : undefined;
}

/**
 * The position that wins whatever those to come say, given how often each agent is right; `undefined` if another one may. The evidence for
 * a position is √(Σ weights²): it surely wins if its sum is larger than that of the runner-up with all that is to come.
 */
export function sureByOneCoin(
  model: OneCoinModel,
  { agents, said, topic }: NumberedVotes,
  toCome: readonly number[],
): number | undefined {
  const inTopic = model.topics[topic];
  const squareOf = (agent: number): number =>
    weightOf(accuracyOf(model, inTopic, agent), model.collision) ** 2;
  const sums = new Map<number, number>();
  for (const [i, key] of said.entries())
    sums.set(key, (sums.get(key) ?? 0) + squareOf(at(agents, i)));
  const [first, second] = [...sums].sort(([, a], [, b]) => b - a);
  if (first === undefined) return undefined;
  const rival = toCome.reduce((sum, agent) => sum + squareOf(agent), second?.[1] ?? 0);
  if (second === undefined && toCome.length === 0) return first[0];
  const ahead = 1 - Math.exp(Math.sqrt(rival) - Math.sqrt(first[1]));
  // Its lead is a share of all odds, and each position has at most those of the first.
  const most = sums.size + toCome.length + 1 / model.collision;
  return ahead / most > 2 * SLACK ? first[0] : undefined;
}

/**
 * The same given what each agent says for each truth, among the known positions: for every rival and every number j of answers to come,
 * the j answers that would help it most. Known combinations of answers are checked case by case.
 */
export function sureByConfusion(
  model: ConfusionModel,
  votes: NumberedVotes,
  toCome: readonly number[],
): number | undefined {
  const { agents, said, topic } = votes;
  const standings = confusionStandings(model, agents, said, topic);
  const held = new Set(said);
  const first = leaderOf(standings.map((standing, key) => (held.has(key) ? standing : undefined)));
  if (first === undefined || toCome.length === 0) return first;
  if (!isAhead(model, votes, toCome, first)) return undefined;
  return patternsAgree(model, votes, toCome, first) ? first : undefined;
}

/** Whether a position leads by the table alone, whatever comes. */
function isAhead(
  model: ConfusionModel,
  { agents, said, topic }: NumberedVotes,
  toCome: readonly number[],
  first: number,
): boolean {
  const { keys } = model;
  const shares = model.topics[topic]?.shares ?? model.shares;
  const logRate = (agent: number, truth: number, key: number): number => {
    const own = agent < 0 ? undefined : model.topics[topic]?.rates.get(agent);
    const rates = own ?? (agent < 0 ? model.pool : model.rates);
    const start = own !== undefined || agent < 0 ? 0 : agent * keys * keys;
    return Math.log(at(rates, start + truth * keys + key));
  };
  const gain = (rival: number, agent: number, key: number): number =>
    logRate(agent, first, key) - logRate(agent, rival, key);
  const rivals = Array.from({ length: keys }, (_, key) => key).filter((key) => key !== first);
  const soFar = rivals.map((rival) =>
    said.reduce((sum, key, i) => sum + gain(rival, at(agents, i), key), 0),
  );
  const worst = rivals.map((rival) => {
    const least = toCome.map((agent) =>
      Math.min(...Array.from({ length: keys }, (_, key) => gain(rival, agent, key))),
    );
    return least.sort((a, b) => a - b);
  });
  const sums = soFar.slice();
  for (let j = 0; j <= toCome.length; j++) {
    if (j > 0)
      for (const [r] of rivals.entries()) sums[r] = at(sums, r) + at(worst[r] ?? [], j - 1);
    const gaps = rivals.map(
      (rival, r) =>
        Math.log(at(shares, first) / at(shares, rival)) +
        at(sums, r) / Math.sqrt(Math.max(1, said.length + j)),
    );
    // The least chance before the shares get their part: if all rivals are as strong as each can be.
    const least = 1 / gaps.reduce((sum, gap) => sum + Math.exp(-gap), 1);
    const stays = gaps.every((gap, r) => {
      if (gap <= 0) return false;
      const lead = blended(
        least * (1 - Math.exp(-gap)),
        at(shares, first) - at(shares, rivals[r] ?? 0),
      );
      return lead > 2 * SLACK;
    });
    if (!stays) return false;
  }
  return true;
}

/** Whether it leads in each pattern that the answers can still become. */
function patternsAgree(
  model: ConfusionModel,
  { agents, said, topic }: NumberedVotes,
  toCome: readonly number[],
  first: number,
): boolean {
  if (agents.includes(-1)) return true;
  const asked = new Map(agents.map((agent, i) => [agent, at(said, i)]));
  for (const pattern of model.patterns.values()) {
    if (pattern.topic !== topic) continue;
    const theirs = new Map(pattern.said);
    const isNext =
      [...asked].every(([agent, key]) => theirs.get(agent) === key) &&
      pattern.said.every(([agent]) => asked.has(agent) || toCome.includes(agent));
    if (!isNext) continue;
    const all = pattern.said.map(([agent]) => agent);
    const keys = pattern.said.map(([, key]) => key);
    const held = new Set(keys);
    const standings = confusionStandings(model, all, keys, topic);
    const leader = leaderOf(standings.map((one, key) => (held.has(key) ? one : undefined)));
    if (leader !== first) return false;
  }
  return true;
}
