import type { Position } from "../model/conflict.ts";
import { oneLine, shown } from "../conflict/plain.ts";
import { fewOf } from "../conflict/subject.ts";
import type { HeldPositions, Scale } from "./statistics/apply.ts";
import type { Reliability } from "../model/reliability.ts";
import { SLACK, type Standing } from "./statistics/standing.ts";
import { counted } from "../resolve/words.ts";

const MAX_NAMED = 5;
const MAX_NAME_CHARS = 100;

/** What decides a question. */
export interface LearnedMeans {
  readonly learned: Reliability;
  readonly scale: Scale;
  readonly topic: string | undefined;
  readonly atLeast: number;
}

/** A held position, and its standing. */
export interface PositionStanding extends Standing {
  readonly position: Position;
  readonly place: number;
}

/** `Weights: security 2.1, style 0.4 for "hold"; performance 1.2 for "ship".` The heaviest of each. */
export function weightsOf(
  positions: readonly Position[],
  first: PositionStanding,
  { scale, topic }: LearnedMeans,
): string {
  const others = positions.filter((position) => position !== first.position);
  const parts = [first.position, ...others.slice(0, MAX_NAMED - 1)].map(
    ({ value, heldBy }) =>
      `${fewOf(heaviest(heldBy, scale, topic), MAX_NAMED, inWords)} for ${shown(value)}`,
  );
  const rest = others.length - (MAX_NAMED - 1);
  return `Weights: ${parts.join("; ")}${rest > 0 ? `; and ${counted(rest, "other position")}` : ""}.`;
}

interface Weighed {
  readonly agent: string;
  readonly weight: number;
}

function heaviest(
  heldBy: Position["heldBy"],
  scale: Scale,
  topic: string | undefined,
): readonly Weighed[] {
  return heldBy
    .map(({ agent }) => ({ agent, weight: scale.weight(agent, topic) }))
    .sort((a, b) => b.weight - a.weight);
}

function inWords({ agent, weight }: Weighed): string {
  return `${oneLine(agent, MAX_NAME_CHARS)} ${figure(weight)}`;
}

/** The agent whose vote alone would have changed the result, had it said what the runner-up says; the heaviest are tried. */
export function whatElse(
  ballot: HeldPositions,
  first: PositionStanding,
  second: PositionStanding,
  { scale, topic }: LearnedMeans,
): string {
  const tried = heaviest(first.position.heldBy, scale, topic).slice(0, MAX_NAMED);
  const said = shown(second.position.value);
  for (const { agent } of tried) {
    const held = ballot.held.map(({ key, by }, place) => {
      if (place === first.place) return { key, by: by.filter((name) => name !== agent) };
      return place === second.place ? { key, by: [...by, agent] } : { key, by };
    });
    const standings = scale.standings({ held, topic });
    const turned = standings[second.place];
    if (turned === undefined || turned.lead <= (standings[first.place]?.lead ?? 0) + SLACK)
      continue;
    return `Had ${oneLine(agent, MAX_NAME_CHARS)} said ${said}, ${said} would lead with ${figure(turned.chance)}.`;
  }
  const who =
    tried.length < first.position.heldBy.length ? `Of the ${MAX_NAMED} heaviest none` : "No one";
  return `${who} alone would have turned it to ${said}.`;
}

/** At most three significant digits. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
