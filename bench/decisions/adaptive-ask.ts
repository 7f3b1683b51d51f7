import { foldedKey } from "../../src/conflict/canonical.ts";
import { madeOf, type Outlook } from "../../src/panel/certain.ts";
import { isClosed, nextRound, type PanelRule } from "../../src/panel/until.ts";
import type { SaidSoFar } from "../../src/resolve/foresight.ts";

/** What was asked about one item, and the result. */
export interface Asked {
  /** How many were asked, in the order of asking. */
  readonly calls: number;
  readonly rounds: number;
  /** The winning label; `null` if there is none. */
  readonly winner: string | null;
  readonly confidence: number;
  /** The labels that most agents hold, if none wins. */
  readonly most: readonly string[];
}

/** The labels of an item in the order in which agents are asked; `null` for one that gave none. */
export type Answers = readonly (string | null)[];

/** Asks about one item, in an order. */
export type Ask = (answers: Answers, order: readonly string[]) => Asked;

/** Caches results by the pattern of answers, since the same pattern has the same result: labels mean something different in each item. */
export function remembered(ask: Ask): Ask {
  const known = new Map<string, Asked>();
  return (answers, order) => {
    const labels = [...new Set(answers.filter((label) => label !== null))];
    const places = answers.map((label) => (label === null ? null : `${labels.indexOf(label)}`));
    const name = places.join(" ");
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = ask(places, order)));
    const labelOf = (place: string): string => labels[Number(place)] ?? "";
    return {
      ...found,
      winner: found.winner === null ? null : labelOf(found.winner),
      most: found.most.map(labelOf),
    };
  };
}

function saidIn(answers: Answers, order: readonly string[], calls: number): SaidSoFar {
  const byKey = new Map<string, string[]>();
  for (const [i, label] of answers.slice(0, calls).entries()) {
    if (label === null) continue;
    const key = foldedKey(label);
    byKey.set(key, [...(byKey.get(key) ?? []), order[i] ?? ""]);
  }
  const held = [...byKey].map(([key, by]) => ({ key, by }));
  // In the library's order: the most held first.
  return { held: held.sort((a, b) => b.by.length - a.by.length), asked: calls };
}

export function inRounds(rule: PanelRule): Ask {
  return (answers, order) => {
    let calls = 0;
    let rounds = 0;
    while (!isClosed(rule, saidIn(answers, order, calls), order.slice(calls))) {
      calls += nextRound(rule, saidIn(answers, order, calls), order.slice(calls)).length;
      rounds++;
    }
    return { calls, rounds, ...cameOf(rule.outlook, answers, order, calls) };
  };
}

export function everybody(outlook: Outlook): Ask {
  return (answers, order) => ({
    calls: order.length,
    rounds: 1,
    ...cameOf(outlook, answers, order, order.length),
  });
}

/** The fewest in that order whose winner is that of all, and stays so with each further one: known only by hindsight. */
export function byHindsight(outlook: Outlook): Ask {
  return (answers, order) => {
    const { winner } = cameOf(outlook, answers, order, order.length);
    let calls = order.length;
    while (calls > 1 && cameOf(outlook, answers, order, calls - 1).winner === winner) calls--;
    return { calls, rounds: 1, ...cameOf(outlook, answers, order, calls) };
  };
}

export function alone(outlook: Outlook): Ask {
  return (answers, order) => ({ calls: 1, rounds: 1, ...cameOf(outlook, answers, order, 1) });
}

function cameOf(
  outlook: Outlook,
  answers: Answers,
  order: readonly string[],
  calls: number,
): Pick<Asked, "winner" | "confidence" | "most"> {
  const said = saidIn(answers, order, calls);
  const made = madeOf(outlook, said);
  const labelOf = (place: number): string => said.held[place]?.key.slice(1) ?? "";
  const place = made?.place ?? null;
  const most = said.held.filter(({ by }) => by.length === said.held[0]?.by.length);
  return {
    winner: place === null ? null : labelOf(place),
    confidence: made?.confidence ?? 0,
    most: most.map(({ key }) => key.slice(1)),
  };
}
